"""Rounding of exact numbers: decimals, and quotients from the fraction that they are.

`rounded_ratio` does it for integers and for arrays of them alike. The quotient is floored first;
then the remainder and what is missing to the divisor say on which side the number lies, without
doubling anything, which might leave int64. Of 7 / 4, floored 1, the remainder is 3 and the rest 1:
it is nearer to 2.

>>> [rounded_ratio(n, 10, mode) for n in (25, -25) for mode in ("half_even", "half_up", "up")]
[2, 3, 3, -2, -3, -3]
>>> rounded(Decimal("2.675"), 2), rounded(Decimal("-2.675"), 2, "half_down"), floor(Decimal("-0.5"))
(Decimal('2.68'), Decimal('-2.67'), -1)
>>> from kumi.kernels.decimal_values import divide
>>> rounded(divide(Decimal(200), Decimal(3)), 2), rounded_to(Decimal("1.03"), Decimal("0.05"))
(Decimal('66.67'), Decimal('1.05'))
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any, Final

import numpy as np

from kumi.kernels.decimal_cells import largest, ten
from kumi.kernels.decimal_operands import Parts, boxed, column, is_long, parts, rescaled, tight
from kumi.kernels.decimal_values import (
    MOST_DIGITS,
    Quotient,
    bounded,
    multiply,
    plain,
    ratio,
    scaled,
)
from kumi.kernels.rounding import GOES_UP, check_step
from kumi.kernels.vectors import LARGEST, Column

_PYTHON: Final = {mode: f"ROUND_{mode.upper()}" for mode in GOES_UP}
_ONE: Final = Parts(1, 0, 1)
_CHUNK: Final = 8_192
_ROUNDING: Final = Context(prec=2 * MOST_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN)


def rounded_ratio(above: Any, below: Any, mode: str) -> Any:
    """`above / below` as an integer; `below` is above zero. Integers, or arrays of them."""
    low = above // below
    rest = above - low * below
    goes_up = GOES_UP[mode](low)
    if not mode.startswith("half"):
        return low + ((rest != 0) & goes_up)
    missing = below - rest
    return low + ((rest > missing) | ((rest == missing) & goes_up))


# -- single numbers


def rounded(number: Decimal, digits: int = 0, mode: str = "half_even") -> Decimal:
    """A number with so many digits behind the point; before it where `digits` is negative."""
    if digits > MOST_DIGITS:
        return plain(number)
    digits = max(digits, -MOST_DIGITS - 1)  # a power of ten that no decimal reaches
    if number.__class__ is Quotient:
        above, below = ratio(number)
        return scaled(
            rounded_ratio(above * ten(max(digits, 0)), below * ten(max(-digits, 0)), mode), digits
        )
    if is_rounded(number, digits):
        return number
    unit = Decimal((0, (1,), -digits))
    return bounded(number.quantize(unit, _PYTHON[mode], _ROUNDING))


def is_rounded(number: Decimal, digits: int) -> bool:
    """Whether a number has no more digits behind the point than these."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= digits


def rounded_to(number: Decimal, step: Decimal, mode: str = "half_even") -> Decimal:
    """The nearest multiple of a step; ValueError where that is not above zero."""
    check_step(step)
    if number is None:
        raise TypeError("null has no multiple")
    (above, below), (step_above, step_below) = ratio(number), step.as_integer_ratio()
    times = rounded_ratio(above * step_below, below * step_above, mode)
    return multiply(Decimal(times), step)


def floor(number: Decimal) -> int:
    """The greatest integer that is not above a number."""
    above, below = ratio(number)
    return above // below


