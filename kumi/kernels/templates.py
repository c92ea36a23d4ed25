"""Scalar functions that are one Python expression: what generated code has in place of a call.

`{0} {1} {2}` stand for the names of the arguments, so an argument may be named several times.
Besides these an expression uses operators, builtins and `NAMES`. It means exactly what the language
means: null (None) in arithmetic, ordering and logic raises a TypeError, an integer too large
for a float becomes infinite, a float divided by zero is IEEE's.

>>> template("divide", (FLOAT, FLOAT), FLOAT)
'({0} / {1} if {1} != 0 else _by_zero({0}, {1}))'
>>> template("divide", (INTEGER, INTEGER), FLOAT)  # needs a call: see `scalars`
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from kumi.kernels.kinds import ANY, BOOLEAN, FLOAT, HASH, INTEGER, STRING, Scalar, is_numeric
from kumi.kernels.scalars import divide_by_zero, no_condition
from kumi.kernels.values import to_float

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind

_OVERFLOWS = 2**1024 - 2**970  # the smallest integer that float() refuses
NAMES: Final[dict[str, Any]] = {
    "_least": -_OVERFLOWS,
    "_most": _OVERFLOWS,
    "_to_float": to_float,
    "_by_zero": divide_by_zero,
    "_nan": math.nan,
    "_no_condition": no_condition,
}
"""What expressions may name besides their arguments: to be bound where they are used."""


@lru_cache(maxsize=1024, typed=True)
def template(function: str, kinds: tuple[Kind, ...], result: Kind, **options: object) -> str | None:
    """The expression for a function of arguments of these kinds, or None where it needs a call."""
    maker = _MAKERS.get(function)
    return maker(kinds, result, **options) if maker else None


def brings_floats(function: str, kinds: tuple[Kind, ...], result: Kind) -> bool:
    """Whether the expression does nothing with an integer but to bring it to a float first.

    >>> kinds = FLOAT, INTEGER
    >>> brings_floats("add", kinds, FLOAT), brings_floats("round", kinds, FLOAT)
    (True, False)
    """
    return function in _BRINGING and result is FLOAT and FLOAT in kinds


def _operand(place: str, kind: Kind, result: Kind) -> str:
    """An argument that Python converts by itself, made safe where that may overflow."""
    if kind is not INTEGER or result is not FLOAT:
        return place
    return f"({place} if _least < {place} < _most else _to_float({place}))"


def _brought(place: str, kind: Kind, result: Kind) -> str:
    """An argument as the kind of the result, null included."""
    if kind is not INTEGER or result is not FLOAT:
        return place
    return f"(None if {place} is None else _to_float({place}))"


def _arithmetic(operator: str) -> Callable[[tuple[Kind, ...], Kind], str]:
    def make(kinds: tuple[Kind, ...], result: Kind) -> str:
        left, right = _operand("{0}", kinds[0], result), _operand("{1}", kinds[1], result)
        return f"({left} {operator} {right})"

    return make


def _divide(kinds: tuple[Kind, ...], result: Kind) -> str | None:
    if kinds == (INTEGER, INTEGER):
        return None
    left, right = _operand("{0}", kinds[0], result), _operand("{1}", kinds[1], result)
    return f"({left} / {right} if {{1}} != 0 else _by_zero({{0}}, {{1}}))"


def _modulo(kinds: tuple[Kind, ...], result: Kind) -> str:
    left, right = _operand("{0}", kinds[0], result), _operand("{1}", kinds[1], result)
    if result is FLOAT:
        return f"({left} % {right} if {{1}} != 0 else {left} * _nan)"
    return f"({left} % {right})"


def _order(operator: str) -> Callable[[tuple[Kind, ...], Kind], str]:
    return lambda _kinds, _result: f"({{0}} {operator} {{1}})"


def _equality(operator: str, identity: str) -> Callable[[tuple[Kind, ...], Kind], str | None]:
    def make(kinds: tuple[Kind, ...], _result: Kind) -> str | None:
        if any(not isinstance(kind, Scalar) or kind in (ANY, HASH) for kind in kinds):
            return None
        # A boolean equals no number, but Python's True equals 1; null is the same as null.
        chosen = identity if BOOLEAN in kinds else operator
        return f"({{0}} {chosen} {{1}})"

    return make


def _select(kinds: tuple[Kind, ...], result: Kind) -> str:
    yes, no = _brought("{1}", kinds[1], result), _brought("{2}", kinds[2], result)
    return f"({yes} if {{0}} else {no} if {{0}} is False else _no_condition())"


def _coalesce(kinds: tuple[Kind, ...], result: Kind) -> str:
    first, second = _brought("{0}", kinds[0], result), _brought("{1}", kinds[1], result)
    return f"({second} if {{0}} is None else {first})"


def _absolute(kinds: tuple[Kind, ...], _result: Kind) -> str | None:
    return "abs({0})" if is_numeric(kinds[0]) else None


def _concat(kinds: tuple[Kind, ...], _result: Kind) -> str | None:
    return "({0} + {1})" if kinds == (STRING, STRING) else None


def _in(kinds: tuple[Kind, ...], _result: Kind) -> str | None:
    """Python's `in`, where its equality of these kinds is the language's."""
    if set(kinds) not in ({STRING}, {BOOLEAN}) and not set(kinds) <= {INTEGER, FLOAT}:
        return None
    listed = ", ".join(f"{{{place}}}" for place in range(1, len(kinds)))
    return f"({{0}} in ({listed},))"


def _extreme(function: str, operator: str) -> Callable[[tuple[Kind, ...], Kind], str | None]:
    """`min_of` or `max_of`: Python's own has no NaN in mind, and no other kinds."""

    def make(kinds: tuple[Kind, ...], result: Kind) -> str | None:
        if set(kinds) in ({INTEGER}, {STRING}):
            return f"{function}({', '.join(f'{{{place}}}' for place in range(len(kinds)))})"
        if kinds == (FLOAT, FLOAT) and result is FLOAT:
            return f"({{1}} if {{1}} {operator} {{0}} or {{1}} != {{1}} else {{0}})"
        return None

    return make


def _fixed(text: str) -> Callable[[tuple[Kind, ...], Kind], str]:
    return lambda _kinds, _result: text


_BRINGING = frozenset({"add", "subtract", "multiply", "divide", "modulo", "select", "coalesce"})
_MAKERS: dict[str, Callable[..., str | None]] = {
    "add": _arithmetic("+"),
    "subtract": _arithmetic("-"),
    "multiply": _arithmetic("*"),
    "divide": _divide,
    "modulo": _modulo,
    "abs": _absolute,
    "equal": _equality("==", "is"),
    "not_equal": _equality("!=", "is not"),
    "greater_than": _order(">"),
    "greater_than_or_equal": _order(">="),
    "less_than": _order("<"),
    "less_than_or_equal": _order("<="),
    "and": _fixed("({0} & {1})"),
    "or": _fixed("({0} | {1})"),
    "not": _fixed("({0} ^ True)"),
    "in": _in,
    "min_of": _extreme("min", "<"),
    "max_of": _extreme("max", ">"),
    "select": _select,
    "is_null": _fixed("({0} is None)"),
    "coalesce": _coalesce,
    "length": _fixed("len({0})"),
    "array_size": _fixed("len({0})"),
    "concat": _concat,
}
