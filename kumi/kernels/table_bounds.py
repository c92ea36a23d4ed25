"""Finding the rows of a table by their bounds.

A bracket is found by binary search. Where rows are chosen by keys as well, there would be a search
for each key; instead all are one: the rows are put in the order of their keys, and each bound is
replaced by its rank among all bounds, plus so much for its key that the ranks of different keys do
not overlap. For two keys with the bounds 0, 10 and 0, 5 (ranks 0, 2 and 0, 1, four apart):

    key          a      a      b      b
    bound        0      10     0      5
    rank         0      2      4      5
    (b, 7)       7 lies behind rank 1 of the bounds: 4 + 1 = 5, the last row that is not above

>>> from kumi.kernels.kinds import FLOAT
>>> from kumi.kernels.vectors import column_of
>>> rows_at(column_of([7.0], FLOAT), column_of([0.0, 5.0, 10.0], FLOAT), None, up_to=False)
array([1])
>>> rows_at(column_of([7.0], FLOAT), column_of([0.0, 5.0, 10.0], FLOAT), None, up_to=True)
array([2])
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.arguments import integers_within
from kumi.kernels.table_keys import distinct
from kumi.kernels.vectors import EXACT, LARGEST, Column, cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.kernels.table_keys import Codes, Numbers


_FEW = 16


class Unordered(Exception):  # noqa: N818 - whoever knows where the row stands turns it into an error
    """The bound of `row` is not above the one before it."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def rows_at(x: Any, bounds: Column, codes: Codes | None, *, up_to: bool) -> Numbers:
    """The row of the greatest bound that is not above x, for each cell; -1 where there is none.

    `up_to` takes the least bound that is not below x. `codes` are the keys of rows and of cells.
    TypeError for null; Unordered where the bounds of a key do not ascend.
    """
    if x is None and codes is not None and not len(codes.cells):
        x = Column(bounds.values[:0])  # no cell has this null
    if _is_null_anywhere(x) or _is_null_anywhere(bounds):
        raise TypeError("bracket: null is neither above nor below a bound")
    found = _numbers(x, bounds)
    if found is None:
        return _one_by_one(x, bounds, codes, up_to=up_to)
    if codes is not None:
        return _by_code(*found, codes, up_to=up_to)
    of_cells, of_rows = found
    _check(of_rows, np.zeros(len(of_rows), np.int64))
    rows = _below(of_cells, of_rows, up_to=up_to)
    if not up_to:
        return rows - 1
    return np.where((rows < len(of_rows)) & (of_cells == of_cells), rows, -1)  # noqa: PLR0124 - NaN


def _is_null_anywhere(argument: Any) -> bool:
    if argument.__class__ is not Column:
        return argument is None
    return argument.valid is not None and not argument.valid.all()


def _below(x: NDArray[Any], bounds: NDArray[Any], *, up_to: bool) -> Numbers:
    """How many bounds are below x; at most x, unless `up_to`. None are where x is NaN.

    A few bounds are compared one after the other, since NumPy does that for many cells at once.
    """
    if len(bounds) <= _FEW:
        count = np.zeros(len(x), np.int8)
        for bound in bounds:
            count += x > bound if up_to else x >= bound
        return count.astype(np.int64)
    found = np.searchsorted(bounds, x, "left" if up_to else "right")
    return np.where(x == x, found, 0)  # noqa: PLR0124 - NaN comes behind all numbers


def _numbers(x: Any, bounds: Column) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Both as arrays that NumPy compares exactly, or None."""
    of_cells = x.values if x.__class__ is Column else np.array([x])
    same = of_cells.dtype == bounds.values.dtype
    kinds = {of_cells.dtype.kind, bounds.values.dtype.kind}
    if not kinds <= {"i", "f"} and kinds != {"M"}:
        return None
    if not integers_within(LARGEST if same else EXACT, x, bounds):
        return None
    return of_cells, bounds.values


def _check(bounds: NDArray[Any], codes: Numbers, rows: Numbers | None = None) -> None:
    """Raise Unordered unless the bounds of each code ascend; `codes` do not descend."""
    wrong = bounds != bounds  # noqa: PLR0124 - NaN
    wrong[1:] |= (codes[1:] == codes[:-1]) & ~(bounds[1:] > bounds[:-1])
    if wrong.any():
        at = int(wrong.argmax())
        raise Unordered(at if rows is None else int(rows[at]))


def _by_code(x: NDArray[Any], bounds: NDArray[Any], given: Codes, *, up_to: bool) -> Numbers:
    """One search for all codes: for ranks among all bounds, so far apart that no two codes meet."""
    rows = np.argsort(given.rows, kind="stable")
    rows = rows[given.rows[rows] >= 0]
    codes, of_cells = given.rows[rows], given.cells
    _check(bounds[rows], codes, rows)
    known = distinct(bounds)
    width = len(known) + 2
    ranks = codes * width + np.searchsorted(known, bounds[rows]) + 1
    if up_to:
        wanted = of_cells * width + np.searchsorted(known, x, "left") + 1
        at = np.searchsorted(ranks, wanted, "left")
    else:
        wanted = of_cells * width + np.searchsorted(known, x, "right")
        at = np.searchsorted(ranks, wanted, "right") - 1
    inside = (at >= 0) & (at < len(rows)) & (of_cells >= 0) & (x == x)  # noqa: PLR0124 - NaN
    at[~inside] = -1
    if not len(rows):
        return at
    return np.where(inside & (codes[at] == of_cells), rows[at], -1)


def _one_by_one(x: Any, bounds: Column, codes: Codes | None, *, up_to: bool) -> Numbers:
    """By Python's comparisons: text, and numbers that NumPy would round."""
    ordered: defaultdict[int, list[Any]] = defaultdict(list)
    rows: defaultdict[int, list[int]] = defaultdict(list)
    of_rows = repeat(0) if codes is None else codes.rows.tolist()
    for row, (code, bound) in enumerate(zip(of_rows, cells(bounds), strict=False)):
        if code >= 0:
            if bound != bound or (ordered[code] and not ordered[code][-1] < bound):  # noqa: PLR0124 - NaN
                raise Unordered(row)
            ordered[code].append(bound)
            rows[code].append(row)
    given = cells(x) if x.__class__ is Column else repeat(x) if codes else [x]
    of_cells = codes.cells.tolist() if codes else repeat(0)

    def found(code: int, one: Any) -> int:
        within = ordered.get(code, [])
        at = bisect_left(within, one) if up_to else bisect_right(within, one) - 1
        return rows[code][at] if 0 <= at < len(within) and one == one else -1  # noqa: PLR0124 - NaN

    return np.array([found(*each) for each in zip(of_cells, given, strict=False)], np.int64)
