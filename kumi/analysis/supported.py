"""Pass: what the language has and this version does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.syntax.nodes import Object, Tuple

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode


_INSTEAD_OF_TUPLES = "many values are an array of the input; of two, `select` chooses one"


def supported(facts: Analysis) -> None:
    """Report imports, tuples and objects, each where it is.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do end value :pair, [1, 2] value :last, {a: 1} end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> supported(facts)
    >>> [problem.message for problem in facts.problems]
    ['tuples are not supported yet', 'objects are not supported yet']
    """
    for one in facts.schema.imports:
        _report(facts, one.place, "imports are")
    for declaration in facts.schema.declarations:
        for node in facts.nodes(declaration):
            what = _planned(node)
            if what:
                hint = _INSTEAD_OF_TUPLES if isinstance(node, Tuple) else None
                _report(facts, node.place, what, hint)


def _planned(node: ExprNode) -> str | None:
    match node:
        case Tuple():
            return "tuples are"
        case Object():
            return "objects are"
    return None


def _report(facts: Analysis, place: Place, what: str, hint: str | None = None) -> None:
    facts.semantic(place, f"{what} not supported yet", hint)
