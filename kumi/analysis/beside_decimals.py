"""What is wrong beside a decimal: an infinity, which is none, and a quotient that is cut off."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from kumi.analysis.facts import literal, quoted
from kumi.kernels.kinds import DECIMAL, INTEGER
from kumi.syntax.nodes import Call, Constant, Name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import ExprNode

_FINITE = (
    "decimals are finite; the greatest of several values is `{max_of}`,"
    " and a last bracket needs no upper end"
)
_EXACT = "divide a decimal: `to_decimal(…)` around one of the two makes the quotient exact"


def meeting(function: str, args: Sequence[ExprNode]) -> list[Sequence[ExprNode]]:
    """The arguments of a call, as far as they meet: of a table each key and its column.

    >>> meeting("bracket", ["x", "bounds", "values", "key", "keys"])
    [['x', 'bounds'], ['key', 'keys']]
    >>> meeting("lookup", ["key", "keys", "values"]), meeting("add", ["a", "b"])
    ([['key', 'keys']], [['a', 'b']])
    """
    if function == "bracket":
        return [args[:2], *(args[at : at + 2] for at in range(3, len(args) - 1, 2))]
    if function == "lookup":
        return [args[at : at + 2] for at in range(0, len(args) - 1, 2)]
    return [args]


def check_beside_decimals(facts: Analysis, together: Sequence[ExprNode]) -> None:
    """Report what does not go with a decimal, where there is one among operands that meet.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> share = "value :share, input.pay * (input.days / 30)"
    >>> text = f"schema do input do decimal :pay integer :days end {share} end"
    >>> [one.message for one in analyze(parse(Source("pay.kumi", text), "Pay")).warnings]
    ['this quotient is a float of some 16 digits, and meets a decimal here']
    """
    if not any([facts.kinds.get(one) is DECIMAL for one in together]):  # noqa: C419 - quicker
        return
    for one in together:
        infinite = infinity(one)
        if infinite is not None:
            message = f"`{literal(infinite)}` is no decimal, and meets one here"
            max_of = facts.said("fn(:max_of, a, b)", "kumi.max_of(a, b)")
            facts.type(one.place, message, _FINITE.format(max_of=max_of))
        elif _is_cut_off(facts, one):
            who = quoted(one, "this quotient")
            message = f"{who} is a float of some 16 digits, and meets a decimal here"
            facts.warn(one.place, message, _EXACT)


def infinity(node: ExprNode) -> float | None:
    """The infinity that an operand is, with a minus before it or without; None for all others."""
    match node:
        case Call(function="subtract", args=(Constant(value=0), Constant(value=float(value)))):
            return -value if isinf(value) else None
        case Constant(value=float(value)):
            return value if isinf(value) else None
    return None


def _is_cut_off(facts: Analysis, node: ExprNode) -> bool:
    """Whether an operand is an integer divided by another, directly or by name."""
    while isinstance(node, Name) and node.name in facts.declarations:
        body = facts.declarations[node.name].body
        if not isinstance(body, Call | Name):
            return False
        node = body
    if not isinstance(node, Call) or node not in facts.functions:
        return False
    if facts.functions[node].name != "divide":
        return False
    return all(facts.kinds.get(one) is INTEGER for one in node.args)
