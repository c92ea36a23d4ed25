"""Decimals by other means than kumi's: fractions, and Python's decimal with room to spare."""

from decimal import Context, Decimal, DecimalException
from fractions import Fraction

ROOM = Context(prec=60_000, Emax=10**6, Emin=-(10**6))
ABOUT = Context(prec=50, Emax=10**6, Emin=-(10**6))
MOST = 10_000


def as_fraction(number):
    """Any number; a float by its shortest decimal form."""
    return Fraction(Decimal(repr(number)) if isinstance(number, float) else number)


def as_decimal(exact):
    """A fraction that has an end, as a decimal; OverflowError where that is too long."""
    places = 0
    while (10**places) % exact.denominator:
        places = 2 * places + 1
    whole = exact.numerator * (10**places // exact.denominator)
    return bounded(ROOM.scaleb(Decimal(whole), -places))


def bounded(found):
    short = ROOM.normalize(found)
    digits, exponent = short.as_tuple().digits, short.as_tuple().exponent
    if short and (exponent < -MOST or len(digits) > MOST or short.adjusted() >= MOST):
        raise OverflowError
    return short


def digits_28(exact):
    """A fraction to 28 significant digits, half to even."""
    if exact == 0:
        return Decimal(0)
    about = ABOUT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    places = 28 - about.adjusted()
    while abs(exact) * Fraction(10) ** places >= 10**28:
        places -= 1
    # round() of a fraction is half to even.
    return bounded(ROOM.scaleb(Decimal(round(exact * Fraction(10) ** places)), -places))


def power(base, exponent):
    """A power of fractions that have an end, to 28 significant digits."""
    if exponent == 0 or base == 0:
        return Decimal(0**exponent)  # ZeroDivisionError for a negative one
    if base < 0 and exponent.denominator != 1:
        raise ValueError("a negative number to a fraction")
    try:
        found = ABOUT.power(as_decimal(base), as_decimal(exponent))
    except DecimalException:
        raise OverflowError from None
    if not found:
        raise OverflowError  # too small to have been told from nothing
    return digits_28(Fraction(found))


def rounded(exact, digits, mode):
    """A fraction rounded as Python's decimal does it, given far more of its digits than it needs."""
    wide = ROOM.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return wide.quantize(Decimal((0, (1,), -digits)), f"ROUND_{mode.upper()}", ROOM)


def shown(number):
    """The one writing of a decimal."""
    return format(abs(number) if number == 0 else bounded(number), "f")
