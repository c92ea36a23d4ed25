"""What every reduction means for one list, in plain Python."""

import math
from fractions import Fraction

from cell_functions import Loose, Unsaid, divide, numbers, string, truth
from exact_numbers import digits_28


def total(items, kind):
    if kind == "decimal":
        return sum((numbers(item)[0] for item in items), Fraction(0))
    result = 0 if kind == "integer" else 0.0
    for item in items:
        result += numbers(item)[0]
    return result if kind == "integer" or in_any_order(items) else near(result, items)


def in_any_order(items):
    """Whether floats have one sum: two of them, special ones, or so few bits that none is lost."""
    finite = [abs(item) for item in items if math.isfinite(item)]
    if len(items) < 3 or (len(finite) < len(items) and math.isfinite(sum(finite))):
        return True
    finest = max(Fraction(item).denominator for item in items)
    return sum(map(Fraction, finite)) * finest < 2**53


def near(result, items):
    size = sum(map(abs, items))
    if math.isinf(size):
        raise Unsaid  # some order of adding them overflows
    return Loose(result, 1e-12 * size)


def mean(items, kind):
    if kind == "decimal":
        return digits_28(total(items, kind) / len(items))
    found = total(items, kind)
    if type(found) is Loose:
        return Loose(found / len(items), found.slack / len(items) + math.ulp(found))
    return divide(found, len(items))


def extreme(choose):
    """The least or greatest of what is there; one NaN among it decides."""

    def fold(items, _kind):
        there = [item for item in items if item is not None]
        unordered = [item for item in there if item != item]
        found = unordered[0] if unordered else choose(there, default=None)
        if type(found) is float and found == 0 and len({str(x) for x in there if x == 0}) > 1:
            raise Unsaid  # zeros of both signs are equal
        return found

    return fold


FOLDS = {
    "sum": total,
    "mean": mean,
    "count": lambda items, _kind: len(items),
    "min": extreme(min),
    "max": extreme(max),
    "any": lambda items, _kind: any(list(map(truth, items))),
    "all": lambda items, _kind: all(list(map(truth, items))),
    "join": lambda items, _kind: "".join(map(string, items)),
}
