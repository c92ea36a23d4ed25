"""Folds of the innermost axis of decimal columns: sums are exact, a mean is a quotient.

They take and give what those of `kumi.kernels.reduce` do. The mean of nothing raises
ZeroDivisionError: decimals have no NaN.

>>> from kumi.kernels.vectors import cells
>>> prices = column_of([Decimal("0.10"), Decimal("0.20"), Decimal(1)], DECIMAL)
>>> DECIMAL_REDUCERS["sum"](prices, Axis(np.array([0, 3])), True)
Decimal('1.30')
>>> cells(DECIMAL_REDUCERS["mean"](prices, Axis(np.array([0, 2, 3])), False))
[Decimal('0.15'), Decimal('1')]
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.decimal_operands import boxed, column, is_long, parts, tight
from kumi.kernels.decimal_quotients import divide as divide_columns
from kumi.kernels.decimal_values import divide, scaled
from kumi.kernels.kinds import DECIMAL
from kumi.kernels.reduce import fold, require_no_null, without_nulls
from kumi.kernels.vectors import LARGEST, Axis, Column, column_of

if TYPE_CHECKING:
    from kumi.kernels.reduce import Reducer


def total(argument: Column, axis: Axis, whole: bool) -> Any:
    """The sum, zero of nothing."""
    require_no_null(argument, "sum")
    found = parts(argument)
    if found.bound * len(argument) > LARGEST:
        found = tight(argument, found)
    bound = found.bound * max(len(argument), 1)
    values = found.whole if bound <= LARGEST else boxed(found.whole)
    if whole:
        return scaled(int(np.add.reduce(values)) if len(values) else 0, found.scale)
    sums = fold(np.add, values, axis, 0)
    if is_long(bound, found.scale):
        return column_of([scaled(one, found.scale) for one in sums.tolist()], DECIMAL)
    return column(sums, found.scale, bound)


def mean(argument: Column, axis: Axis, whole: bool) -> Any:
    """The sum by the count, which is a quotient like any other."""
    require_no_null(argument, "mean")
    sums = total(argument, axis, whole)
    if whole:
        return divide(sums, Decimal(axis.size))
    return divide_columns(sums, Column(axis.counts, None, axis.size))


def _extreme(ufunc: np.ufunc) -> Reducer:
    """The least or greatest of the values that are not null; null where there is none."""

    def reducer(argument: Column, axis: Axis, whole: bool) -> Any:
        found = parts(argument)
        values, kept = without_nulls(argument, axis)
        if whole:
            return scaled(int(ufunc.reduce(values)), found.scale) if values.size else None
        filled = kept.counts > 0
        valid = None if filled.all() else filled
        return column(fold(ufunc, values, kept, 0), found.scale, found.bound, valid)

    return reducer


DECIMAL_REDUCERS: Final[dict[str, Reducer]] = {
    "sum": total,
    "mean": mean,
    "min": _extreme(np.minimum),
    "max": _extreme(np.maximum),
}
"""By canonical name; the others are those of any kind."""
