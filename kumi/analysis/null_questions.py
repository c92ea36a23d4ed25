"""Pass: questions about null whose answer is known: warnings, since they compute what they say.

Who asks whether a value is null, and it never is, has probably asked of the wrong one, or means an
input that ought to be declared `null: true`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import named, quoted
from kumi.kernels.null_rules import Nulls
from kumi.syntax.nodes import Call, Constant, InputPath

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import ExprNode

_ALWAYS = {"is_null": "is always false", "equal": "is always false", "not_equal": "is always true"}


def null_questions(facts: Analysis) -> None:
    """Warn of `== null`, `is_null` and `coalesce` of what is never null.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> formulas = "value :some, fn(:coalesce, input.x, 0.0)"
    >>> text = f"schema do input do float :x end {formulas} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [problem.message for problem in facts.warnings]
    ['`coalesce` changes nothing here: `input.x` is never null']
    """
    for declaration in facts.order:
        if declaration.origin is not None:
            continue  # its own schema was warned, and what is given to it may be never null
        for node in facts.nodes(declaration):
            if isinstance(node, Call) and node in facts.functions:
                asked = _asked_of(node, facts.functions[node].name)
                if asked is not None and facts.nulls[asked] is Nulls.NEVER:
                    _warn(facts, node, asked)


def _asked_of(node: Call, function: str) -> ExprNode | None:
    """The operand of which a call asks whether it is null."""
    if function in {"is_null", "coalesce"}:
        return node.args[0]
    if function in {"equal", "not_equal"}:
        left, right = node.args
        if _is_null(right):
            return left
        return right if _is_null(left) else None
    return None


def _is_null(node: ExprNode) -> bool:
    return isinstance(node, Constant) and node.value is None


def _warn(facts: Analysis, node: Call, asked: ExprNode) -> None:
    function = facts.functions[node].name
    what = quoted(asked, "the operand")
    answer = _ALWAYS.get(function, "changes nothing here")
    how = facts.said("`null: true`", "`kumi.Field[… | None]`")
    hint = f"an input that may be null says so: {how}"
    facts.warn(
        node.place,
        f"{named(function)} {answer}: {what} is never null",
        hint if isinstance(asked, InputPath) else "leave it out",
    )
