"""Pass: over which array levels every expression has cells.

Arguments combine when every list of axes is the beginning of the longest; shorter ones are
repeated over the missing inner axes. Axes are compared by the full path of their array, so two
arrays that happen to be equally long never combine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import quoted
from kumi.kernels.functions import overloads
from kumi.kernels.kinds import ArrayOf
from kumi.syntax.nodes import Call, Cascade, Constant, InputPath, Name, distinct, roots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis, Axes
    from kumi.syntax.nodes import Case, Expr


def axes(facts: Analysis) -> None:
    """Fill `facts.axes`; report axes that do not combine, and reducers with nothing to fold."""
    for declaration in facts.order:
        body = declaration.body
        for node in distinct(*roots(body)):
            found = _of(facts, node)
            if found is not None:
                facts.axes[node] = found
        whole = _of_cascade(facts, body) if isinstance(body, Cascade) else facts.axes.get(body)
        if whole is not None:
            facts.axes[declaration] = whole


def _of(facts: Analysis, node: Expr) -> Axes | None:
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
    combined = _combined(facts, node.args, f"`{node.function}`")
    if combined is None or not functions[0].reducer:
        return combined
    if combined:
        return combined[:-1]
    if node.args:
        _report_nothing_to_fold(facts, node)
    return None


def _of_cascade(facts: Analysis, body: Cascade) -> Axes | None:
    parts = [part for case in body.cases for part in _parts(case)]
    parts += [body.base] if body.base else []
    return _combined(facts, parts, "this cascade")


def _parts(case: Case) -> tuple[Expr, ...]:
    return (*case.conditions, *([case.result] if case.result else []))


def _combined(facts: Analysis, operands: Sequence[Expr], who: str) -> Axes | None:
    """The longest axes among the operands, of which all the others must be the beginning."""
    known = [(operand, facts.axes.get(operand)) for operand in operands]
    longest: Axes = ()
    owner: Expr | None = None
    for operand, found in known:
        if found is None:
            return None
        short, long = sorted((found, longest), key=len)
        if long[: len(short)] != short:
            _report_incompatible(facts, who, (owner, longest), (operand, found))
            return None
        if long is not longest:
            longest, owner = long, operand
    return longest


def _report_incompatible(
    facts: Analysis, who: str, first: tuple[Expr | None, Axes], second: tuple[Expr, Axes]
) -> None:
    (one, one_axes), (other, other_axes) = first, second
    left = quoted(one, "its first operand") if one else "its first operand"
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
    hint = f"{who} has one value: use it as it is, or give the path of an array's elements"
    if isinstance(facts.kinds.get(argument), ArrayOf):
        hint = f"{who} is the whole array as one value: {_elements_hint(facts, argument)}"
    facts.semantic(node.place, f"`{node.function}` has no array to fold", hint)


def _elements_hint(facts: Analysis, argument: Expr) -> str:
    if not isinstance(argument, InputPath):
        return "give the path of its elements"
    children = facts.reaches[argument.path].declared.children or ()
    return f"its elements are `{'.'.join(('input', *argument.path, *(c.name for c in children)))}`"
