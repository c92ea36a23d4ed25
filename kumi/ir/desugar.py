"""The reducers that are built from others: `sum_if`, `count_if` and `mean_if`.

Their two arguments are brought to the same axes first, and the innermost of these is folded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.kernels.kinds import INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.ir.build import Builder
    from kumi.places import Place


def _sum_if(builder: Builder, place: Place, values: int, condition: int) -> int:
    """`sum(select(condition, values, 0))`."""
    values, condition = builder.align_together(values, condition)
    zero = builder.constant(place, INTEGER, 0)
    return builder.fold(place, "sum", builder.select(place, condition, values, zero))


def _count_if(builder: Builder, place: Place, values: int, match: int) -> int:
    """`sum(select(values == match, 1, 0))`."""
    return _count_true(builder, place, builder.call(place, "equal", values, match))


def _mean_if(builder: Builder, place: Place, values: int, condition: int) -> int:
    """`sum_if` by the number of true conditions."""
    values, condition = builder.align_together(values, condition)
    total = _sum_if(builder, place, values, condition)
    if builder.operations[condition].result_axes:
        count = _count_true(builder, place, condition)
    else:  # one condition for all: as many as there are values, or none
        zero = builder.constant(place, INTEGER, 0)
        count = builder.select(place, condition, builder.fold(place, "count", values), zero)
    return builder.call(place, "divide", total, count)


def _count_true(builder: Builder, place: Place, condition: int) -> int:
    one, zero = builder.constant(place, INTEGER, 1), builder.constant(place, INTEGER, 0)
    return builder.fold(place, "sum", builder.select(place, condition, one, zero))


DESUGARED: dict[str, Callable[[Builder, Place, int, int], int]] = {
    "sum_if": _sum_if,
    "count_if": _count_if,
    "mean_if": _mean_if,
}
"""By canonical name: what lowers a call with these two arguments."""
