"""Folds of the innermost axis, for a whole array or parent by parent.

A reducer takes `(column, axis, whole)`. `whole` says that `axis` is the only one: the result is a
plain Python object. Otherwise it is a column with a cell for each parent of `axis`. Nulls: `sum`,
`mean`, `join`, `any` and `all` raise TypeError, `min` and `max` skip them, `count` counts them. NaN
in `min` or `max` gives NaN.

NumPy folds all the parents at once with `reduceat`, which takes the offset where each begins. But
it has no notion of an empty one: where two offsets are equal it gives the element that stands
there, which is the next parent's, and an offset at the end is an error. So only the parents that
have elements are folded, and the others get what the fold gives for nothing. Offsets `0 2 2 3` are
three parents, of two elements, none, and one:

    offsets [0, 2, 2]     reduceat(add, [1, 2, 4]) = [3, 4, 4]     the second is wrong
    offsets [0, 2]        of the filled ones         [3, 4]
    result                0 in the gap               [3, 0, 4]

>>> column = column_of([1.0, 2.0, 4.0], FLOAT)
>>> cells(REDUCERS["sum"](FLOAT)(column, Axis(np.array([0, 2, 2, 3])), False))
[3.0, 0.0, 4.0]
>>> REDUCERS["max"](FLOAT)(column, Axis(np.array([0, 3])), True)
4.0
"""

from __future__ import annotations

import math
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from kumi.kernels.kinds import FLOAT, INTEGER, STRING
from kumi.kernels.scalars import divide_integers
from kumi.kernels.vectors import EXACT, LARGEST, Axis, Column, cells, column_of, magnitude

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind

Reducer: TypeAlias = "Callable[[Column, Axis, bool], Any]"


def fold(ufunc: np.ufunc, values: NDArray[Any], axis: Axis, identity: object) -> NDArray[Any]:
    """One cell a parent; `identity` where it has no elements (`reduceat` alone gets that wrong)."""
    if axis.even:
        if axis.even <= _FEW:
            return _across(ufunc, values.reshape(-1, axis.even))
        folded: NDArray[Any] = ufunc.reduceat(values, axis.offsets[:-1])
        return folded
    filled = axis.counts > 0
    result = np.full(len(filled), identity, values.dtype)
    if values.size:
        result[filled] = ufunc.reduceat(values, axis.offsets[:-1][filled])
    return result


_FEW: Final = 8
"""Up to so many elements `reduceat` adds one after the other, and not in eight sums at a time."""


def _across(ufunc: np.ufunc, elements: NDArray[Any]) -> NDArray[Any]:
    """The same for an even axis, one row a parent: all the second elements at once, and so on.

    In the order of `reduceat`, which folds what comes after the first element, and then both: a sum
    of floats has the same digits.
    """
    first: NDArray[Any]
    first, *others = elements.T
    if not others:
        return first.copy()
    folded: NDArray[Any] = ufunc(first, reduce(ufunc, others))
    return folded


def parts(column: Column, axis: Axis) -> Iterator[list[Any]]:
    """The cells of each parent, as Python objects."""
    found = cells(column)
    return (found[start:end] for start, end in pairwise(axis.offsets.tolist()))


def require_no_null(column: Column, function: str) -> None:
    """Raise TypeError where a cell is null."""
    if column.valid is not None and not column.valid.all():
        raise TypeError(f"{function}: there is a null among the values")


def sum_floats(column: Column, axis: Axis, whole: bool) -> Any:
    """Pairwise, as NumPy adds."""
    require_no_null(column, "sum")
    if whole:
        return float(np.add.reduce(column.values)) + 0.0  # adding 0.0 turns -0.0 into 0.0
    sums = fold(np.add, column.values, axis, 0.0)
    sums += 0.0
    return Column(sums)


def sum_integers(column: Column, axis: Axis, whole: bool) -> Any:
    """Exact at any size."""
    require_no_null(column, "sum")
    bound = _sum_bound(column)
    if bound > LARGEST:
        return _by_part(sum, INTEGER)(column, axis, whole)
    if whole:
        return int(np.add.reduce(column.values))
    return Column(fold(np.add, column.values, axis, 0), None, bound)


