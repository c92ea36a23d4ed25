"""Single decimals: read, written, computed with; exact, and whatever context the caller has.

Python's `decimal` computes in the context of the thread, which a caller may have set to four digits
or to another rounding. So every operation here names its own: `EXACT` refuses to round at all,
`QUOTIENT` rounds to 28 digits, half to even.

A quotient rarely has a last digit. Rounding it to 28 digits and then to cents would round twice,
and 28 digits of 2 / 3 may look like a tie that is none. So it keeps what was divided, for the one
operation that asks, which is rounding; every other one takes the 28 digits.

>>> add(Decimal("0.1"), Decimal("0.2")), modulo(Decimal(-7), Decimal("2.5"))
(Decimal('0.3'), Decimal('0.5'))
>>> third = divide(Decimal(1), Decimal(3))
>>> str(third), ratio(third), text(Decimal("1.50")), of_float(0.1)
('0.3333333333333333333333333333', (1, 3), '1.5', Decimal('0.1'))
"""

from __future__ import annotations

import math
import re
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DIGITS: Final = 10_000
"""A decimal has at most so many digits, and at most so many of them behind the point."""
TOO_LONG: Final = f"a decimal of more than {MOST_DIGITS:,} digits"
NOT_FINITE: Final = "a float that is NaN or infinite meets a decimal, which is finite"
BY_ZERO: Final = "a decimal divided by zero"

EXACT: Final = Context(
    prec=MOST_DIGITS,
    Emax=MOST_DIGITS - 1,
    Emin=-1,
    traps=[InvalidOperation, DivisionByZero, Overflow, Inexact],
)
"""Raises where a result would be longer than `MOST_DIGITS`: nothing else is ever rounded in it."""
QUOTIENT: Final = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[InvalidOperation, DivisionByZero],
)
_WIDE: Final = Context(
    prec=84,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)
"""Three times as many digits as a power keeps: it is rounded to those once."""
NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WITH_COMMAS: Final = re.compile(r"\s*[+-]?[0-9][0-9.,]*\s*")
_NO_COMMA: Final = "; a number has no comma, and a point before its fraction: `1234.5`"
_ZERO: Final = Decimal(0)
_UNIT: Final = Decimal(1)


class Quotient(Decimal):
    """A quotient to 28 digits, which knows what was divided."""

    __slots__ = ("dividend", "divisor")

    dividend: Decimal
    divisor: Decimal


class Written(float):
    """A JSON number with a fraction, which remembers its digits in case a decimal is wanted."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Self:
        """The float that the text means."""
        made = super().__new__(cls, text)
        made.text = text
        return made


# -- what becomes a decimal, and what becomes of one


def bounded(number: Decimal) -> Decimal:
    """The number itself, with no negative zero; OverflowError where it is too long."""
    try:
        return EXACT.plus(number)
    except (Inexact, Overflow):
        raise OverflowError(TOO_LONG) from None


def of_float(number: float) -> Decimal:
    """A float by its shortest decimal form; ValueError for NaN and infinities."""
    if not math.isfinite(number):
        raise ValueError(NOT_FINITE)
    return Decimal(float.__repr__(number))


def about_commas(written: str) -> str:
    """A hint, to be put behind a message, for the text of a number that is written with commas.

    >>> about_commas("1,50"), about_commas("one, two")
    ('; a number has no comma, and a point before its fraction: `1234.5`', '')
    """
    return _NO_COMMA if "," in written and _WITH_COMMAS.fullmatch(written) else ""


def of_text(written: str) -> Decimal:
    """The number that a text means: digits, a sign, a point, an exponent; else ValueError."""
    if not NUMBER.fullmatch(written):
        raise ValueError(f"a text that is no decimal number{about_commas(written)}")
    return bounded(Decimal(written))


def to_decimal(value: Any) -> Decimal:
    """A decimal of a number or of its text.

    Raises TypeError for anything else, ValueError for a text that is no number, NaN and
    infinities, OverflowError for what is too long.
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a decimal is finite")
        return bounded(value)
    if isinstance(value, str):
        return of_text(str.__str__(value))
    if isinstance(value, Written):
        return of_text(value.text)
    if isinstance(value, float):
        return bounded(of_float(value))
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"expected a number or its text, found a {type(value).__name__}")
    return bounded(Decimal(value.__index__()))


def plain(number: Decimal) -> Decimal:
    """A number without its past: a quotient as its 28 digits."""
    return Decimal(number) if number.__class__ is Quotient else number