def ceil(number: Decimal) -> int:
    """The least integer that is not below a number."""
    above, below = ratio(number)
    return -(-above // below)


# -- columns


def round_column(argument: Any, digits: int = 0, mode: str = "half_even") -> Column | None:
    """A column of decimals with so many digits behind the point.

    None where it may be too long for a column: then it goes cell by cell.
    """
    if abs(digits) > MOST_DIGITS:
        return None
    if argument.deferred is not None:
        return _finished(*_ratios(argument, digits), digits, mode)
    whole, scale, bound = parts(argument)
    if digits >= scale:
        return column(whole, scale, bound)
    by = ten(scale - digits)
    return _finished(whole, by, bound // by + 1, digits, mode)


def _ratios(argument: Any, digits: int) -> tuple[Any, Any, int]:
    """What was divided, the one of these above the other times `10 ** -digits`, and the bound."""
    above, below = argument.deferred.above, argument.deferred.below
    by = digits + below.scale - above.scale
    up, down = ten(max(by, 0)), ten(max(-by, 0))
    if max(above.bound * up, below.bound * down) > LARGEST:
        above = tight(argument.deferred.dividend, above)
        below = tight(argument.deferred.divisor, below)
    most = max(above.bound * up, below.bound * down)
    fits = max(most, up, down) <= LARGEST
    top, bottom = rescaled(above.whole, max(by, 0), fits=fits), below.whole
    bottom = rescaled(bottom, max(-by, 0), fits=fits)
    return (*_above_zero(top, bottom), above.bound * up + 1)


def _above_zero(top: Any, bottom: Any) -> tuple[Any, Any]:
    """A fraction with its denominator above zero."""
    negative = bottom < 0
    if not np.any(negative):
        return top, bottom
    opposite = -top
    if not np.ndim(top) and abs(top) > LARGEST:  # NumPy takes one number for an int64
        top, opposite = boxed(top), boxed(opposite)
    return np.where(negative, opposite, top), abs(bottom)


def _finished(top: Any, bottom: Any, bound: int, digits: int, mode: str) -> Column | None:
    """A fraction rounded to an integer, at the scale `digits`."""
    if bottom.__class__ is int and bottom > LARGEST:
        top = boxed(top)
    whole = _rounded_ratios(top, bottom, mode)
    if digits >= 0:
        return None if is_long(bound, digits) else column(whole, digits, bound)
    bound *= ten(-digits)
    if is_long(bound, 0):
        return None
    return column(rescaled(whole, -digits, fits=bound <= LARGEST), 0, bound)


def _rounded_ratios(top: Any, bottom: Any, mode: str) -> Any:
    """`rounded_ratio` of arrays, a chunk at a time: what is in between stays in the cache."""
    size = next(len(one) for one in (top, bottom) if np.ndim(one))
    whole = np.empty(size, np.result_type(top, bottom))
    for start in range(0, size, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        above, below = (one[chunk] if np.ndim(one) else one for one in (top, bottom))
        whole[chunk] = rounded_ratio(above, below, mode)
    return whole


def round_column_to(argument: Any, step: Any, mode: str) -> Column | None:
    """The nearest multiples of a step; None where they go cell by cell."""
    unit = parts(step)
    if np.any(unit.whole <= 0):
        return None
    if step.__class__ is Column or argument.__class__ is not Column or argument.deferred:
        return _multiples(argument, unit, mode)
    found = parts(argument)
    scale = max(unit.scale, found.scale)
    by = unit.whole * ten(scale - unit.scale)
    bound = found.bound * ten(scale - found.scale) + by
    if is_long(bound, scale):
        return None
    fits = max(bound, ten(scale - found.scale)) <= LARGEST
    whole = rescaled(found.whole, scale - found.scale, fits=fits)
    return column(rounded_ratio(whole, by, mode) * by, scale, bound)


def _multiples(argument: Any, unit: Parts, mode: str) -> Column | None:
    """The same for quotients, and for a step in each cell: with Python's integers."""
    quotients: Any = argument.deferred if argument.__class__ is Column else None
    above, below = (quotients.above, quotients.below) if quotients else (parts(argument), _ONE)
    top = boxed(above.whole) * ten(below.scale + unit.scale)
    bottom = boxed(below.whole) * boxed(unit.whole) * ten(above.scale)
    times = rounded_ratio(*_above_zero(top, bottom), mode)
    whole = times * boxed(unit.whole)
    bound = largest(whole)
    return None if is_long(bound, unit.scale) else column(whole, unit.scale, bound)


def integers(rounded_column: Column) -> Column:
    """Decimals that are whole numbers as a column of integers."""
    if not rounded_column.scale:
        return Column(rounded_column.values, None, rounded_column.bound)
    whole = rounded_column.values // ten(rounded_column.scale)
    made = column(whole, 0, largest(whole))
    return Column(made.values, None, made.bound)
