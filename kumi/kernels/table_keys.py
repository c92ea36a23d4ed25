"""A table among the arguments: which of its rows are in question for which cell, and what they say.

Keys may be of several columns, and a table may lie in an outer array, one for each of its elements:
then the number of that element is one more key. Null is no key: it finds nothing and is not found.

>>> codes([column_of(["b", "c"], STRING)], [column_of(["a", "b"], STRING)], None, 2)
Codes(rows=array([0, 1]), cells=array([ 1, -1]), width=2)
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kumi.kernels.arguments import has_nulls, plain
from kumi.kernels.decimal_operands import column, operands
from kumi.kernels.decimal_values import to_decimal
from kumi.kernels.kinds import BOOLEAN, DATE, DECIMAL, FLOAT, INTEGER, STRING
from kumi.kernels.vectors import Column, cells, column_of, composed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind
    from kumi.kernels.vectors import Axis

    Numbers = NDArray[np.int64]


class Codes(NamedTuple):
    """Keys as numbers from 0 to `width`: of each row, and of each cell; -1 for none."""

    rows: Numbers
    cells: Numbers
    width: int


_ROOM, _LEAST = 4, 1024
"""How many numbers there may be for the keys of so many rows, before they are numbered anew."""

_PLAIN = frozenset({INTEGER, FLOAT, STRING, BOOLEAN, DATE})


def outer(table: Sequence[Axis], deeper: Sequence[Axis]) -> Codes | None:
    """In which outer element each row and each cell lies; None where one table is for all.

    `table` are the axes of the rows, `deeper` those of the cells below the outer elements.
    """
    if len(table) == 1:
        return None
    parents = np.arange(len(table[-1].counts))
    below = np.repeat(parents, np.diff(composed(deeper))) if deeper else parents
    return Codes(np.repeat(parents, table[-1].counts), below, len(parents))


class Numbered(dict[Any, int]):
    """Numbers by key; -1 for a key that is not there, at the cost of a look-up."""

    def __missing__(self, key: object) -> int:
        return -1


def codes(
    of_cells: Sequence[Any], of_rows: Sequence[Column], lies: Codes | None, size: int
) -> Codes | None:
    """The keys of rows and of cells as numbers, -1 where there is no such key among the rows.

    `of_cells` are columns of `size` cells, and scalars. The numbers are below about four times the
    number of rows, whatever the keys are. None where there are no keys at all.
    """
    each = [] if lies is None else [lies]
    for cell, rows in zip(of_cells, of_rows, strict=True):
        each.append(_of_integers(cell, rows) or _of_anything(cell, rows))
    if not each:
        return None
    whole = reduce(lambda one, other: _dense(_both(one, other)), each)
    return Codes(whole.rows, np.broadcast_to(whole.cells, (size,)), whole.width)


def _of_integers(cell: Any, rows: Column) -> Codes | None:
    """Integers that lie close together are numbers already."""
    given = np.array([cell]) if cell.__class__ is int else plain(cell)
    known = plain(rows)
    if known is None or given is None or not _are_integers(known, given) or not len(known):
        return None
    low, high = int(known.min()), int(known.max())
    width = high - low + 1
    if width > _ROOM * len(known) + _LEAST:
        return None
    inside = (given >= low) & (given <= high)
    return Codes(known - low, np.where(inside, given - low, -1), width)


def _are_integers(*given: Any) -> bool:
    return all(one.__class__ is np.ndarray and one.dtype == np.int64 for one in given)


def _of_anything(cell: Any, rows: Column) -> Codes:
    """By a dict, which takes what is equal for equal as the language does; null is no key."""
    numbers = Numbered()
    numbered = [-1 if key is None else numbers.setdefault(key, len(numbers)) for key in cells(rows)]
    given = cells(cell) if cell.__class__ is Column else [cell]
    of_cells = np.fromiter(map(numbers.__getitem__, given), np.int64, len(given))
    return Codes(np.array(numbered, np.int64), of_cells, len(numbers))


def _both(one: Codes, other: Codes) -> Codes:
    """One number for two keys."""
    rows, of_cells = one.rows * other.width + other.rows, one.cells * other.width + other.cells
    rows[(one.rows < 0) | (other.rows < 0)] = -1
    of_cells[(one.cells < 0) | (other.cells < 0)] = -1
    return Codes(rows, of_cells, one.width * other.width)


def _dense(given: Codes) -> Codes:
    """The same keys by smaller numbers, where they have become large."""
    if given.width <= _ROOM * len(given.rows) + _LEAST:
        return given
    known = distinct(given.rows[given.rows >= 0])
    if not len(known):
        return Codes(given.rows, np.full_like(given.cells, -1), 1)
    at = np.minimum(np.searchsorted(known, given.cells), len(known) - 1)
    rows = np.where(given.rows < 0, -1, np.searchsorted(known, given.rows))
    return Codes(rows, np.where(known[at] == given.cells, at, -1), len(known))


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The values in order, each once. NumPy's own function takes 30 ms when it is first called."""
    ordered = np.sort(values)
    found: NDArray[Any] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def alike(one: Any, other: Any, kinds: tuple[Kind, Kind]) -> tuple[Any, Any]:
    """Two arguments whose cells compare as the language does: decimals as integers of one scale.

    ValueError for a float beside them that is NaN or infinite.
    """
    if DECIMAL not in kinds or one is None:
        return one, other
    found = None if has_nulls(one, other) else operands((one, other), max)
    if found is None:
        return _decimals(one), _decimals(other)
    (first, second), _, bound = found
    return _integers(one, first, bound), _integers(other, second, bound)


