"""What is known of tuples and objects: their kinds, how deep they are nested, nulls among items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.kernels.kinds import ANY, HASH, TupleOf, may_be_made
from kumi.syntax.nodes import Argument, Constant, Name, Object, Tuple, children, roots

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Call, Cascade, Declaration, ExprNode

DEEPEST: Final = 100
"""How deep tuples and objects may be nested: a reader of the results goes into each level."""


def of_parts(facts: Analysis, node: Tuple | Object) -> Kind | None:
    """The kind of a tuple or an object; None where that of a part is not known.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do end value :pair, [1, [0.5, {a: 1}]] end"
    >>> facts = analyze(parse(Source("pair.kumi", text), "Pair"))
    >>> print(facts.kinds[facts.declarations["pair"]])
    tuple<integer, tuple<float, hash>>
    """
    found = [facts.kinds.get(part) for part in children(node)]
    known = tuple(kind for kind in found if kind is not None)
    if len(known) < len(found):
        return None
    return TupleOf(known) if isinstance(node, Tuple) else HASH


def item_kind(node: Call, items: Kind, promoted: Kind) -> Kind:
    """The kind of a tuple's item: that of all together, and its own where they have none.

    Its own is known where the index is a literal: of `[1, "one"]`, item 1 is a string.
    """
    index = node.args[1]
    if promoted is not ANY or not isinstance(items, TupleOf) or not isinstance(index, Constant):
        return promoted
    at = index.value
    within = isinstance(at, int) and -len(items.items) <= at < len(items.items)
    return items.items[at] if within else promoted  # type: ignore[index] # an int where it is within


def items_behind(facts: Analysis, node: ExprNode) -> tuple[ExprNode, ...]:
    """The items of a tuple as they are written, here or in a declaration; none where it is chosen.

    The names on the way were put in order, so that they lead in no circle.
    """
    body: ExprNode | Cascade = node
    while True:
        if isinstance(body, Name) and body.name in facts.declarations:
            body = facts.declarations[body.name].body
        elif isinstance(body, Argument):
            body = body.value
        else:
            break
    return body.items if isinstance(body, Tuple) else ()


def count_levels(facts: Analysis, node: ExprNode) -> None:
    """Fill `facts.levels` for an expression of which the kind is known; report too many."""
    if not may_be_made(facts.kinds[node]):
        return
    below = max((_levels(facts, part) for part in children(node)), default=0)
    if not isinstance(node, Tuple | Object):
        facts.levels[node] = below
    elif below < DEEPEST:
        facts.levels[node] = below + 1
    else:
        facts.levels[node] = 0  # said once, not of all that is around it
        message = f"tuples and objects are nested more than {DEEPEST} deep here"
        facts.semantic(node.place, message, "give the inner ones as outputs of their own")


def levels_of_results(facts: Analysis, declaration: Declaration) -> None:
    """The same for a declaration, of which a cascade may choose any result."""
    found = max((_levels(facts, root) for root in roots(declaration.body)), default=0)
    if found:
        facts.levels[declaration] = found


def _levels(facts: Analysis, node: ExprNode) -> int:
    """How deep tuples and objects are nested in a value."""
    if isinstance(node, Name) and node.name in facts.declarations:
        return facts.levels.get(facts.declarations[node.name], 0)
    return facts.levels.get(node, 0)
