"""Scalar functions that need a call. They take and give plain Python objects, null is None.

Null raises TypeError, as in Python. Floats follow IEEE where Python raises: an overflow is
infinite, a sine of infinity is NaN. What the language rejects raises ValueError.

>>> divide_integers(-1, 0), exponential(1000.0), at(k.INTEGER, [10, 20], -1)
(-inf, inf, 20)
>>> function("concat", (k.STRING, k.INTEGER), k.STRING)("order ", 7)
'order 7'
"""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

from kumi.kernels import kinds as k
from kumi.kernels import rounding
from kumi.kernels.conversions import to_float as float_of
from kumi.kernels.conversions import to_integer, to_text, to_text_of_digits
from kumi.kernels.dates import DATES
from kumi.kernels.fixed_lists import greatest, least, one_of
from kumi.kernels.values import bring, described, same, to_float, to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind

    _Maker = Callable[..., Callable[..., Any]]


_MOST_BITS: Final = 3_321_928
"""A number of so many bits has a million digits."""


def function(
    name: str, kinds: tuple[Kind, ...], result: Kind, **options: object
) -> Callable[..., Any] | None:
    """The callable behind a function of arguments of these kinds, or None where there is none."""
    maker = _MAKERS.get(name)
    return maker(kinds, result, **options) if maker else None


def divide_by_zero(dividend: float, zero: float) -> float:
    """IEEE's quotient: infinite with the sign of both, NaN for zero by zero and for NaN."""
    if dividend == 0 or dividend != dividend:  # noqa: PLR0124 - quick test for NaN, and null may come
        return math.nan
    return math.inf if (dividend > 0) == (math.copysign(1.0, zero) > 0) else -math.inf


def divide_integers(dividend: int, divisor: int) -> float:
    """The quotient of two integers of any size, rounded once."""
    try:
        return dividend / divisor if divisor != 0 else divide_by_zero(dividend, divisor)
    except OverflowError:
        return math.inf if (dividend > 0) == (divisor > 0) else -math.inf


def power_integers(base: int, exponent: int) -> int:
    """An integer to a power that is not negative.

    OverflowError past some million digits: Python would go on for hours, until memory is full.
    """
    if exponent < 0 and base is not None:  # null goes on to `**`, which raises Python's TypeError
        raise ValueError("an integer to a negative power is no integer: make one of them a float")
    if base is not None and (abs(base).bit_length() - 1) * exponent > _MOST_BITS:
        raise OverflowError("a power of more than a million digits")
    power: int = base**exponent
    return power


def power_floats(base: float, exponent: float) -> float:
    """IEEE's pow: NaN for a negative base with a fractional exponent, infinite on overflow."""
    odd_and_negative = math.copysign(1.0, base) < 0 and exponent % 2 == 1
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if odd_and_negative else math.inf
    except ValueError:
        return math.nan if base else -math.inf if odd_and_negative else math.inf


def square_root(x: float) -> float:
    """The square root; a negative number raises ValueError."""
    if x < 0:
        raise ValueError("the square root of a negative number")
    return math.sqrt(x)


def logarithm(x: float) -> float:
    """The natural logarithm; minus infinity at zero, ValueError below."""
    if x < 0:
        raise ValueError("the logarithm of a negative number")
    return math.log(x) if x else -math.inf


