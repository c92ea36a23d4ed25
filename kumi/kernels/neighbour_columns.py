"""Columns that are made by going along an axis: positions, and neighbours.

Three elements in the first row and two in the second; each looks at the one before it, and then at
the one above it, which for the last of the first row's three is out of the second row's reach:

>>> rows, elements = Axis(np.array([0, 2])), Axis(np.array([0, 3, 5]))
>>> positions(elements).values.tolist()
[0, 1, 2, 0, 1]
>>> found = column_of([10, 11, 12, 20, 21], INTEGER)
>>> cells(shifted(found, (elements,), by=1, policy="zero", fill=0))
[0, 10, 11, 0, 20]
>>> cells(shifted(found, (rows, elements), by=-1, policy="wrap", fill=0))
[20, 21, None, 10, 11]
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kumi.kernels.kinds import INTEGER
from kumi.kernels.vectors import Axis, Column, cells, column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

__all__ = ["INTEGER", "cells", "column_of", "positions", "shifted", "shifting"]

_FILL, _ABSENT = -1, -2
"""In place of the number of a cell: beyond the end of the axis; not there, in a shorter row."""


def positions(axis: Axis) -> Column:
    """The position of each element in its own array, from 0."""
    return Column(_positions(axis), bound=axis.size)


def shifted(column: Column, axes: Sequence[Axis], *, by: int, policy: str, fill: Any) -> Column:
    """The cell `by` places before each, along the first of `axes`; the others lie inside it.

    `policy` says what stands beyond the ends: `fill` ("zero"), the first or last ("clamp"), the
    other end ("wrap"). Null where the row that far away is shorter.

    Rows of one length, as nearly all have, are a block of which slices move; this takes no time for
    finding out which cell goes where.
    """
    if not len(column):
        return column
    if not _are_even(axes):
        return _taken(column, _sources(axes, by, policy), fill)
    values = _slid(column.values, axes, by, policy, fill)
    valid = column.valid
    if valid is not None:
        valid = _slid(valid, axes, by, policy, fill=True)
    return Column(values, valid, column.bound, column.scale)


def shifting(*, by: int, policy: str, fill: Any) -> Callable[..., NDArray[Any]]:
    """The same of bare values, along their innermost axis or where no row is shorter.

    It takes the values and the axes.

    >>> one = Axis(np.array([0, 3]))
    >>> shifting(by=1, policy="clamp", fill=0.0)(np.array([1.0, 2.0, 3.0]), (one,)).tolist()
    [1.0, 1.0, 2.0]
    """
    inside, before, beyond, edge = _parts(by, policy)
    far = abs(by)
    keeps_end = policy == "clamp" and far == 1

    def shift(values: NDArray[Any], axes: Sequence[Axis]) -> NDArray[Any]:
        if len(axes) == 1 and axes[0].even == values.size > far:  # all in one row
            if keeps_end:  # what stands beyond it is the end's own cell, which stays where it is
                moved = values.copy()
                moved[inside] = values[before]
                return moved
            moved = np.empty_like(values)
            moved[inside] = values[before]
            moved[beyond] = fill if edge is None else values[edge]
            return moved
        if values.size and _are_even(axes):
            return _slid(values, axes, by, policy, fill)
        return shifted(Column(values), axes, by=by, policy=policy, fill=fill).values

    return shift


def _are_even(axes: Sequence[Axis]) -> bool:
    return all([axis.even is not None for axis in axes])  # noqa: C419 - quicker than a generator


def _positions(axis: Axis) -> Numbers:
    found = np.arange(axis.size)
    if len(axis.counts) > 1:
        found -= np.repeat(axis.offsets[:-1], axis.counts)
    return found


def _slid(
    values: NDArray[Any], axes: Sequence[Axis], by: int, policy: str, fill: Any
) -> NDArray[Any]:
    """The values moved along the first axis, of which all parents have the same number of cells."""
    moved = np.empty_like(values)
    source, target = _by_element(values, axes), _by_element(moved, axes)
    size = len(source)
    if not -size < by < size:
        by = by % size if policy == "wrap" else max(-size, min(by, size))
    parts = _parts(by, policy)
    target[parts.inside] = source[parts.moved]
    target[parts.beyond] = fill if parts.edge is None else source[parts.edge]
    return moved


class _Slices(NamedTuple):
    """What goes where: the cells `moved` to `inside`; `beyond` the end stands `edge`, or a fill."""

    inside: slice
    moved: slice
    beyond: slice
    edge: slice | None


@lru_cache(256)
def _parts(by: int, policy: str) -> _Slices:
    if by < 0:
        edges = {"wrap": slice(None, -by), "clamp": slice(-1, None)}
        return _Slices(slice(None, by), slice(-by, None), slice(by, None), edges.get(policy))
    edges = {"wrap": slice(-by, None) if by else slice(0), "clamp": slice(1)}
    kept = slice(-by) if by else slice(None)
    return _Slices(slice(by, None), kept, slice(by), edges.get(policy))


def _by_element(values: NDArray[Any], axes: Sequence[Axis]) -> NDArray[Any]:
    """A view of the values whose first dimension are the elements of the first axis."""
    axis = axes[0]
    parents = len(axis.offsets) - 1
    if len(axes) == 1:
        return values if parents == 1 else values.reshape(parents, -1).T
    if parents == 1:
        return values.reshape(axis.size, -1)
    return values.reshape(parents, axis.size // parents, -1).swapaxes(0, 1)


def _sources(axes: Sequence[Axis], by: int, policy: str) -> Numbers:
    """The number of the cell that each cell takes its value from."""
    found = _along(axes[0], by, policy)
    for axis in axes[1:]:
        found = _below(axis, found)
    return found


def _along(axis: Axis, by: int, policy: str) -> Numbers:
    at = np.arange(axis.size) - by
    first = np.repeat(axis.offsets[:-1], axis.counts)
    behind = np.repeat(axis.offsets[1:], axis.counts)
    if policy == "wrap":
        return first + (at - first) % (behind - first)
    if policy == "clamp":
        return np.clip(at, first, behind - 1)
    at[(at < first) | (at >= behind)] = _FILL
    return at


def _below(axis: Axis, parents: Numbers) -> Numbers:
    """The elements at the same positions below other parents."""
    parents = np.repeat(parents, axis.counts)
    position = _positions(axis)
    known = np.maximum(parents, 0)
    found = np.where(position < axis.counts[known], axis.offsets[known] + position, _ABSENT)
    return np.where(parents < 0, parents, found)


def _taken(column: Column, at: Numbers, fill: Any) -> Column:
    """The cells by their numbers."""
    known, fills, absent = np.maximum(at, 0), at == _FILL, at == _ABSENT
    values = column.values[known]
    values[fills] = fill
    valid = np.ones(len(at), np.bool_) if column.valid is None else column.valid[known]
    valid[fills], valid[absent] = True, False
    if values.dtype == object and column.scale is None:
        values[absent] = None
    return Column(values, None if valid.all() else valid, column.bound, column.scale)
