"""What of the data a path through the input block reaches, and whether it fits."""

from datetime import date
from decimal import Decimal

from cell_functions import as_date, converted, same, to_decimal

from kumi.syntax import nodes

PYTHON = {
    "integer": int,
    "float": float,
    "string": str,
    "boolean": bool,
    "hash": dict,
    "date": date,
}


def is_of(value, kind):
    """Whether data fits a kind, null included."""
    if value is None or kind == "any":
        return True
    if isinstance(kind, tuple) or kind == "array":
        return isinstance(value, list)
    if kind == "date":
        return type(as_date(value)) is date
    if kind == "decimal":
        return is_decimal(value)
    return type(value) is PYTHON[kind] or (kind == "float" and type(value) is int)


def is_decimal(value):
    try:
        to_decimal(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


class _Below:
    """A field of a hash that is null, and may be: it reads null."""


def given(declared, path, holder, place, bad):
    """What a hash has for one of its fields, or the end of a path below it."""
    if declared.name in holder:
        return _cells(declared, path, holder[declared.name], place, bad)
    if not declared.null:
        bad.add(place)
        return []
    return _cells(declared, path, None, place, bad)


def _cells(declared, path, data, place, bad):
    """The cells at the end of a path, nested along the arrays that it passes.

    `place` is where we are, with indexes; `bad` collects the places that do not fit.
    """
    if not path:
        return _leaf(declared, data, place, bad)
    child = next(one for one in declared.children if one.name == path[0])
    below = f"{place}.{child.name}"
    if declared.kind == "hash" and (data is _Below or (data is None and declared.null)):
        return _cells(child, path[1:], _Below, below, bad)
    if not isinstance(data, list if declared.kind == "array" else dict):
        bad.add(place)
        return []
    if declared.kind == "hash":
        return given(child, path[1:], data, below, bad)
    return [_cells(child, path[1:], one, f"{place}[{n}]", bad) for n, one in enumerate(data)]


def _leaf(declared, value, place, bad):
    """A value of the declared kind inside the domain, or null where it is admitted."""
    if value is _Below:
        return None
    if value is None and not (declared.null or declared.kind == "any"):
        bad.add(place)
    fits = is_of(value, declared.kind)
    value = converted(value, declared.kind) if fits else value
    if not fits or not _admitted(declared.domain, value):
        bad.add(place)
    return value


def _admitted(domain, value):
    if value is None or domain is None:
        return True
    if isinstance(domain, nodes.OneOf):
        listed = (one.name if isinstance(one, nodes.Symbol) else one for one in domain.values)
        return any(same(one, value) for one in listed)
    wanted = (date,) if type(domain.low) is date else (int, float, Decimal)
    if type(value) not in wanted:
        return False
    low, high = domain.low, domain.high
    if type(value) is Decimal:
        low, high = map(to_decimal, (low, high))
    above = low is None or value >= low
    below = high is None or value <= high
    return above and below and not (domain.exclusive and value == high)


def kind_at(declared, path):
    for name in path:
        declared = next(one for one in declared.children if one.name == name)
    return _kind(declared)


def _kind(declared):
    if declared.kind == "array":
        return ("array", _kind(declared.children[0]))
    return declared.kind


def axes_of(declared, path):
    """The arrays that were passed, each by its full path."""
    passed = []
    for depth, name in enumerate(path[1:], 1):
        if declared.kind == "array":
            passed.append(".".join(path[:depth]))
        declared = next(one for one in declared.children if one.name == name)
    return tuple(passed)
