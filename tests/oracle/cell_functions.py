"""What every function of the language means for one cell, and for one list; in plain Python.

Written from docs/language.md alone, and by other means than kumi's kernels where there are any.
"""

import math
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import date_functions as dates
import exact_numbers
from exact_numbers import as_decimal, as_fraction, digits_28
from gathered_values import is_tuple

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


class Unsaid(Exception):
    """The language does not say what comes out."""


class Loose(float):
    """A float whose last digits are free: whatever lies within `slack` of it is right."""

    def __new__(cls, value, slack):
        made = super().__new__(cls, value)
        made.slack = slack
        return made


def loosely(value, slack):
    return Loose(value, slack) if math.isfinite(value) else value


def to_float(value):
    """The nearest float; an integer past the largest one is infinite."""
    if value is None or isinstance(value, float):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def converted(value, kind):
    """A value that was loaded or chosen, as the kind that it is to have."""
    if is_tuple(kind) and value is not None:
        return list(map(converted, value, kind[1]))
    ways = {"float": to_float, "date": as_date, "decimal": to_decimal}
    return ways.get(kind, lambda same: same)(value)


def to_decimal(value):
    """A number, or the text of one; ValueError where that is NaN or infinite."""
    if value is None:
        return None
    if type(value) is bool or not isinstance(value, (int, float, str, Decimal, Fraction)):
        raise TypeError("not a number")
    if type(value) is float and not math.isfinite(value):
        raise ValueError("not finite")
    if type(value) is str and not NUMBER.fullmatch(value):
        raise ValueError("not a number")
    return as_decimal(as_fraction(Decimal(value) if type(value) is str else value))


def to_integer(value):
    """A number without its fraction, or a text of digits with a sign."""
    if type(value) is str:
        if not value.lstrip("+-") or set(value[1:]) - set("0123456789"):
            raise ValueError("not an integer")
        return int(value)
    if type(value) is float and not math.isfinite(value):
        raise ValueError("not finite")
    return math.trunc(as_fraction(value) if type(value) is Decimal else a_number(value))


def float_of(value):
    if type(value) is str:
        to_decimal(value)
        return float(value)
    found = to_float(a_number(value))
    return found + 0.0 if type(value) is Decimal else found  # which has no negative zero


def decimal_of(value):
    if value is None:
        raise TypeError("null")
    return to_decimal(value)


def a_number(value):
    if type(value) not in (int, float, Decimal, Fraction):
        raise TypeError("not a number")
    return value


def as_date(value):
    """Text that says a date as that date."""
    if type(value) is str and list(map(len, value.split("-"))) == [4, 2, 2]:
        try:
            return date(*map(int, value.split("-")))
        except ValueError:
            return value
    return value


# -- arithmetic


def numbers(*values):
    """The operands, all integers or all floats; fractions where there is a decimal."""
    if any(type(value) not in (int, float, Decimal, Fraction) for value in values):
        raise TypeError("not a number")
    if any(type(value) in (Decimal, Fraction) for value in values):
        return [finite_fraction(value) for value in values]
    if any(type(value) is float for value in values):
        return [to_float(value) for value in values]
    return list(values)


def finite_fraction(value):
    if type(value) is float and not math.isfinite(value):
        raise ValueError("not finite")
    return as_fraction(value)


def multiply(a, b):
    if type(a) is str and type(b) is int:
        return a * b
    a, b = numbers(a, b)
    return a * b


def divide(a, b):
    exact = numbers(a, b)
    if type(exact[0]) is Fraction:
        return digits_28(exact[0] / exact[1])
    if type(a) is type(b) is int and a and b:
        return rounded(Fraction(a, b))
    a, b = to_float(a), to_float(b)
    if b:
        return a / b
    undefined = math.isnan(a) or a == 0
    return math.nan if undefined else math.copysign(math.inf, a) * math.copysign(1.0, b)


def quotient(a, b):
    """A quotient with a decimal in it that nothing has rounded yet."""
    a, b = numbers(a, b)
    return a / b


