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

from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.table_bounds import Unordered, rows_at
from kumi.kernels.table_keys import Keys, alike, outer, place, taken
from kumi.kernels.vectors import Column, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.kernels.kinds import Kind
    from kumi.kernels.table_keys import Outer
    from kumi.kernels.vectors import Axis

    Search = Callable[[tuple[Any, ...], Sequence[Axis], Sequence[Axis]], Any]


def lookup(
    kinds: tuple[Kind, ...], result: Kind, names: Sequence[str], *, whole: bool, default: Any = None
) -> Search:
    """The value of the row whose keys all match: `key, keys, … values`.

    ValueError where rows have the same keys.
    """

    def kernel(arguments: tuple[Any, ...], table: Sequence[Axis], deeper: Sequence[Axis]) -> Any:
        keys = _keys(arguments[:-1], kinds, outer(table, deeper))
        rows: dict[Any, int] = {}
        for row, key in enumerate(keys.of_row()):
            if key is not None and rows.setdefault(key, row) != row:
                first, second = place(names, table, rows[key]), place(names, table, row)
                raise ValueError(f"lookup: {first} and {second} have the same keys")
        size = _size(arguments[:-1:2], keys.outer)
        found = np.fromiter(map(rows.get, keys.of_cell(), repeat(-1)), np.int64, size)
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
        keys = _keys(more, kinds[3:], outer(table, deeper))
        codes = keys.codes(_size((x, *more[::2]), keys.outer))
        try:
            found = rows_at(*alike(x, bounds, (kinds[0], kinds[1])), codes, up_to=up_to)
        except Unordered as error:
            here = place(names, table, error.row)
            raise ValueError(f"bracket: the bound of {here} is not above the one before") from None
        return _given(taken(values, found, default, result), whole)

    return kernel


def _keys(pairs: Sequence[Any], kinds: Sequence[Kind], lies: Outer | None) -> Keys:
    of_cells, of_rows = [], []
    for at in range(0, len(pairs), 2):
        one, other = alike(pairs[at], pairs[at + 1], (kinds[at], kinds[at + 1]))
        of_cells.append(one)
        of_rows.append(other)
    return Keys(of_cells, of_rows, lies)


def _size(of_cells: Sequence[Any], lies: Outer | None) -> int:
    """How many cells there are: those of a column, of the outer elements, or one."""
    column = next((one for one in of_cells if one.__class__ is Column), None)
    if column is not None:
        return len(column)
    return 1 if lies is None else len(lies[1])


def _given(column: Column, whole: bool) -> Any:
    return cells(column)[0] if whole else column


TABLES: dict[str, Callable[..., Search]] = {"lookup": lookup, "bracket": bracket}
