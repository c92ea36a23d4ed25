"""What tuples and objects mean: lists and dicts in each cell, and folds of them item by item.

A tuple's kind is `("tuple", kinds of the items)`.
"""

from functools import reduce

STEPS = {"sum": "add", "max": "max_of", "min": "min_of", "any": "or", "all": "and"}
STEPS |= {"join": "concat", "mean": "add"}
OF_NOTHING = {"sum": (0, "integer"), "any": (False, "boolean"), "all": (True, "boolean")}
OF_NOTHING |= {"join": ("", "string"), "max": (None, "null"), "min": (None, "null")}
OF_NOTHING |= {"mean": (float("nan"), "float")}


def is_tuple(kind):
    return isinstance(kind, tuple) and kind[0] == "tuple"


def as_tuple(*items):
    return list(items)


def as_object(names):
    return lambda *values: dict(zip(names, values, strict=True))


def not_null(cell):
    if cell is None:
        raise TypeError("a null is folded")
    return cell


def folded(function, items, called, constant, each):
    """A fold of a tuple's items; `called`, `constant` and `each` are the interpreter's."""
    if not items:
        return None
    if len(items) == 1 and function != "mean":
        return each(not_null, items[0])
    total = reduce(lambda a, b: called(STEPS[function], [a, b]), items)
    return called("divide", [total, constant(len(items))]) if function == "mean" else total
