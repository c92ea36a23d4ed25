"""All pairs: axes that range over an array again, and columns over them.

Two rows, with two elements and one; `crossed` has for each element those of its row:

>>> elements = Axis(np.array([0, 2, 3]))
>>> pairs = beside(elements, (elements,))
>>> pairs.offsets.tolist()
[0, 2, 4, 5]
>>> cells(crossed(column_of([10, 11, 20], INTEGER), elements, pairs))
[10, 11, 10, 11, 20]

Two lights for each of three pixels:

>>> pixels, lights = Axis(np.array([0, 3])), Axis(np.array([0, 2]))
>>> both = beside(lights, (pixels,))
>>> cells(spread(column_of([7, 8], INTEGER), ((pixels, None), (both, lights))))
[7, 8, 7, 8, 7, 8]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.kinds import INTEGER
from kumi.kernels.vectors import Axis, Column, EvenAxis, cells, column_of, composed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

__all__ = [
    "INTEGER",
    "beside",
    "cells",
    "column_of",
    "crossed",
    "spread",
]


def beside(array: Axis, below: Sequence[Axis]) -> Axis:
    """The axis of an array's elements again, for each cell of the axes that lie below its parents.

    For `cross` these are the array's own axis; for `outer` any others.
    """
    if array.even is not None:
        return EvenAxis(below[-1].size, array.even)
    counts = np.repeat(array.counts, np.diff(composed(below)))
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Axis(offsets)


def crossed(column: Column, axis: Axis, pairs: Axis) -> Column:
    """All cells of its array for each: `axis` is the column's innermost, `pairs` the new one."""
    if len(axis.counts) == 1:
        return _each(column, lambda values: np.tile(values, axis.size))
    starts = np.repeat(axis.offsets[:-1], axis.counts)
    at = np.arange(pairs.size) + np.repeat(starts - pairs.offsets[:-1], pairs.counts)
    return _each(column, lambda values: values[at])


def spread(column: Column, steps: Sequence[tuple[Axis, Axis | None]]) -> Column:
    """A column of which the innermost axis is another's inner one.

    `steps` are the axes to go down from the cells that both share: each with that of the column
    that it ranges over, or None where cells are repeated.
    """
    target, source = steps[-1]
    if source is not None and len(source.counts) == 1:
        return _each(column, lambda values: np.tile(values, len(target.counts)))
    at = np.arange(len(steps[0][0].counts))
    for axis, over in steps:
        if over is None:
            at = np.repeat(at, axis.counts)
        else:
            starts = over.offsets[at] - axis.offsets[:-1]
            at = np.arange(axis.size) + np.repeat(starts, axis.counts)
    return _each(column, lambda values: values[at])


def _each(column: Column, take: Callable[[NDArray[Any]], NDArray[Any]]) -> Column:
    values = take(column.values)
    valid = None if column.valid is None else take(column.valid)
    return Column(values, valid, column.bound, column.scale)
