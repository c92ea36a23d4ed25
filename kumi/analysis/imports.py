"""Pass: what the names that are imported stand for.

The resolver finds the schemas, and hands out each as its analysis, made once. Nothing of them is
looked at here but which declarations they have; `expansion` brings in what is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import Imported
from kumi.errors import SchemaError, closest

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Import

_SHOWN = 12


def imports(facts: Analysis) -> None:
    """Fill `facts.imports`; report schemas and declarations that are not there.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do import :tax, :tax, from: Tax input do end end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> imports(facts)
    >>> [problem.message for problem in facts.problems]
    ['`tax` is imported twice', 'there is no schema `Tax` here']
    """
    begun: dict[str, Import] = {}
    for one in facts.schema.imports:
        for name in one.names:
            first = begun.setdefault(name, one)
            if first is not one or one.names.count(name) > 1:
                _report_twice(facts, one, first, name)
        schema = _found(facts, one)
        if schema is not None:
            for name in one.names:
                _take(facts, one, schema, name)


def _report_twice(facts: Analysis, one: Import, first: Import, name: str) -> None:
    message = f"`{name}` is imported twice"
    if not any(problem.message == message for problem in facts.problems):
        beside = () if first is one else (("first at", first.place),)
        hint = "one name stands for one declaration: leave one of the two out"
        facts.semantic(one.place, message, hint, *beside)


def _found(facts: Analysis, one: Import) -> Analysis | None:
    if facts.resolver is None:
        facts.semantic(one.place, f"there is no schema `{one.module}` here")
        return None
    try:
        return facts.resolver.resolve(one)
    except SchemaError as error:
        facts.problems.extend(error.errors)
        return None


def _take(facts: Analysis, one: Import, schema: Analysis, local: str) -> None:
    name = local.rpartition(".")[2]
    known = [each.name for each in schema.schema.declarations]
    if name in known:
        facts.imports.setdefault(local, Imported(schema, name))
        return
    close = closest(name, known)
    start = f"did you mean `{close}`? " if close else ""
    listed = ", ".join(known[:_SHOWN]) + (" ..." if known[_SHOWN:] else "")
    hint = f"{start}it declares {listed}" if known else "it declares nothing"
    message = f"`{schema.schema.name}` does not declare `{name}`"
    facts.semantic(one.place, message, hint, ("it is written at", schema.schema.place))
