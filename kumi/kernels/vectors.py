"""Vectors: flat values, the offsets that nest them, and a mask where there are nulls.

What a column's `values` are depends on its kind: integer int64, or objects (Python ints) once
`bound` passes `LARGEST`; float float64; boolean bool; date datetime64[D]; anything else objects. A
null cell has any value in `values` (None in objects) and False in `valid`. Decimals are integers
with a `scale`, one for the column; a null among them is an integer, too.

Two regions, the first with one sale and the second with two; a value of each region is repeated
over its sales:

>>> regions, sales = Axis(np.array([0, 2])), Axis(np.array([0, 1, 3]))
>>> taxes = column_of([0.1, None], FLOAT)
>>> to_lists(align(taxes, [sales]), [regions, sales])
[[0.1], [None, None]]
"""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

import numpy as np

from kumi.kernels.decimal_cells import INT64, decimals, from_array, largest, whole_numbers
from kumi.kernels.kinds import BOOLEAN, DATE, DECIMAL, FLOAT, INTEGER
from kumi.kernels.values import to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind

LARGEST: Final = INT64
"""The largest magnitude that an integer column keeps in int64."""

EXACT: Final = 2**53
"""Up to this magnitude every integer is a float64 exactly."""

EPOCH: Final = date(1970, 1, 1)
"""The date from which NumPy counts days."""
_EPOCH_ORDINAL: Final = EPOCH.toordinal()


class Deferred(Protocol):
    """Cells that are made when somebody looks at them.

    Divisions whose digits nobody has asked for (`kumi.kernels.decimal_quotients`), and tuples and
    objects that are still the columns of their parts (`kumi.kernels.tuples`).
    """

    def __len__(self) -> int:
        """How many there are."""

    def worked_out(self) -> Column:
        """Each as a cell: a quotient to 28 digits, a tuple of its items."""

    def repeated(self, counts: Counts) -> Deferred:
        """Each repeated so many times."""


class NumberedTexts(NamedTuple):
    """Texts by number: which of the listed ones each cell is, and the numbers of these."""

    cells: NDArray[np.int16]
    numbers: dict[str, int]


class Column:
    """The cells of a value with axes, in order.

    `values` (n,); `valid` (n,) bool, False where a cell is null, or None where none is. `bound`
    is for integers: no magnitude is larger (it may be generous). A column with a `scale` is one of
    decimals: each is its integer times `10 ** -scale`.

    Texts of a few that are listed may have `codes` besides.

    A column with `deferred` cells has no values yet. They are worked out when somebody looks at
    them, which rounding does not: it asks the quotients themselves.
    """

    __slots__ = ("bound", "codes", "deferred", "exact", "scale", "valid", "values")

    deferred: Deferred | None

    def __init__(
        self,
        values: NDArray[Any],
        valid: NDArray[np.bool_] | None = None,
        bound: int | None = None,
        scale: int | None = None,
    ) -> None:
        self.values = values
        self.valid = valid
        self.bound = bound
        self.scale = scale
        self.deferred = None
        self.exact: Any = None  # floats as decimals, once somebody has asked
        self.codes: NumberedTexts | None = None

    @classmethod
    def deferring(cls, deferred: Deferred) -> Column:
        """A column of cells that are made later, none of them null."""
        column = cls.__new__(cls)
        column.deferred = deferred
        column.valid = column.exact = column.codes = None
        return column

    if not TYPE_CHECKING:  # a type checker sees the slots, which are all there

        def __getattr__(self, name: str) -> Any:
            if name not in ("values", "bound", "scale"):
                raise AttributeError(name)
            worked = self.deferred.worked_out()
            self.values, self.bound, self.scale = worked.values, worked.bound, worked.scale
            return getattr(self, name)

    def __len__(self) -> int:
        return len(self.values if self.deferred is None else self.deferred)

    def __repr__(self) -> str:
        return f"Column({cells(self)!r}, bound={self.bound})"


