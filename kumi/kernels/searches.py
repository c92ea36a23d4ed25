"""Tables as data: `lookup` by keys, `bracket` by bounds, over the rows of an array.

A kernel takes `(arguments, table, deeper)`: the arguments of the call, keys of the table among
them, the axes of the table's rows, and those of the cells below what table and cells share. It
gives a column with a row's value for each cell, or the one value where `whole` says so.

>>> from kumi.kernels.kinds import FLOAT
>>> from kumi.kernels.vectors import Axis, cells, column_of
>>> three = Axis(np.array([0, 3]))
>>> bounds, rates = column_of([0.0, 10.0, 50.0], FLOAT), column_of([0.1, 0.2, 0.3], FLOAT)
>>> find = bracket((FLOAT, FLOAT, FLOAT), FLOAT, ("tiers",), whole=False)
>>> cells(find((column_of([-1.0, 10.0, 49.0], FLOAT), bounds, rates), [three], ()))
[None, 0.2, 0.2]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.errors import CompilerBug
from kumi.kernels.table_bounds import Unordered, rows_at
from kumi.kernels.table_keys import alike, codes, outer, place, taken
from kumi.kernels.vectors import Column, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.kernels.kinds import Kind
    from kumi.kernels.table_keys import Codes, Numbers
    from kumi.kernels.vectors import Axis

    Search = Callable[[tuple[Any, ...], Sequence[Axis], Sequence[Axis]], Any]


def lookup(
    kinds: tuple[Kind, ...], result: Kind, names: Sequence[str], *, whole: bool, default: Any = None
) -> Search:
    """The value of the row whose keys all match: `key, keys, … values`.

    ValueError where rows have the same keys.
    """

    def kernel(arguments: tuple[Any, ...], table: Sequence[Axis], deeper: Sequence[Axis]) -> Any:
        keys = _codes(arguments[:-1], kinds, (), outer(table, deeper))
        if keys is None:
            raise CompilerBug("a lookup without keys")
        first = np.full(keys.width + 1, -1)  # the last is for what has no key
        first[keys.rows[::-1]] = np.arange(len(keys.rows))[::-1]
        _check_distinct(keys.rows, first, names, table)
        first[-1] = -1
        found = first[keys.cells]
        return _given(taken(arguments[-1], found, default, result), whole)

    return kernel


def bracket(
    kinds: tuple[Kind, ...],
    result: Kind,
    names: Sequence[str],
    *,
    whole: bool,
    default: Any = None,
    ends: str = "from",
) -> Search:
    """The value of the greatest bound that is not above x: `x, bounds, values, key, keys, …`.

    With `ends` "up_to" that of the least bound that is not below it. ValueError where the bounds of
    one key do not ascend.
    """
    up_to = ends == "up_to"

    def kernel(arguments: tuple[Any, ...], table: Sequence[Axis], deeper: Sequence[Axis]) -> Any:
        x, bounds, values, *more = arguments
        keys = _codes(more, kinds[3:], (x,), outer(table, deeper))
        try:
            found = rows_at(*alike(x, bounds, (kinds[0], kinds[1])), keys, up_to=up_to)
        except Unordered as error:
            here = place(names, table, error.row)
            raise ValueError(f"bracket: the bound of {here} is not above the one before") from None
        return _given(taken(values, found, default, result), whole)

    return kernel


def _codes(
    pairs: Sequence[Any], kinds: Sequence[Kind], others: Sequence[Any], lies: Codes | None
) -> Codes | None:
    """The keys as numbers; `pairs` are those of cells and of rows by turns."""
    both = [
        alike(pairs[at], pairs[at + 1], (kinds[at], kinds[at + 1]))
        for at in range(0, len(pairs), 2)
    ]
    of_cells, of_rows = [one for one, _ in both], [other for _, other in both]
    return codes(of_cells, of_rows, lies, _size((*others, *of_cells), lies))


def _check_distinct(
    rows: Numbers, first: Numbers, names: Sequence[str], table: Sequence[Axis]
) -> None:
    """Raise ValueError unless each row with keys is the first that has them."""
    again = np.flatnonzero((first[rows] != np.arange(len(rows))) & (rows >= 0))
    if len(again):
        row = int(again[0])
        one, other = place(names, table, int(first[rows[row]])), place(names, table, row)
        raise ValueError(f"lookup: {one} and {other} have the same keys")


def _size(of_cells: Sequence[Any], lies: Codes | None) -> int:
    """How many cells there are: those of a column, of the outer elements, or one."""
    column = next((one for one in of_cells if one.__class__ is Column), None)
    if column is not None:
        return len(column)
    return 1 if lies is None else len(lies.cells)


def _given(column: Column, whole: bool) -> Any:
    return cells(column)[0] if whole else column


TABLES: dict[str, Callable[..., Search]] = {"lookup": lookup, "bracket": bracket}
