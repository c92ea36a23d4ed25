"""Vectors: flat values, the offsets that nest them, and a mask where there are nulls.

What a column's `values` are depends on its kind: integer int64, or objects (Python ints) once
`bound` passes `LARGEST`; float float64; boolean bool; date datetime64[D]; anything else objects. A
null cell has any value in `values` (None in objects) and False in `valid`.

Two regions, the first with one sale and the second with two; a value of each region is repeated
over its sales:

>>> regions, sales = Axis(np.array([0, 2])), Axis(np.array([0, 1, 3]))
>>> taxes = column_of([0.1, None], FLOAT)
>>> to_lists(align(taxes, [sales]), [regions, sales])
[[0.1], [None, None]]
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.kinds import BOOLEAN, DATE, FLOAT, INTEGER
from kumi.kernels.values import to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind

LARGEST: Final = 2**63 - 1
"""The largest magnitude that an integer column keeps in int64."""

EXACT: Final = 2**53
"""Up to this magnitude every integer is a float64 exactly."""

EPOCH: Final = date(1970, 1, 1)
"""The date from which NumPy counts days."""
_EPOCH_ORDINAL: Final = EPOCH.toordinal()


class Column:
    """The cells of a value with axes, in order.

    `values` (n,); `valid` (n,) bool, False where a cell is null, or None where none is. `bound`
    is for integers: no magnitude is larger (it may be generous).
    """

    __slots__ = ("bound", "valid", "values")

    def __init__(
        self, values: NDArray[Any], valid: NDArray[np.bool_] | None = None, bound: int | None = None
    ) -> None:
        self.values = values
        self.valid = valid
        self.bound = bound

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Column({cells(self)!r}, bound={self.bound})"


class Axis:
    """One array level: the elements of parent p are those from `offsets[p]` to `offsets[p + 1]`.

    `offsets` (parents + 1,) int64; an array at the root has one parent, so `[0, n]`. `size` is the
    number of elements in all.
    """

    __slots__ = ("_counts", "offsets", "size")

    def __init__(self, offsets: NDArray[np.int64]) -> None:
        self.offsets = offsets
        self.size = int(offsets[-1])
        self._counts: NDArray[np.int64] | None = None

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many elements each parent has."""
        if self._counts is None:
            self._counts = np.diff(self.offsets)
        return self._counts


def axis_over(arrays: Sequence[Sequence[Any]]) -> Axis:
    """The axis along arrays that belong to one parent each."""
    if len(arrays) == 1:
        return Axis(np.array((0, len(arrays[0])), np.int64))
    offsets = np.zeros(len(arrays) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, arrays), np.int64, len(arrays)), out=offsets[1:])
    return Axis(offsets)


def align(column: Column, axes: Sequence[Axis]) -> Column:
    """Repeat each cell over the elements below it: `axes` are the deeper ones, outermost first."""
    counts = axes[0].counts if len(axes) == 1 else np.diff(composed(axes))
    valid = None if column.valid is None else np.repeat(column.valid, counts)
    return Column(np.repeat(column.values, counts), valid, column.bound)


def composed(axes: Sequence[Axis]) -> NDArray[np.int64]:
    """The offsets of the innermost axis, seen from the parents of the outermost."""
    offsets = axes[0].offsets
    for axis in axes[1:]:
        offsets = axis.offsets[offsets]
    return offsets


def cells(column: Column) -> list[Any]:
    """The cells as Python objects, None where null."""
    found: list[Any] = column.values.tolist()
    if column.valid is not None:
        for position in np.flatnonzero(~column.valid).tolist():
            found[position] = None
    return found


def to_lists(column: Column, axes: Sequence[Axis]) -> list[Any]:
    """The cells as nested lists; `axes` are all of the column's, outermost first.

    Inner arrays that are empty are kept. Cells are plain Python objects, None where null.
    """
    nested = cells(column)
    for axis in reversed(axes[1:]):
        nested = [nested[start:end] for start, end in pairwise(axis.offsets.tolist())]
    return nested


def column_of(found: Sequence[Any], kind: Kind, types: set[type] | None = None) -> Column:
    """A column of Python objects that are all of `kind`, or None where null.

    A float column takes integers too. `types` are those of the cells, where the caller knows them.
    """
    types = set(map(type, found)) if types is None else types
    valid = _presence(found) if type(None) in types else None
    if kind is FLOAT:
        return _floats(found, valid)
    if kind is INTEGER:
        return _integers(found, valid)
    if kind is BOOLEAN:
        return Column(np.fromiter(_filled(found, valid, False), np.bool_, len(found)), valid)
    if kind is DATE:
        return _dates(found, valid)
    return Column(np.fromiter(found, object, len(found)), valid)


def _presence(found: Sequence[Any]) -> NDArray[np.bool_]:
    return np.fromiter((cell is not None for cell in found), np.bool_, len(found))


def _filled(found: Sequence[Any], valid: object, fill: float) -> Sequence[Any]:
    return found if valid is None else [fill if cell is None else cell for cell in found]


def _floats(found: Sequence[float | None], valid: NDArray[np.bool_] | None) -> Column:
    filled = _filled(found, valid, 0.0)
    try:
        values = np.fromiter(filled, np.float64, len(found))
    except OverflowError:
        values = np.fromiter(map(to_float, filled), np.float64, len(found))
    return Column(values, valid)


def _dates(found: Sequence[date | None], valid: NDArray[np.bool_] | None) -> Column:
    ordinals = (_EPOCH_ORDINAL if cell is None else cell.toordinal() for cell in found)
    days = np.fromiter(ordinals, np.int64, len(found)) - _EPOCH_ORDINAL
    return Column(days.view("datetime64[D]"), valid)


def _integers(found: Sequence[int | None], valid: NDArray[np.bool_] | None) -> Column:
    """Integers of any size, with the exact bound."""
    try:
        values = np.fromiter(_filled(found, valid, 0), np.int64, len(found))
    except OverflowError:
        values = np.fromiter(found, object, len(found))
    column = Column(values, valid)
    column.bound = magnitude(column)
    if column.bound > LARGEST:  # -2^63 fits int64, but its magnitude does not
        column.values = np.fromiter(found, object, len(found))
    return column


def magnitude(column: Column) -> int:
    """The largest magnitude in an integer column; 0 where it is empty."""
    values = column.values
    if values.dtype == object:
        return max((abs(value) for value in values.tolist() if value is not None), default=0)
    return max(-int(values.min()), int(values.max())) if values.size else 0