_UNKNOWN: Final = -1
_ONE_PARENT: Final = 2
"""So many offsets an axis has then."""


class Axis:
    """One array level: the elements of parent p are those from `offsets[p]` to `offsets[p + 1]`.

    `offsets` (parents + 1,) int64; an array at the root has one parent, so `[0, n]`. `size` is the
    number of elements in all.
    """

    __slots__ = ("_counts", "_even", "offsets", "size")

    def __init__(self, offsets: NDArray[np.int64]) -> None:
        self.offsets = offsets
        self.size = int(offsets[-1])
        self._counts: NDArray[np.int64] | None = None
        self._even: int | None = self.size if len(offsets) == _ONE_PARENT else _UNKNOWN

    @property
    def even(self) -> int | None:
        """How many elements each parent has, where all have as many; None where they have not."""
        if self._even == _UNKNOWN:
            counts = self.counts
            most = counts.item(counts.argmax()) if counts.size else 0
            self._even = most if most * counts.size == self.size else None
        return self._even

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many elements each parent has."""
        if self._counts is None:
            self._counts = (
                self.offsets[1:] - self.offsets[:-1]
            )  # `np.diff` takes three times as long
        return self._counts


class EvenAxis(Axis):
    """The axis along so many arrays of one length; its offsets are made when they are asked for.

    >>> EvenAxis(3, 2).offsets.tolist()
    [0, 2, 4, 6]
    """

    __slots__ = ("_parents",)

    def __init__(self, parents: int, each: int) -> None:
        self.size = parents * each
        self._counts = None
        self._even = each if parents else 0
        self._parents = parents

    if not TYPE_CHECKING:  # a type checker sees the slots, which are all there

        def __getattr__(self, name: str) -> Any:
            if name != "offsets":
                raise AttributeError(name)
            self.offsets = np.arange(self._parents + 1) * (self._even or 0)
            return self.offsets


def axis_over(arrays: Sequence[Sequence[Any]]) -> Axis:
    """The axis along arrays that belong to one parent each."""
    if len(arrays) == 1:
        return Axis(np.array((0, len(arrays[0])), np.int64))
    offsets = np.zeros(len(arrays) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, arrays), np.int64, len(arrays)), out=offsets[1:])
    return Axis(offsets)


def align(column: Column, axes: Sequence[Axis]) -> Column:
    """Repeat each cell over the elements below it: `axes` are the deeper ones, outermost first."""
    return repeated(column, _counts_below(axes))


def stretched(values: NDArray[Any], axes: Sequence[Axis]) -> NDArray[Any]:
    """The same of bare values; a row a cell, without copying it, where rows are even and long.

    Nobody writes to a view. One made so takes a fifth of the time of `np.broadcast_to`.
    """
    counts = _counts_below(axes)
    if not isinstance(counts, int) or counts < LONG:
        return np.repeat(values, counts)
    return np.ndarray((len(values), counts), values.dtype, values, 0, (values.itemsize, 0))


LONG: Final = 32
"""From so many cells on NumPy goes along a row faster than it goes from one to the next."""

Counts: TypeAlias = "NDArray[np.int64] | int"
"""How often each of some cells is repeated; one number, which is quicker, where all are alike."""


def repeated(column: Column, counts: Counts) -> Column:
    """Each cell repeated so many times."""
    if column.deferred is not None:
        return Column.deferring(column.deferred.repeated(counts))
    valid = None if column.valid is None else np.repeat(column.valid, counts)
    return Column(np.repeat(column.values, counts), valid, column.bound, column.scale)


def size_repeated(size: int, counts: Counts) -> int:
    """How many cells come of so many."""
    return size * counts if isinstance(counts, int) else int(counts.sum())


def _counts_below(axes: Sequence[Axis]) -> Counts:
    """How many cells there are below each parent."""
    even = [axis.even for axis in axes]
    if None not in even:
        return math.prod(count for count in even if count is not None)
    return axes[0].counts if len(axes) == 1 else np.diff(composed(axes))


def composed(axes: Sequence[Axis]) -> NDArray[np.int64]:
    """The offsets of the innermost axis, seen from the parents of the outermost."""
    offsets = axes[0].offsets
    for axis in axes[1:]:
        offsets = axis.offsets[offsets]
    return offsets


def cells(column: Column) -> list[Any]:
    """The cells as Python objects, None where null."""
    scale = column.scale
    found: list[Any] = column.values.tolist() if scale is None else decimals(column.values, scale)
    if column.valid is not None:
        for position in np.flatnonzero(~column.valid).tolist():
            found[position] = None
    return found


def to_lists(column: Column, axes: Sequence[Axis]) -> list[Any]:
    """The cells as nested lists; `axes` are all of the column's, outermost first.

    Inner arrays that are empty are kept. Cells are plain Python objects, None where null.
    """
    return nested(cells(column), axes)


def nested(flat: list[Any], axes: Sequence[Axis]) -> list[Any]:
    """Flat cells as lists within lists, along `axes`."""
    for axis in reversed(axes[1:]):
        flat = [flat[start:end] for start, end in pairwise(axis.offsets.tolist())]
    return flat


def column_of(found: Sequence[Any], kind: Kind, types: set[type] | None = None) -> Column:
    """A column of Python objects that are all of `kind`, or None where null.

    A float column takes integers too, a decimal one whatever `to_decimal` takes. `types` are those
    of the cells, where the caller knows them.
    """
    types = set(map(type, found)) if types is None else types
    valid = _presence(found) if type(None) in types else None
    if kind is FLOAT:
        return _floats(found, valid)
    if kind is INTEGER:
        return _integers(found, valid)
    if kind is DECIMAL:
        return _decimals(found, valid, types - {type(None)})
    if kind is BOOLEAN:
        return Column(np.fromiter(_filled(found, valid, False), np.bool_, len(found)), valid)
    if kind is DATE:
        return _dates(found, valid)
    return Column(np.fromiter(found, object, len(found)), valid)


def column_of_array(values: NDArray[Any], kind: Kind) -> Column:
    """A column of floats or of int64 that are numbers of `kind`, or floats that become decimals.

    Raises ValueError for NaN and infinities among the latter.
    """
    if kind is FLOAT:
        return Column(values)
    if kind is INTEGER:
        return Column(values, None, largest(values))
    whole, bound, scale = from_array(values)
    return Column(whole, None, bound, scale)


def _presence(found: Sequence[Any]) -> NDArray[np.bool_]:
    return np.fromiter((cell is not None for cell in found), np.bool_, len(found))


def _filled(found: Sequence[Any], valid: object, fill: float | str) -> Sequence[Any]:
    return found if valid is None else [fill if cell is None else cell for cell in found]


def _floats(found: Sequence[float | None], valid: NDArray[np.bool_] | None) -> Column:
    filled = _filled(found, valid, 0.0)
    try:
        values = np.fromiter(filled, np.float64, len(found))
    except OverflowError:
        values = np.fromiter(map(to_float, filled), np.float64, len(found))
    return Column(values, valid)


def _dates(found: Sequence[Any], valid: NDArray[np.bool_] | None) -> Column:
    filled = found if valid is None else [EPOCH if cell is None else cell for cell in found]
    days = np.fromiter(map(date.toordinal, filled), np.int64, len(found)) - _EPOCH_ORDINAL
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


def _decimals(found: Sequence[Any], valid: NDArray[np.bool_] | None, types: set[type]) -> Column:
    filled = _filled(found, valid, "0" if types == {str} else 0)
    values, bound, scale = whole_numbers(filled, types)
    return Column(values, valid, bound, scale)


def magnitude(column: Column) -> int:
    """The largest magnitude in an integer column; 0 where it is empty."""
    return largest(column.values)
