"""A table among the arguments: which of its rows are in question for which cell, and what they say.

Keys may be of several columns, and a table may lie in an outer array, one for each of its elements:
then the number of that element is one more key. Null is no key: it finds nothing and is not found.

>>> given = Keys([column_of(["b", "c"], STRING)], [column_of(["a", "b"], STRING)], None)
>>> given.codes(2)
(array([0, 1]), array([ 1, -1]))
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.kinds import BOOLEAN, DECIMAL, FLOAT, INTEGER, STRING
from kumi.kernels.vectors import Column, cells, column_of, composed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind
    from kumi.kernels.vectors import Axis

    Numbers = NDArray[np.int64]
    Outer = tuple[Numbers, Numbers]

_PLAIN = frozenset({INTEGER, FLOAT, STRING, BOOLEAN})


def outer(table: Sequence[Axis], deeper: Sequence[Axis]) -> Outer | None:
    """In which outer element each row and each cell lies; None where one table is for all.

    `table` are the axes of the rows, `deeper` those of the cells below the outer elements.
    """
    if len(table) == 1:
        return None
    parents = np.arange(len(table[-1].counts))
    below = np.repeat(parents, np.diff(composed(deeper))) if deeper else parents
    return np.repeat(parents, table[-1].counts), below


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the cells (columns and scalars) beside those of the rows, and who lies where."""

    of_cells: Sequence[Any]
    of_rows: Sequence[Column]
    outer: Outer | None

    def of_row(self) -> Iterable[Any]:
        """A key for each row; None where there is none."""
        return _joined(self.outer and self.outer[0], self.of_rows)

    def of_cell(self) -> Iterable[Any]:
        """A key for each cell, without end where all are scalars; None where there is none."""
        return _joined(self.outer and self.outer[1], self.of_cells)

    def codes(self, size: int) -> Outer | None:
        """The keys of rows and of cells as numbers from 0; -1 where there is no such key.

        None where there are no keys at all.
        """
        if not self.of_rows:
            return self.outer
        numbers: dict[Any, int] = {}
        rows = [
            -1 if key is None else numbers.setdefault(key, len(numbers)) for key in self.of_row()
        ]
        of_cells = map(numbers.get, self.of_cell(), repeat(-1))
        return np.array(rows, np.int64), np.fromiter(of_cells, np.int64, size)


def _joined(numbers: Numbers | None, keys: Sequence[Any]) -> Iterable[Any]:
    """One key for each cell: that of the only column, or a tuple of all."""
    columns: list[Iterable[Any]] = [] if numbers is None else [numbers.tolist()]
    columns += map(_listed, keys)
    if len(columns) == 1:
        return columns[0]
    joined = zip(*columns, strict=False)
    if not any(_has_null(key) for key in keys):
        return joined
    return (None if None in key else key for key in joined)


def _listed(argument: Any) -> Iterable[Any]:
    return cells(argument) if argument.__class__ is Column else repeat(argument)


def _has_null(argument: Any) -> bool:
    return argument is None or (argument.__class__ is Column and argument.valid is not None)


def alike(one: Any, other: Any, kinds: tuple[Kind, Kind]) -> tuple[Any, Any]:
    """Two arguments whose cells Python compares as the language does: no float beside a decimal."""
    if DECIMAL not in kinds or FLOAT not in kinds:
        return one, other
    return _decimals(one, kinds[0]), _decimals(other, kinds[1])


def _decimals(argument: Any, kind: Kind) -> Any:
    if kind is not FLOAT:
        return argument
    if argument.__class__ is not Column:
        return None if argument is None else Decimal(repr(argument))
    return column_of([None if x is None else Decimal(repr(x)) for x in cells(argument)], STRING)


def taken(values: Column, rows: Numbers, default: Any, kind: Kind) -> Column:
    """The values of some rows; `default` where the row is -1."""
    if kind not in _PLAIN:
        found = [*cells(values), default]
        return column_of([found[row] for row in rows.tolist()], kind)
    last = column_of([default], kind)
    both = np.concatenate([values.values, last.values])
    bound = None if values.bound is None else max(values.bound, last.bound or 0)
    return Column(both[rows], _valid(values, last, rows), bound)


def _valid(values: Column, last: Column, rows: Numbers) -> NDArray[np.bool_] | None:
    if values.valid is None and (last.valid is None or (rows.size and rows.min() >= 0)):
        return None
    there = np.ones(len(values), np.bool_) if values.valid is None else values.valid
    valid: NDArray[np.bool_] = np.append(there, last.valid is None)[rows]
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
