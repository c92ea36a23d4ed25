"""Pass: what the language has and this version does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis


def supported(facts: Analysis) -> None:
    """Report imports, each where it is.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do import :tax, from: Tax input do end end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> supported(facts)
    >>> [problem.message for problem in facts.problems]
    ['imports are not supported yet']
    """
    for one in facts.schema.imports:
        facts.semantic(one.place, "imports are not supported yet")
