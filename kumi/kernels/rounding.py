"""Rounding single numbers, at a decimal digit or to a multiple of a step, as people would.

A float has two writings. 1.005 is what people wrote and what they see, 1.00499999999999989… is what
the bits say, and rounding these gives 1.00 where everybody expects 1.01. So a float is rounded by
its shortest decimal form, the one that Python prints. That needs no decimal arithmetic: `nearest`
of the quotient in floats tells which two multiples are in question, and between them decides a
comparison of the float itself with the float nearest to the tie. It is exact because decimals of up
to 15 digits, rounded to floats, stay apart and in order. For 1.005 at 2 digits, half up:

    1.005 * 100 = 100.49999999999999     so it is 1.00 or 1.01, and the tie is 201 / 200
    201 / 200 = 1.005, the same float    it is the tie: up, 101 / 100 = 1.01

What is too large for 15 digits is done with Python's integers.

>>> round_float(1.005, 2, mode="half_up"), round_float(2.675, 2), round(2.675, 2)
(1.01, 2.68, 2.67)
>>> round_integer(1250, -2), round_float_to(2.12, 0.05), floor(-0.5)
(1200, 2.1, -1)
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

SURE = 2.0**46
"""Below this many units comparing floats is exact, and their quotient right within `NEAR`."""

NEAR = 2.0**-51
"""How far, relatively, a quotient of floats may be from that of their decimal forms."""

_MANY, _CLOSE = 2.0**30, 0.5 - 2.0**-20
"""Below so many units a quotient that is so close to an integer belongs to it for sure."""

_MOST_DIGITS = 22
"""10 to this power is still a float exactly."""

_FAR = 400
"""No float has a digit so far from its decimal point, on either side."""

_OVERS = {digits: 10.0**digits for digits in range(_MOST_DIGITS + 1)}

GOES_UP: dict[str, Callable[[Any], Any]] = {
    "half_even": lambda low: low % 2 == 1,
    "half_up": lambda low: low >= 0,
    "half_down": lambda low: low < 0,
    "up": lambda low: low >= 0,
    "down": lambda low: low < 0,
    "ceiling": lambda low: low == low,  # noqa: PLR0124 - true, for arrays as well
    "floor": lambda low: low != low,  # noqa: PLR0124 - false, for arrays as well
}
"""By mode: whether what lies between `low` and `low + 1` becomes the latter. The modes of halves
are asked at the very middle, the others everywhere between."""


class Unit(NamedTuple):
    """The step that is rounded to: `times / over`, both integers that are floats exactly."""

    times: float
    over: float


@cache
def digit(digits: int) -> Unit | None:
    """The step of a decimal digit; None where it is no exact float."""
    if abs(digits) > _MOST_DIGITS:
        return None
    return Unit(1.0, 10.0**digits) if digits > 0 else Unit(10.0**-digits, 1.0)


@lru_cache(256)
def multiple(step: float) -> Unit | None:
    """A step by its decimal form; None where that has too many digits to be exact as floats."""
    times, over = Decimal(repr(step)).as_integer_ratio()
    return Unit(float(times), float(over)) if times < SURE and over <= 2**53 else None


def nearest(numerator: int, denominator: int, mode: str) -> int:
    """The integer that a fraction is rounded to; `denominator` is above zero.

    >>> [nearest(-25, 10, mode) for mode in GOES_UP]
    [-2, -3, -2, -3, -2, -2, -3]
    """
    low, rest = divmod(numerator, denominator)
    if rest == 0:
        return low
    if mode.startswith("half") and 2 * rest != denominator:
        return low + (2 * rest > denominator)
    return low + bool(GOES_UP[mode](low))


def round_float(x: float, digits: int = 0, *, mode: str = "half_even") -> float:
    """A float at a decimal digit; NaN and Infinity as they are."""
    unit = digit(digits)
    found = None if unit is None else _quickly(x, unit, mode)
    if found is not None:
        return found
    kept = max(-_FAR, min(digits, _FAR))
    return _exactly(x, 10 ** max(-kept, 0), 10 ** max(kept, 0), mode)


def round_half(x: float, digits: int = 0, *, mode: str = "half_even") -> float:
    """The same as `round_float` in a mode of halves, quickly where the middle is far."""
    over = _OVERS.get(digits)
    if over is not None:
        count = x * over
        if -_MANY < count < _MANY:
            whole = round(count)
            if whole and -_CLOSE < count - whole < _CLOSE:
                return whole / over
    return round_float(x, digits, mode=mode)


def round_float_to(x: float, step: float, *, mode: str = "half_even") -> float:
    """The multiple of a step that is nearest to a float; ValueError unless the step is above 0."""
    check_step(step)
    unit = multiple(step)
    found = None if unit is None else _quickly(x, unit, mode)
    return _exactly(x, *Decimal(repr(step)).as_integer_ratio(), mode) if found is None else found


def check_step(step: float | Decimal) -> None:
    """Raise ValueError unless there are multiples of this step."""
    if not 0 < step < math.inf:
        raise ValueError("round_to: the step must be a number above zero")


def _quickly(x: float, unit: Unit, mode: str) -> float | None:
    """The nearest multiple by arithmetic of floats, or None where that is not sure to be exact."""
    times, over = unit
    count = x * over / times
    if not abs(count) * times < SURE:
        return None
    whole = round(count)
    if not mode.startswith("half"):
        whole = _between(x, whole, whole * times / over, mode)
    elif abs(count - whole) > 0.5 - abs(count) * NEAR:
        low = math.floor(count)
        tie = (2 * low + 1) * times / (2 * over)
        whole = low + bool(GOES_UP[mode](low) if x == tie else x > tie)
    return math.copysign(whole * times / over, x)


def _between(x: float, whole: int, at_whole: float, mode: str) -> int:
    """Which of the integers around it a number becomes that is not a whole one by its decimals."""
    if x == at_whole:
        return whole
    low = whole - (x < at_whole)
    return low + bool(GOES_UP[mode](low))


def _exactly(x: float, times: int, over: int, mode: str) -> float:
    """The nearest multiple of `times / over`, by Python's integers."""
    if not math.isfinite(x):
        return x
    numerator, denominator = Decimal(repr(x)).as_integer_ratio()
    count = nearest(numerator * over, denominator * times, mode)
    try:
        return math.copysign(count * times / over, x)
    except OverflowError:
        return math.copysign(math.inf, x)


def round_integer(x: int, digits: int = 0, *, mode: str = "half_even") -> int:
    """An integer at the digit so far to the left; as it is where `digits` is not below 0."""
    return x + 0 if digits >= 0 else round_integer_to(x, 10**-digits, mode=mode)


def round_integer_to(x: int, step: int, *, mode: str = "half_even") -> int:
    """The nearest multiple of a step; ValueError unless the step is above 0."""
    check_step(step)
    return nearest(x, step, mode) * step


def floor(x: float) -> int:
    """The greatest integer that is not above a float; ValueError for NaN and Infinity."""
    return math.floor(_finite(x, "floor"))


def ceil(x: float) -> int:
    """The least integer that is not below a float; ValueError for NaN and Infinity."""
    return math.ceil(_finite(x, "ceil"))


def _finite(x: float, name: str) -> float:
    if not math.isfinite(x):
        raise ValueError(f"{name}: NaN and Infinity are no integers")
    return x
