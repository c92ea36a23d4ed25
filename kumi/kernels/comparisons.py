"""Comparisons of columns: factories as `arguments` describes them.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import cells, column_of
>>> numbers = column_of([1, None, 3], INTEGER)
>>> cells(elementwise("equal", (INTEGER, INTEGER), BOOLEAN)(numbers, None))
[False, True, False]
>>> cells(elementwise("less_than", (FLOAT, INTEGER), BOOLEAN)(2.5, column_of([1, 3], INTEGER)))
[False, True]
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from kumi.kernels.arguments import has_nulls, integers_within, nulls, presence, values
from kumi.kernels.kinds import BOOLEAN, DATE, FLOAT, INTEGER, STRING
from kumi.kernels.vectors import EXACT, LARGEST, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind


def _order(compare: Callable[[Any, Any], Any]) -> Factory:
    """`<` and its like, over numbers or over strings."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        largest = _comparable(kinds)
        if largest is None or BOOLEAN in kinds:
            return None

        def kernel(a: object, b: object) -> Column:
            if has_nulls(a, b) or not integers_within(largest, a, b):
                return by_row(a, b)
            return Column(compare(values(a), values(b)))

        return kernel

    return make


def _equality(*, negated: bool) -> Factory:
    """`==` or `!=`. Null equals null and nothing else."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        largest = _comparable(kinds)
        if largest is None:
            return None

        def kernel(a: object, b: object) -> Column:
            if not integers_within(largest, a, b):
                return by_row(a, b)
            equal = _equal(a, b)
            return Column(~equal if negated else equal)

        return kernel

    return make


def _comparable(kinds: tuple[Kind, ...]) -> int | None:
    """Up to which integers NumPy compares these kinds as Python does; None: not at all.

    An integer past 2^53 would be rounded, to be compared with a float.
    """
    if kinds in ((STRING, STRING), (BOOLEAN, BOOLEAN), (DATE, DATE)):
        return LARGEST
    if not set(kinds) <= {INTEGER, FLOAT}:
        return None
    return EXACT if len(set(kinds)) > 1 else LARGEST


def _equal(a: Any, b: Any) -> Any:
    if not has_nulls(a, b):
        return values(a) == values(b)
    if a is None or b is None:
        return nulls(b if a is None else a)
    valid_a, valid_b = presence(a), presence(b)
    return (values(a) == values(b)) & valid_a & valid_b | ~(valid_a | valid_b)


COMPARISONS: dict[str, Factory] = {
    "equal": _equality(negated=False),
    "not_equal": _equality(negated=True),
    "greater_than": _order(operator.gt),
    "greater_than_or_equal": _order(operator.ge),
    "less_than": _order(operator.lt),
    "less_than_or_equal": _order(operator.le),
}
