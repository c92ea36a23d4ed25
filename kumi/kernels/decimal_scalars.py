"""Functions of single numbers among which there is a decimal: each is brought to one, exactly.

They take and give plain Python objects, null is None: in arithmetic and ordering it raises
TypeError. A float that is NaN or infinite raises ValueError.

>>> from kumi.kernels.kinds import DECIMAL
>>> function("add", (DECIMAL, FLOAT), DECIMAL)(Decimal(1), 0.1)
Decimal('1.1')
"""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kumi.kernels import decimal_values as exact
from kumi.kernels.decimal_rounding import ceil, floor, rounded, rounded_to
from kumi.kernels.fixed_lists import greatest, least
from kumi.kernels.kinds import DECIMAL, FLOAT, INTEGER, is_numeric
from kumi.kernels.scalars import clamp, no_condition

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind

    _Way = Callable[[Any], Any]
    _Maker = Callable[..., Callable[..., Any] | None]

_WAYS: Final[dict[Kind, _Way]] = {
    DECIMAL: lambda number: number,
    INTEGER: Decimal,
    FLOAT: exact.of_float,
}
"""How a number becomes a decimal in arithmetic, where null has no place."""


_NULL: Final = "null is no number"


def _nullable(convert: _Way) -> _Way:
    return lambda number: None if number is None else convert(number)


_PASSED: Final[dict[Kind, _Way]] = {
    DECIMAL: _nullable(exact.plain),
    INTEGER: _nullable(Decimal),
    FLOAT: _nullable(exact.of_float),
}
"""How it does where it is only passed on, or compared: null stays null."""


def function(
    name: str, kinds: tuple[Kind, ...], result: Kind, **options: Any
) -> Callable[..., Any] | None:
    """The callable behind a function of arguments of these kinds, or None where there is none."""
    maker = _MAKERS.get(name)
    return maker(kinds, result, **options) if maker else None


def _of_numbers(compute: Callable[..., Any]) -> _Maker:
    """A function of numbers, each of which becomes a decimal."""

    def make(kinds: tuple[Kind, ...], _result: Kind) -> Callable[..., Any] | None:
        if not all(map(is_numeric, kinds)):
            return None
        return _applied(compute, [_WAYS[kind] for kind in kinds])

    return make


def _equality(compare: Callable[[Any, Any], bool]) -> _Maker:
    """`==` or `!=` of numbers; null is compared as it is."""

    def make(kinds: tuple[Kind, ...], _result: Kind) -> Callable[..., Any] | None:
        if not all(map(is_numeric, kinds)):
            return None
        left, right = (_WAYS[kind] for kind in kinds)
        return lambda a, b: compare(a, b) if a is None or b is None else compare(left(a), right(b))

    return make


def _applied(compute: Callable[..., Any], ways: list[_Way]) -> Callable[..., Any]:
    """A function whose arguments are brought to decimals first."""
    if len(ways) == 1:
        return _of_one(compute)
    if all(way is _WAYS[DECIMAL] for way in ways):
        return compute
    if len(ways) == 2:  # noqa: PLR2004 - nearly all of them, and a star costs as much as the work
        return _of_two(compute, *ways)

    def apply(*given: Any) -> Any:
        if any(one is None for one in given):
            raise TypeError(_NULL)
        return compute(*(way(one) for way, one in zip(ways, given, strict=True)))

    return apply


def _of_two(compute: Callable[..., Any], left: _Way, right: _Way) -> Callable[..., Any]:
    """A function of two; TypeError for null, whatever stands beside it."""

    def apply(a: Any, b: Any) -> Any:
        if a is None or b is None:
            raise TypeError(_NULL)
        return compute(left(a), right(b))

    return apply


def _of_one(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one decimal; TypeError for null, which has no method to fail in."""

    def apply(number: Any, *more: Any) -> Any:
        if number is None:
            raise TypeError(_NULL)
        return compute(number, *more)

    return apply


def _select(kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    yes, no = (_passed(kind, result) for kind in kinds[1:])

    def select(condition: bool | None, a: Any, b: Any) -> Any:
        if condition is None:
            no_condition()
        return yes(a) if condition else no(b)

    return select


def _coalesce(kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    first, second = (_passed(kind, result) for kind in kinds)
    return lambda a, b: second(b) if a is None else first(a)


def _passed(kind: Kind, result: Kind) -> _Way:
    """How an argument becomes the result of a choice."""
    if result is DECIMAL:
        return _PASSED.get(kind, _WAYS[DECIMAL])
    return _nullable(exact.canonical) if kind is DECIMAL else _WAYS[DECIMAL]


def _round(_kinds: tuple[Kind, ...], _result: Kind, *, mode: str) -> Callable[..., Any]:
    return _of_one(partial(rounded, mode=mode))


def _round_to(kinds: tuple[Kind, ...], _result: Kind, *, mode: str) -> Callable[..., Any]:
    return _applied(partial(rounded_to, mode=mode), [_WAYS[kind] for kind in kinds])


def _to_decimal(_kinds: tuple[Kind, ...], _result: Kind) -> Callable[..., Any]:
    return exact.to_decimal


_MAKERS: Final[dict[str, _Maker]] = {
    "add": _of_numbers(exact.add),
    "subtract": _of_numbers(exact.subtract),
    "multiply": _of_numbers(exact.multiply),
    "divide": _of_numbers(exact.divide),
    "modulo": _of_numbers(exact.modulo),
    "power": _of_numbers(exact.power),
    "abs": _of_numbers(exact.absolute),
    "clamp": _of_numbers(lambda *given: exact.plain(clamp(*given))),
    "min_of": _of_numbers(lambda *given: exact.plain(least(given))),
    "max_of": _of_numbers(lambda *given: exact.plain(greatest(given))),
    "greater_than": _of_numbers(operator.gt),
    "greater_than_or_equal": _of_numbers(operator.ge),
    "less_than": _of_numbers(operator.lt),
    "less_than_or_equal": _of_numbers(operator.le),
    "equal": _equality(operator.eq),
    "not_equal": _equality(operator.ne),
    "floor": _of_numbers(floor),
    "ceil": _of_numbers(ceil),
    "round": _round,
    "round_to": _round_to,
    "select": _select,
    "coalesce": _coalesce,
    "to_decimal": _to_decimal,
}
"""By canonical name; a function that is not here is that of any kind."""