def _sum_bound(column: Column) -> int:
    """The largest magnitude that the sum can have, after a look at the data if need be."""
    bound = (column.bound or 0) * len(column)
    if bound > LARGEST and column.values.dtype != object:
        column.bound = magnitude(column)
        bound = column.bound * len(column)
    return max(bound, column.bound or 0)


def _by_part(function: Callable[[list[Any]], Any], kind: Kind) -> Reducer:
    """A fold in Python, for what NumPy has no loop for."""

    def reducer(column: Column, axis: Axis, whole: bool) -> Any:
        if whole:
            return function(cells(column))
        return column_of([function(part) for part in parts(column, axis)], kind)

    return reducer


def mean(kind: Kind) -> Reducer:
    """The sum by the count; NaN where there is nothing."""
    total = sum_floats if kind is FLOAT else sum_integers

    def reducer(column: Column, axis: Axis, whole: bool) -> Any:
        require_no_null(column, "mean")
        sums = total(column, axis, whole)
        if whole:
            return _quotient(sums, axis.size)
        if (sums.bound or 0) <= EXACT:
            return Column(sums.values / axis.counts)
        quotients = map(divide_integers, sums.values.tolist(), axis.counts.tolist())
        return column_of(list(quotients), FLOAT)

    return reducer


def _quotient(total: float, count: int) -> float:
    if isinstance(total, int):
        return divide_integers(total, count)
    return total / count if count else math.nan


def count(_column: Column, axis: Axis, whole: bool) -> Any:
    """How many elements there are, nulls included."""
    return axis.size if whole else Column(axis.counts, None, axis.size)


def extreme(ufunc: np.ufunc, choose: Callable[[list[Any]], Any], kind: Kind) -> Reducer:
    """The least or greatest of the values that are not null; null where there is none."""

    def in_python(part: list[Any]) -> Any:
        return choose([cell for cell in part if cell is not None] or [None])

    by_part = _by_part(in_python, kind)

    def reducer(column: Column, axis: Axis, whole: bool) -> Any:
        if column.values.dtype == object:
            return by_part(column, axis, whole)
        values, kept = without_nulls(column, axis)
        if whole:
            return ufunc.reduce(values).item() if values.size else None
        filled = None if kept.even else kept.counts > 0
        valid = None if filled is None or filled.all() else filled
        return Column(fold(ufunc, values, kept, 0), valid, column.bound)

    return reducer


def without_nulls(column: Column, axis: Axis) -> tuple[NDArray[Any], Axis]:
    """The values that are not null, and the axis that they then have."""
    if column.valid is None:
        return column.values, axis
    before = np.concatenate(([0], np.cumsum(column.valid, dtype=np.int64)))
    return column.values[column.valid], Axis(before[axis.offsets])


def logical(ufunc: np.ufunc, identity: bool) -> Reducer:
    """Whether any, or all, of the values are true."""

    def reducer(column: Column, axis: Axis, whole: bool) -> Any:
        require_no_null(column, "all" if identity else "any")
        values = column.values
        if whole:
            return bool(ufunc.reduce(values))
        return Column(fold(ufunc, values, axis, identity))

    return reducer


def join(column: Column, axis: Axis, whole: bool) -> Any:
    """The strings, one after the other."""
    require_no_null(column, "join")
    return _by_part("".join, STRING)(column, axis, whole)


REDUCERS: dict[str, Callable[[Kind], Reducer]] = {
    "sum": lambda kind: sum_floats if kind is FLOAT else sum_integers,
    "mean": mean,
    "count": lambda _: count,
    "min": lambda kind: extreme(np.minimum, min, kind),
    "max": lambda kind: extreme(np.maximum, max, kind),
    "any": lambda _: logical(np.logical_or, identity=False),
    "all": lambda _: logical(np.logical_and, identity=True),
    "join": lambda _: join,
}
