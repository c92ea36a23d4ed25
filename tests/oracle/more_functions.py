"""What rounding, lists of arguments and tables mean: one cell, and one table, in plain Python."""

import decimal
import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cell_functions import numbers, same
from exact_numbers import rounded

MODES = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}
WIDE = decimal.Context(prec=3000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


def round_to(x, step, mode="half_even"):
    """A multiple of a step, by the decimals that people see."""
    x, step = numbers(x, step)
    if type(x) is Fraction:
        if step <= 0:
            raise ValueError("a step is above zero")
        return Fraction(rounded(x / step, 0, mode)) * step
    if not 0 < step < math.inf:
        raise ValueError("a step is above zero")
    return multiple(x, Decimal(repr(step)), mode)


def round_at(x, digits=0, mode="half_even"):
    numbers(x)
    if type(x) is int and digits >= 0:
        return x
    if type(x) in (Decimal, Fraction):
        return Fraction(rounded(Fraction(x), digits, mode))
    return multiple(x, Decimal(1).scaleb(-digits), mode)


def multiple(x, step, mode):
    if type(x) is float and not math.isfinite(x):
        return x
    count = WIDE.divide(Decimal(repr(x)), step).quantize(Decimal(1), MODES[mode], WIDE)
    found = WIDE.multiply(count, step)
    return int(found) if type(x) is int else math.copysign(float(found), x)


def whole(function):
    def apply(x):
        numbers(x)
        if type(x) is float and not math.isfinite(x):
            raise ValueError("no integer is beside it")
        return function(x)

    return apply


def extreme_of(choose):
    def apply(*given):
        if not any(all(type(one) is kind for one in given) for kind in (str, date)):
            if any(type(one) not in (int, float, Decimal) for one in given):
                raise TypeError("has no order")
            if any(type(one) is Decimal for one in given):
                return choose(numbers(*given))
            unordered = [one for one in given if one != one]
            if unordered:
                return unordered[0]
        return choose(given)

    return apply


def one_of(x, *listed):
    return any(same(x, one) for one in listed)


MORE = {
    "round": round_at,
    "round_to": round_to,
    "floor": whole(math.floor),
    "ceil": whole(math.ceil),
    "min_of": extreme_of(min),
    "max_of": extreme_of(max),
    "in": one_of,
}


# -- tables: `rows` are tuples of keys, `bound` (for brackets) and value


def lookup(keys, rows, default):
    for found, value in rows:
        if None not in found and all(map(same, found, keys)):
            return value
    return default


def check_lookup(rows):
    keys = [found for found, _ in rows if None not in found]
    if any(all(map(same, a, b)) for n, a in enumerate(keys) for b in keys[:n]):
        raise ValueError("keys twice")


def bracket(x, keys, rows, default, ends):
    """The last row that begins at x or before, or the first one that ends there or later."""
    if x is None:
        raise TypeError("null has no order")
    mine = [row for row in rows if None not in row[0] and all(map(same, row[0], keys))]
    fits = [value for _, at, value in mine if (at >= x if ends == "up_to" else at <= x)]
    if not fits:
        return default
    return fits[0 if ends == "up_to" else -1]


def check_bracket(rows):
    if any(bound is None for _, bound, _ in rows):
        raise TypeError("null has no order")
    for n, (keys, bound, _) in enumerate(rows):
        above = [b for k, b, _ in rows[:n] if None not in keys and all(map(same, k, keys))]
        if None not in keys and (bound != bound or (above and not above[-1] < bound)):
            raise ValueError("bounds do not ascend")


def parts(function, args):
    """Which arguments are keys of cells, keys of rows, x, bounds and values."""
    if function == "lookup":
        return args[:-1:2], args[1:-1:2], None, None, args[-1]
    x, bounds, values, *more = args
    return more[::2], more[1::2], x, bounds, values