def rounded(exact):
    """A fraction as the nearest float."""
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def modulo(a, b):
    a, b = numbers(a, b)
    if type(a) is not float:
        return a - b * (a // b)
    if b == 0 or math.isnan(a) or math.isnan(b) or math.isinf(a):
        return math.nan
    rest = math.fmod(a, b)
    if rest == 0:
        return math.copysign(0.0, b)
    return rest + b if (rest < 0) != (b < 0) else rest


def power(a, b):
    a, b = numbers(a, b)
    if type(a) is Fraction:
        return exact_numbers.power(a, b)
    if type(a) is int:
        if b < 0:
            raise ValueError("an integer to a negative power")
        if abs(a) > 1 and b * math.log10(abs(a)) > 10**6:
            raise OverflowError("a power of more than a million digits")
        return a**b
    negative = math.copysign(1.0, a) < 0 and b.is_integer() and b % 2 == 1
    if a == 0 and b < 0:
        return -math.inf if negative else math.inf
    if a < 0 and math.isfinite(a) and math.isfinite(b) and not b.is_integer():
        return math.nan
    try:
        found = math.pow(a, b)
        return loosely(found, 4 * math.ulp(found))
    except OverflowError:
        return -math.inf if negative else math.inf


def absolute(a):
    (a,) = numbers(a)
    return abs(a)


def real(function, *, periodic=False, least=-math.inf, exact=False):
    """A function of one real number that raises below `least`, and overflows to infinity.

    Right within 4 ulp, where it is not exact.
    """

    def apply(a):
        numbers(a)
        a = to_float(a)
        if a < least:
            raise ValueError("outside the function's domain")
        if periodic and math.isinf(a):
            return math.nan
        try:
            found = function(a)
            return found if exact else loosely(found, 4 * math.ulp(found))
        except OverflowError:
            return math.inf

    return apply


def clamp(x, low, high):
    for value in (x, low, high):
        if type(value) not in (int, float, Decimal, str):
            raise TypeError("has no order")
    if type(x) is not str:
        exact = numbers(x, low, high)
        x, low, high = exact if type(exact[0]) is Fraction else (x, low, high)
    if low > high:
        raise ValueError("bounds are reversed")
    return low if x < low else min(x, high)


# -- comparisons, logic and choices


def equal_numbers(a, b):
    """Equality where one of the two is a decimal for certain, and null."""
    if a is None or b is None:
        return a is b
    a, b = numbers(a, b)
    return a == b


def same(a, b):
    """Structural equality: a boolean equals no number, null only null."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if {type(a), type(b)} == {Decimal, float}:
        finite = all(map(math.isfinite, (a, b)))
        return finite and as_fraction(a) == as_fraction(b)
    return (type(a) is bool) == (type(b) is bool) and a == b


def truth(value):
    if type(value) is not bool:
        raise TypeError("no boolean")
    return value


def ordered(compare):
    def apply(a, b):
        if type(a) is str and type(b) is str:
            return compare(list(map(ord, a)), list(map(ord, b)))
        if type(a) is date and type(b) is date:
            return compare((a.year, a.month, a.day), (b.year, b.month, b.day))
        exact = numbers(a, b)
        return compare(*exact) if type(exact[0]) is Fraction else compare(a, b)

    return apply


# -- text and arrays


def text(value):
    if value is None:
        raise TypeError("null has no text")
    if type(value) is bool:
        return str(value).lower()
    if type(value) is Decimal:
        return exact_numbers.shown(value)
    if type(value) is int:
        return format(Decimal(value), "f")  # str() writes no more than 4,300 digits
    if type(value) is not float:
        return str(value)
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    shown = repr(value)
    return shown.replace("e", ".0e") if "e" in shown and "." not in shown else shown


def text_of_digits(value, digits=None):
    if digits is None:
        return text(value)
    whole = round(abs(as_fraction(value)) * 10**digits)
    shown = str(whole).rjust(digits + 1, "0")
    cut = len(shown) - digits
    sign = "-" if as_fraction(value) < 0 and whole else ""
    return sign + shown[:cut] + ("." + shown[cut:] if digits else "")


def string(value):
    if type(value) is not str:
        raise TypeError("not a string")
    return value


def at(array, index):
    if array is None or index is None:
        raise TypeError("null cannot be indexed")
    return array[index] if -len(array) <= index < len(array) else None


MAPS = {
    "add": lambda a, b: sum(numbers(a, b)[1:], numbers(a, b)[0]),
    "subtract": lambda a, b: numbers(a, b)[0] - numbers(a, b)[1],
    "multiply": multiply,
    "divide": divide,
    "quotient": quotient,
    "modulo": modulo,
    "power": power,
    "abs": absolute,
    "sqrt": real(math.sqrt, least=-0.0, exact=True),
    "log": real(lambda x: math.log(x) if x else -math.inf, least=-0.0),
    "exp": real(math.exp),
    "tanh": real(math.tanh),
    "sin": real(math.sin, periodic=True),
    "cos": real(math.cos, periodic=True),
    "clamp": clamp,
    "equal": same,
    "not_equal": lambda a, b: not same(a, b),
    "greater_than": ordered(lambda a, b: a > b),
    "greater_than_or_equal": ordered(lambda a, b: a >= b),
    "less_than": ordered(lambda a, b: a < b),
    "less_than_or_equal": ordered(lambda a, b: a <= b),
    "year": lambda a: dates.a_date(a)[0],
    "month": lambda a: dates.a_date(a)[1],
    "day": lambda a: dates.a_date(a)[2],
    "weekday": lambda a: (date(*dates.a_date(a)) - date(1, 1, 1)).days % 7 + 1,
    "days_between": dates.days_between,
    "months_between": dates.months_between,
    "years_between": dates.years_between,
    "add_days": dates.add_days,
    "add_months": dates.add_months,
    "add_years": lambda a, years: dates.add_months(a, 12 * years),
    "and": lambda a, b: all([truth(a), truth(b)]),
    "or": lambda a, b: any([truth(a), truth(b)]),
    "not": lambda a: not truth(a),
    "select": lambda condition, a, b: a if truth(condition) else b,
    "is_null": lambda a: a is None,
    "coalesce": lambda a, b: b if a is None else a,
    "length": lambda a: len(string(a)),
    "array_size": len,
    "size": len,
    "at": at,
    "concat": lambda a, b: text(a) + text(b),
    "to_decimal": decimal_of,
    "as_decimal": to_decimal,
    "as_float": to_float,
    "to_integer": to_integer,
    "to_float": float_of,
    "to_string": text_of_digits,
    "upcase": lambda a: string(a).upper(),
    "downcase": lambda a: string(a).lower(),
}


PASSING = {"as_float", "select", "coalesce", "is_null", "count"}
"""What a loose value goes through; what comes of it elsewhere is not said."""
