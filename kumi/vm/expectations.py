"""What a leaf of the input must be: in words, as a predicate, as an expression of our code."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kumi.kernels.decimal_values import about_commas, to_decimal
from kumi.kernels.kinds import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    FLOAT,
    INTEGER,
    STRING,
    ArrayOf,
    is_numeric,
)
from kumi.kernels.values import described, expected, same
from kumi.syntax.nodes import OneOf, Range, Symbol
from kumi.vm import convention as names
from kumi.vm.access import NO_ARRAY, NO_NULL

if TYPE_CHECKING:
    from kumi.ir.program import Leaf
    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Domain

EXACT_TYPES: dict[Kind, type] = {
    DECIMAL: Decimal,
    FLOAT: float,
    INTEGER: int,
    STRING: str,
    BOOLEAN: bool,
    DATE: date,
}
_LISTED = 8


def expectation(leaf: Leaf) -> str:
    """What is expected: `a float from 0 to 100`, `a string, one of "a", "b"`."""
    what = "any value" if leaf.kind is ANY else expected(leaf.kind)
    match leaf.domain:
        case Range():
            return f"{what}{_interval(leaf.domain)}"
        case OneOf(values):
            listed = [_literal(value) for value in values[:_LISTED]]
            more = [f"… ({len(values)} in all)"] if values[_LISTED:] else []
            return f"{what}, one of {', '.join(listed + more)}"
    return what


def _interval(domain: Range) -> str:
    low, high = domain.low, domain.high
    if isinstance(low, date) or isinstance(high, date):
        since = [] if low is None else [f"from {low}"]
        until = [] if high is None else [f"{'before' if domain.exclusive else 'until'} {high}"]
        return f", {' and '.join(since + until)}"
    if high is None:
        return f" of at least {low}"
    if low is None:
        return f" below {high}" if domain.exclusive else f" of at most {high}"
    return f" from {low} to {'below ' if domain.exclusive else ''}{high}"


def _literal(value: object) -> str:
    match value:
        case str():
            return f'"{value}"'
        case Symbol(name):
            return f":{name}"
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def wrong_type(leaf: Leaf, value: object) -> str:
    """The message for a value that is not of the leaf's kind; it does not hold the value."""
    found = described(value)
    if leaf.kind is DATE:
        found += " that is no date" if isinstance(value, str) else ""
        found += " (its `.date()` is one)" if isinstance(value, datetime) else ""
    if leaf.kind is DECIMAL and not isinstance(value, bool):
        found = _no_decimal(value)
    return f"expected {expectation(leaf)}, found {found}"


def _no_decimal(value: object) -> str:
    """What a value is that is no decimal; of a number or a text, why it is none."""
    try:
        to_decimal(value)
    except OverflowError as error:
        return str(error)
    except ValueError:
        if isinstance(value, str):
            return f"{described(value)} that is no number{about_commas(value)}"
        why = "that is NaN or infinite"
        return f"{described(value)} {why}"
    except TypeError:
        pass
    return described(value)


def no_null(leaf: Leaf) -> str:
    """The message for a null where none is admitted."""
    what = NO_ARRAY if isinstance(leaf.kind, ArrayOf) else NO_NULL
    return f"{wrong_type(leaf, None)}; {what}"


def outside(leaf: Leaf, value: object) -> str:
    """The message for a value outside the leaf's domain; it does not hold the value."""
    found = described(value)
    if isinstance(leaf.domain, OneOf):
        return f"expected {expectation(leaf)}, found another {found.partition(' ')[2] or found}"
    return f"expected {expectation(leaf)}, found {found} outside that range"


def admits(domain: Domain | None, value: Any) -> bool:
    """Whether a plain value lies in a domain; null always does."""
    if value is None or domain is None:
        return True
    if isinstance(domain, Range):
        return _goes_with(domain, value) and within(domain, value, value)
    return any(same(one, value) for one in named(domain))


def _goes_with(domain: Range, value: object) -> bool:
    """Whether a value can be compared with the ends of a range: a number, or a date."""
    if isinstance(domain.low, date) or isinstance(domain.high, date):
        return value.__class__ is date
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def within(domain: Range, least: Any, greatest: Any) -> bool:
    """Whether all numbers (or dates) from `least` to `greatest` lie in a range; NaN does not.

    An end at which the range is open is not looked at.
    """
    if domain.low is not None and not least >= domain.low:
        return False
    if domain.high is None:
        return True
    return bool(greatest < domain.high if domain.exclusive else greatest <= domain.high)


def named(domain: OneOf) -> tuple[Any, ...]:
    """The values of a list, symbols by their names."""
    return tuple(one.name if isinstance(one, Symbol) else one for one in domain.values)


def members(domain: OneOf, kind: Kind) -> frozenset[Any]:
    """Those values of a list that data of a kind can equal (Python's True would equal 1)."""
    wanted = (int, float, Decimal) if is_numeric(kind) else EXACT_TYPES[kind]
    listed = (one for one in named(domain) if isinstance(one, wanted))
    return frozenset(one for one in listed if kind is BOOLEAN or not isinstance(one, bool))


def fast_test(leaf: Leaf, name: str, prefix: str) -> tuple[str, dict[str, Any]]:
    """A Python expression that is true only where the variable `name` is certainly what it must be.

    Returns it with the constants that it uses, whose names begin with `prefix`. It also uses
    `MISSING` where the leaf may be anything.
    """
    if leaf.kind is ANY:
        return f"{name} is not {names.MISSING}", {}
    if leaf.kind is DECIMAL:  # how long it is, and whether it is finite, takes a call anyway
        return "False", {}
    kind = EXACT_TYPES[leaf.kind]
    test = f"{name}.__class__ is {kind.__name__}"
    bound: dict[str, Any] = {"date": date} if kind is date else {}
    null = f" or {name} is None" if leaf.admits_null else ""
    match leaf.domain:
        case Range(low, high, exclusive):
            limits = {f"{prefix}low": low, f"{prefix}high": high}
            below = f"{prefix}low <= " if low is not None else ""
            above = f" {'<' if exclusive else '<='} {prefix}high" if high is not None else ""
            return f"{test} and {below}{name}{above}{null}", bound | limits
        case OneOf():
            listed = {prefix: members(leaf.domain, leaf.kind)}
            return f"{test} and {name} in {prefix}{null}", bound | listed
    return f"{test}{null}", bound


def has_fast_test(leaf: Leaf) -> bool:
    """Whether `fast_test` can be written for a leaf."""
    if leaf.kind is ANY:
        return leaf.domain is None
    if leaf.kind not in EXACT_TYPES:
        return False
    return not isinstance(leaf.domain, Range) or is_ordered(leaf.kind)


def is_ordered(kind: Kind) -> bool:
    """Whether data of a kind can have a range as its domain."""
    return is_numeric(kind) or kind is DATE