def exponential(x: float) -> float:
    """E to the power x, infinite on overflow."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def sine(x: float) -> float:
    """The sine; NaN at infinity."""
    return math.nan if math.isinf(x) else math.sin(x)


def cosine(x: float) -> float:
    """The cosine; NaN at infinity."""
    return math.nan if math.isinf(x) else math.cos(x)


def absolute(x: Any) -> Any:
    """The magnitude of a number; TypeError for anything else."""
    _require_ordered((x,), int | float | Decimal)
    return x.copy_abs() if isinstance(x, Decimal) else abs(x)


def clamp(x: Any, low: Any, high: Any) -> Any:
    """X where it lies between the bounds, else the bound; ValueError where they are reversed."""
    _require_ordered((x, low, high), int | float | Decimal | str | date)
    if low > high:
        raise ValueError("clamp: the lower bound is above the upper")
    return low if x < low else min(x, high)


def _require_ordered(values: tuple[Any, ...], types: Any) -> None:
    for value in values:
        if not isinstance(value, types) or isinstance(value, bool):
            raise TypeError(f"expected a number, found {described(value)}")


def at(kind: Kind, array: Any, index: int) -> Any:
    """The element of a whole array, from the end where the index is negative, null outside."""
    if not -len(array) <= index < len(array):
        return None
    return bring(array[index], kind)


def no_condition() -> NoReturn:
    """What becomes of a condition that is null."""
    raise TypeError("a condition is null")


def concat(left: object, right: object) -> str:
    """The texts of two values, joined; TypeError for null."""
    if left is None or right is None:
        raise TypeError("null has no text")
    return to_string(left) + to_string(right)


def different(left: object, right: object) -> bool:
    """Whether two values are not the same."""
    return not same(left, right)


def _fixed(chosen: Callable[..., Any]) -> _Maker:
    return lambda _kinds, _result: chosen


def _of_floats(chosen: Callable[..., float]) -> _Maker:
    """A function of floats, for integers and decimals too."""

    def make(kinds: tuple[Kind, ...], _result: Kind) -> Callable[..., Any]:
        if k.DECIMAL in kinds:  # which has no negative zero
            return lambda number: chosen(float(number) or 0.0)
        if k.INTEGER not in kinds:
            return chosen
        return lambda *numbers: chosen(*map(to_float, numbers))

    return make


def _power(kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    if result is k.INTEGER:
        return power_integers
    return _of_floats(power_floats)(kinds, result)


def _clamp(kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    if result is k.FLOAT and k.INTEGER in kinds:
        return lambda x, low, high: to_float(clamp(x, low, high))
    return clamp


def _at(_kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    return partial(at, result)


def _round(_kinds: tuple[Kind, ...], result: Kind, *, mode: str) -> Callable[..., Any]:
    if result is k.INTEGER:
        return partial(rounding.round_integer, mode=mode)
    halves = mode.startswith("half")
    return partial(rounding.round_half if halves else rounding.round_float, mode=mode)


def _round_to(kinds: tuple[Kind, ...], result: Kind, *, mode: str) -> Callable[..., Any]:
    if result is k.INTEGER:
        return partial(rounding.round_integer_to, mode=mode)
    return _of_floats(partial(rounding.round_float_to, mode=mode))(kinds, result)


def _whole(of_float: Callable[[float], int]) -> _Maker:
    """`floor` or `ceil`: an integer is one already."""
    return lambda kinds, _result: of_float if kinds[0] is k.FLOAT else rounding.round_integer


def _to_string(kinds: tuple[Kind, ...], _result: Kind) -> Callable[..., str]:
    return to_text if len(kinds) == 1 else to_text_of_digits


def _extreme(choose: Callable[..., Any]) -> _Maker:
    """The least or greatest of two or more arguments, as the kind of the result."""

    def make(kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
        brings = result is k.FLOAT and k.INTEGER in kinds
        return lambda *values: to_float(choose(values)) if brings else choose(values)

    return make


_MAKERS: dict[str, _Maker] = {
    "divide": _fixed(divide_integers),
    "power": _power,
    "sqrt": _of_floats(square_root),
    "sin": _of_floats(sine),
    "cos": _of_floats(cosine),
    "exp": _of_floats(exponential),
    "log": _of_floats(logarithm),
    "tanh": _of_floats(math.tanh),
    "abs": _fixed(absolute),
    "round": _round,
    "round_to": _round_to,
    "floor": _whole(rounding.floor),
    "ceil": _whole(rounding.ceil),
    "in": _fixed(one_of),
    "min_of": _extreme(least),
    "max_of": _extreme(greatest),
    "clamp": _clamp,
    "equal": _fixed(same),
    "not_equal": _fixed(different),
    "at": _at,
    "concat": _fixed(concat),
    "to_integer": _fixed(to_integer),
    "to_float": _fixed(float_of),
    "to_string": _to_string,
    "upcase": _fixed(str.upper),
    "downcase": _fixed(str.lower),
    **{name: _fixed(chosen) for name, chosen in DATES.items()},
}
