"""Functions of as many arguments as are written: `min_of`, `max_of`, and `in` a list of literals.

Scalars, and over columns factories as `arguments` describes them.

>>> least((2, 1.5)), greatest(("a", "b")), one_of(1, 2, 1.0)
(1.5, 'b', True)
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.arguments import bound, has_nulls, integers_within, numbers, values
from kumi.kernels.kinds import DATE, FLOAT, INTEGER, STRING
from kumi.kernels.values import same
from kumi.kernels.vectors import LARGEST, Column, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind


def least(given: Sequence[Any]) -> Any:
    """The least, the first of equal ones; NaN where there is one, TypeError for a null."""
    return reduce(lambda a, b: b if b < a or b != b else a, given)  # noqa: PLR0124 - b is NaN


def greatest(given: Sequence[Any]) -> Any:
    """The greatest, the first of equal ones; NaN where there is one, TypeError for a null."""
    return reduce(lambda a, b: b if b > a or b != b else a, given)  # noqa: PLR0124 - b is NaN


def one_of(value: Any, *listed: Any) -> bool:
    """Whether a value is the same as one of those listed; null is none of them."""
    return any(same(value, one) for one in listed)


def _extreme(before: Callable[[Any, Any], Any]) -> Factory:
    """`min_of` or `max_of`: two arguments at a time."""

    def make(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
        if result is FLOAT:
            return _of_floats(before, by_row)
        return _of_integers(before, by_row) if result is INTEGER else None

    return make


def _of_floats(before: Callable[[Any, Any], Any], by_row: Kernel) -> Kernel:
    def choose(a: Any, b: Any) -> Any:
        return np.where(before(b, a) | (b != b), b, a)  # noqa: PLR0124 - where b is NaN

    def kernel(*arguments: Any) -> Column:
        given = [numbers(argument) for argument in arguments]
        if any(one is None for one in given):
            return by_row(*arguments)
        return Column(reduce(choose, given).astype(np.float64, copy=False))

    return kernel


def _of_integers(before: Callable[[Any, Any], Any], by_row: Kernel) -> Kernel:
    choose = np.minimum if before is operator.lt else np.maximum

    def kernel(*arguments: Any) -> Column:
        if has_nulls(*arguments) or not integers_within(LARGEST, *arguments):
            return by_row(*arguments)
        return Column(reduce(choose, map(values, arguments)), None, max(map(bound, arguments)))

    return kernel


def _in(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
    """`in`: by a set, where Python's equality of its members is the language's."""
    if not (set(kinds) <= {INTEGER, FLOAT} or set(kinds) in ({STRING}, {DATE})):
        return None

    def kernel(a: Any, *listed: Any) -> Column:
        if a.__class__ is not Column:
            return by_row(a, *listed)
        members = frozenset(one for one in listed if one == one)  # noqa: PLR0124 - NaN equals nothing
        found = map(members.__contains__, cells(a))
        return Column(np.fromiter(found, np.bool_, len(a)))

    return kernel


FIXED_LISTS: dict[str, Factory] = {
    "min_of": _extreme(operator.lt),
    "max_of": _extreme(operator.gt),
    "in": _in,
}
