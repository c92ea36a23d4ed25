"""Pass: whether every path through the input is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import described
from kumi.errors import closest
from kumi.kernels.kinds import HASH
from kumi.syntax.nodes import InputPath

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis, Path

_SHOWN = 12


def paths(facts: Analysis) -> None:
    """Report every path that leads nowhere, with what there is instead.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.analysis.inputs import inputs
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do float :price end value :cost, input.prise end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> inputs(facts)
    >>> paths(facts)
    >>> [(problem.message, problem.hint) for problem in facts.problems]
    [('`input.prise` is not declared', 'did you mean `price`? `input` has price')]
    """
    if facts.gaps.inputs:
        return
    for declaration in facts.schema.declarations:
        for node in facts.nodes(declaration):
            if isinstance(node, InputPath) and node.path not in facts.reaches:
                _report(facts, node)


def _report(facts: Analysis, node: InputPath) -> None:
    length = next(n for n in range(len(node.path)) if node.path[: n + 1] not in facts.reaches)
    parent, missing = node.path[:length], node.path[length]
    above = facts.reaches.get(parent)
    fields = [path[-1] for path in facts.reaches if path[:-1] == parent]
    if above and above.declared.kind == "array" and not fields:
        return  # its missing element was reported where the array is declared
    if above is None or fields:
        message = f"`{_dotted(node.path[: length + 1])}` is not declared"
        facts.semantic(node.place, message, _hint(parent, missing, fields))
    else:
        what = "a hash without declared fields" if above.kind is HASH else described(above.kind)
        facts.semantic(
            node.place,
            f"`{_dotted(parent)}` has no `{missing}`: it is {what}",
            f"end the path at `{_dotted(parent)}`",
        )


def _hint(parent: Path, missing: str, fields: list[str]) -> str:
    if not fields:
        return "the input block is empty"
    close = closest(missing, fields)
    start = f"did you mean `{close}`? " if close else ""
    more = " ..." if fields[_SHOWN:] else ""
    return f"{start}`{_dotted(parent)}` has {', '.join(fields[:_SHOWN])}{more}"


def _dotted(path: Path) -> str:
    return ".".join(("input", *path))
