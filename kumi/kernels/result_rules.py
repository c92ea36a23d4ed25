"""The kind that a call gives, from the kinds of its arguments: each rule, and how it is said.

>>> print(PROMOTED((kinds.INTEGER, kinds.FLOAT)), "-", PROMOTED.says)
float - the widest kind of its arguments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kumi.kernels import kinds
from kumi.kernels.kinds import ArrayOf, Kind, TupleOf, promote

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class ResultRule:
    """Called with the kinds of the arguments, one for each parameter; `says` is for people."""

    says: str
    kind: Callable[[tuple[Kind, ...]], Kind]

    def __call__(self, arguments: tuple[Kind, ...]) -> Kind:
        """The kind of the result."""
        return self.kind(arguments)


def always(kind: Kind) -> ResultRule:
    """The rule of functions that give one kind, whatever they are given."""
    return ResultRule(str(kind), lambda _: kind)


def _real(arguments: tuple[Kind, ...]) -> Kind:
    return kinds.DECIMAL if kinds.DECIMAL in arguments else kinds.FLOAT


def _element(arguments: tuple[Kind, ...]) -> Kind:
    match arguments[0]:
        case ArrayOf(element):
            return element
        case TupleOf(items):
            return promote(*items)
    return kinds.ANY


def _total(arguments: tuple[Kind, ...]) -> Kind:
    found = _element(arguments)
    return kinds.INTEGER if found is kinds.NULL else found


PROMOTED = ResultRule("the widest kind of its arguments", lambda arguments: promote(*arguments))
BRANCHES = ResultRule("the kind of its branches", lambda arguments: promote(*arguments[1:]))
REAL = ResultRule("decimal where a decimal is given, else float", _real)
FIRST = ResultRule("the kind of its first argument", lambda arguments: arguments[0])
THIRD = ResultRule("the kind of its third argument", lambda arguments: arguments[2])
LAST = ResultRule("the kind of its last argument", lambda arguments: arguments[-1])
ELEMENT = ResultRule("the kind that all items have together", _element)
TOTAL = ResultRule("the widest kind of the items, integer where there is none", _total)
REAL_TOTAL = ResultRule(
    "decimal where an item is one, else float", lambda arguments: _real((_total(arguments),))
)