def canonical(number: Decimal) -> Decimal:
    """The one writing of a number: no zeros at the end of the fraction, no negative zero.

    OverflowError where it is too long, which only a decimal may be that `any` admitted.
    """
    if not number:
        return _ZERO
    try:
        stripped = EXACT.normalize(number)
    except (Inexact, Overflow):
        raise OverflowError(TOO_LONG) from None
    return (
        EXACT.quantize(stripped, _UNIT)
        if stripped == EXACT.to_integral_value(stripped)
        else stripped
    )


def passed_on(cell: Any) -> Any:
    """A cell as its owner sees it: a decimal in its one writing, but for what only `any` admits."""
    try:
        finite = isinstance(cell, Decimal) and cell.is_finite()
        return canonical(cell) if finite else cell
    except OverflowError:
        return cell


def text(number: Decimal) -> str:
    """All digits of a number, and no zeros after the last of its fraction."""
    return format(canonical(number), "f")


# -- arithmetic


def _exact(operation: Callable[[Any, Any], Decimal]) -> Callable[[Decimal, Decimal], Decimal]:
    def compute(a: Decimal, b: Decimal) -> Decimal:
        try:
            return operation(a, b)
        except (Inexact, Overflow):
            raise OverflowError(TOO_LONG) from None

    return compute


add = _exact(EXACT.add)
subtract = _exact(EXACT.subtract)
multiply = _exact(EXACT.multiply)


def divide(a: Decimal, b: Decimal) -> Decimal:
    """The quotient to 28 digits, half to even; ZeroDivisionError by zero."""
    if b == 0 and a is not None:
        raise ZeroDivisionError(BY_ZERO)
    made = Quotient(bounded(QUOTIENT.divide(a, b)))
    made.dividend, made.divisor = a, b
    return made


def modulo(a: Decimal, b: Decimal) -> Decimal:
    """The remainder with the sign of the divisor; ZeroDivisionError by zero."""
    if b == 0 and a is not None:
        raise ZeroDivisionError("a decimal modulo zero")
    try:
        rest = EXACT.remainder(a, b)
    except InvalidOperation:  # the quotient between them has too many digits
        return _modulo_of_integers(a, b)
    return EXACT.add(rest, b) if rest and (rest < 0) != (b < 0) else rest


def _modulo_of_integers(a: Decimal, b: Decimal) -> Decimal:
    (x, below_x), (y, below_y) = a.as_integer_ratio(), b.as_integer_ratio()
    return fraction(x * below_y % (y * below_x), below_x * below_y)


def power(a: Decimal, b: Decimal) -> Decimal:
    """A power to 28 digits, half to even.

    Raises ValueError for a negative base with a fractional exponent, whose power is no decimal,
    and ZeroDivisionError for zero to a negative power.
    """
    if b == 0 and a is not None:
        return _UNIT
    if a == 0 and b is not None:
        if b < 0:
            raise ZeroDivisionError(BY_ZERO)
        return _ZERO
    if a < 0 and b != EXACT.to_integral_value(b):
        raise ValueError("a negative decimal to a fractional power is no decimal")
    try:
        return bounded(QUOTIENT.plus(_WIDE.power(a, b)))
    except (Overflow, Underflow, InvalidOperation):
        raise OverflowError(TOO_LONG) from None


def absolute(number: Decimal) -> Decimal:
    """The magnitude."""
    return number.copy_abs()


# -- fractions


def ratio(number: Decimal) -> tuple[int, int]:
    """A number as numerator and denominator (above zero); of a quotient what was divided."""
    if number.__class__ is not Quotient:
        return number.as_integer_ratio()
    a, below_a = number.dividend.as_integer_ratio()
    b, below_b = number.divisor.as_integer_ratio()
    above, below = a * below_b, b * below_a
    common = math.gcd(above, below) * (1 if below > 0 else -1)
    return above // common, below // common


def fraction(above: int, below: int) -> Decimal:
    """A fraction whose denominator has no prime factors but 2 and 5, as the decimal it is."""
    try:
        return EXACT.divide(Decimal(above), Decimal(below))
    except (Inexact, Overflow):
        raise OverflowError(TOO_LONG) from None


def scaled(whole: int, scale: int) -> Decimal:
    """`whole * 10 ** -scale`."""
    try:
        return EXACT.scaleb(Decimal(whole), -scale)
    except (Inexact, Overflow, InvalidOperation):
        raise OverflowError(TOO_LONG) from None
