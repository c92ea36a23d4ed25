"""Pass: over which array levels every expression has cells.

Arguments combine when every list of axes is the beginning of the longest; shorter ones are
repeated over the missing inner axes. Axes are compared by the full path of their array, so two
arrays that happen to be equally long never combine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import elements, named, quoted
from kumi.kernels.signatures import overloads
from kumi.syntax.nodes import Call, Cascade, Constant, InputPath, Name, distinct, roots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis, Axes
    from kumi.syntax.nodes import ExprNode


def axes(facts: Analysis) -> None:
    """Fill `facts.axes`; report axes that do not combine, and reducers with nothing to fold."""
    for declaration in facts.order:
        body = declaration.body
        for node in distinct(*roots(body)):
            found = _of(facts, node)
            if found is not None:
                facts.axes[node] = found
        if isinstance(body, Cascade):
            whole = _combined(facts, tuple(roots(body)), "this cascade")
        else:
            whole = facts.axes.get(body)
        if whole is not None:
            facts.axes[declaration] = whole


def _of(facts: Analysis, node: ExprNode) -> Axes | None:
    match node:
        case Constant():
            return ()
        case InputPath():
            reach = facts.reaches.get(node.path)
            return reach.axes if reach else None
        case Name() if node.name in facts.declarations:
            return facts.axes.get(facts.declarations[node.name])
        case Call():
            return _of_call(facts, node)
    return None


def _of_call(facts: Analysis, node: Call) -> Axes | None:
    functions = overloads(node.function)
    if not functions:
        return None
    combined = _combined(facts, node.args, named(node.function))
    if combined is None or not functions[0].reducer:
        return combined
    if combined:
        return combined[:-1]
    if node in facts.functions:
        _report_nothing_to_fold(facts, node)
    return None


def _combined(facts: Analysis, operands: Sequence[ExprNode], who: str) -> Axes | None:
    """The longest axes among the operands, of which all the others must be the beginning."""
    longest: Axes = ()
    owner: ExprNode | None = None
    for operand in operands:
        found = facts.axes.get(operand)
        if found is None:
            return None
        shared = min(len(found), len(longest))
        if found[:shared] != longest[:shared]:
            _report_incompatible(facts, who, (owner, longest), (operand, found))
            return None
        if len(found) > len(longest):
            longest, owner = found, operand
    return longest


def _report_incompatible(
    facts: Analysis, who: str, first: tuple[ExprNode | None, Axes], second: tuple[ExprNode, Axes]
) -> None:
    (one, one_axes), (other, other_axes) = first, second
    left = quoted(one, "an earlier operand") if one else "an earlier operand"
    right = quoted(other, "this")
    facts.semantic(
        other.place,
        f"{who} cannot combine the axes {_shown(one_axes)} of {left}"
        f" with {_shown(other_axes)} of {right}",
        "different arrays are never zipped: reduce one of them first, for example with `sum`",
    )


def _shown(found: Axes) -> str:
    return f"[{', '.join(found)}]"


def _report_nothing_to_fold(facts: Analysis, node: Call) -> None:
    argument = node.args[0]
    who = quoted(argument, "its argument")
    single = f"{who} is one value: use it as it is, or give the path of an array's elements"
    facts.semantic(
        node.place, f"`{node.function}` has no array to fold", elements(facts, argument) or single
    )