def _integers(argument: Any, whole: Any, bound: int) -> Any:
    if argument.__class__ is Column:
        return column(whole, 0, bound)
    return int(whole)


def _decimals(argument: Any) -> Any:
    """Numbers as Python's decimals, which it compares exactly."""
    if argument.__class__ is not Column:
        return to_decimal(argument)
    exact = [None if one is None else to_decimal(one) for one in cells(argument)]
    return column_of(exact, STRING)


def taken(values: Column, rows: Numbers, default: Any, kind: Kind) -> Column:
    """The values of some rows; `default` where the row is -1."""
    if kind is DECIMAL:
        return _taken_decimals(values, rows, default)
    if kind not in _PLAIN:
        found = [*cells(values), default]
        return column_of([found[row] for row in rows.tolist()], kind)
    last = column_of([default], kind)
    both = np.concatenate([values.values, last.values])
    bound = None if values.bound is None else max(values.bound, last.bound or 0)
    return Column(both[rows], _valid(values, rows, default), bound)


def _taken_decimals(values: Column, rows: Numbers, default: Any) -> Column:
    found = operands((values, 0 if default is None else default), max)
    if found is None:
        exact = [*cells(values), None if default is None else to_decimal(default)]
        return column_of([exact[row] for row in rows.tolist()], DECIMAL)
    (whole, last), scale, bound = found
    return column(np.append(whole, last)[rows], scale, bound, _valid(values, rows, default))


def _valid(values: Column, rows: Numbers, default: Any) -> NDArray[np.bool_] | None:
    if values.valid is None and (default is not None or (rows.size and rows.min() >= 0)):
        return None
    there = np.ones(len(values), np.bool_) if values.valid is None else values.valid
    valid: NDArray[np.bool_] = np.append(there, default is not None)[rows]
    return None if valid.all() else valid


def place(names: Sequence[str], table: Sequence[Axis], row: int) -> str:
    """Where a row stands in the input: `regions[1].rates[0]`."""
    indexes = []
    for axis in reversed(table):
        parent = int(np.searchsorted(axis.offsets, row, "right")) - 1
        indexes.append(row - int(axis.offsets[parent]))
        row = parent
    text, above = names[0], names[0]
    for name, index in zip(names, reversed(indexes), strict=True):
        # Below an array stands its element, which no path through the data names.
        _, dot, fields = name[len(above) + 1 :].partition(".")
        text += f"{dot}{fields}[{index}]"
        above = name
    return text
