"""Pass: what the language has and this version does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.kernels.signatures import PLANNED
from kumi.syntax.nodes import Call

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.places import Place


def supported(facts: Analysis) -> None:
    """Report imports and planned functions, each where it is.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do end value :last, fn(:to_integer, 1.5) end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> supported(facts)
    >>> [problem.message for problem in facts.problems]
    ['`to_integer` is not supported yet']
    """
    for one in facts.schema.imports:
        _report(facts, one.place, "imports are")
    for declaration in facts.schema.declarations:
        for node in facts.nodes(declaration):
            if isinstance(node, Call) and node.function in PLANNED:
                _report(facts, node.place, f"`{node.function}` is")


def _report(facts: Analysis, place: Place, what: str) -> None:
    facts.semantic(place, f"{what} not supported yet")
