"""A field of objects that are given for the elements of an array: it has a cell for each of them.

With `items: {price: input.lines.price, rate: 0.2}` the rate is one value, and each item has it. An
imported `fn(:sum, input.items.item.rate)` adds it up as often as there are lines. So the field is
taken out of a tuple with another one, which is as long as the longest of its items:

    input.items.item.price     input.lines.price
    input.items.item.rate      at([0.2, input.lines.price], 0)

What expressions go along is found out later, by the pass over axes. Here that is done only as far
as it shows in the tree: a field that has as many axes as any stands as it is. Where one does not
show, all are taken out of a tuple, which changes nothing in those that are long enough.

>>> from kumi.analysis.facts import Analysis
>>> from kumi.analysis.inputs import inputs
>>> from kumi.places import Source
>>> from kumi.syntax.text import parse
>>> text = "schema do input do array :xs do float :x end end value :a, {x: input.xs.x, n: 2} end"
>>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
>>> inputs(facts)
>>> whole = facts.schema.declarations[0].body
>>> type(field_of_elements(facts, whole, "x")).__name__
'InputPath'
>>> found = field_of_elements(facts, whole, "n")
>>> found.function, [type(item).__name__ for item in found.args[0].items]
('at', ['Constant', 'InputPath'])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.kernels.signatures import overloads
from kumi.syntax.nodes import (
    Call,
    Constant,
    Declaration,
    InputPath,
    Name,
    Object,
    Tuple,
    children,
    roots,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import ExprNode

_MADE = frozenset({"index", "cross", "outer"})
"""Functions that make axes."""


def field_of_elements(facts: Analysis, whole: Object, name: str) -> ExprNode:
    """The field `name` of objects, with a cell for each of them; itself, where it has that."""
    fields = dict(whole.fields)
    value, place = fields[name], fields[name].place
    counts = {key: _axes_shown(facts, one) for key, one in fields.items()}
    if None in counts.values():
        beside = [one for key, one in fields.items() if key != name]
    else:
        longest = max(fields, key=lambda key: counts[key] or 0)
        beside = [fields[longest]] if counts[name] != counts[longest] else []
    if not beside:
        return value
    return Call(place, "at", (Tuple(place, (value, *beside)), Constant(place, 0)))


def _axes_shown(facts: Analysis, root: ExprNode) -> int | None:
    """How many axes an expression goes along; None where that does not show in the tree."""
    found: dict[ExprNode | Declaration, int | None] = {}
    todo: list[ExprNode | Declaration] = [root]
    while todo:
        one = todo[-1]
        behind = _behind(facts, one)
        if left := [each for each in behind if each not in found]:
            todo += left
        else:
            found[todo.pop()] = _shown(facts, one, [found[each] for each in behind])
    return found[root]


def _behind(
    facts: Analysis, one: ExprNode | Declaration
) -> Sequence[ExprNode] | Sequence[Declaration]:
    """What has to be known first: operands, or the declaration that a name refers to."""
    if isinstance(one, Declaration):
        return tuple(roots(one.body))
    if isinstance(one, Name):
        known = facts.declarations.get(one.name)
        return (known,) if known else ()
    return children(one)


def _shown(
    facts: Analysis, one: ExprNode | Declaration, behind: Sequence[int | None]
) -> int | None:
    if isinstance(one, InputPath):
        reach = facts.reaches.get(one.path)
        return len(reach.axes) if reach else None
    if isinstance(one, Call):
        functions = overloads(one.function)
        if not functions or one.function in _MADE or functions[0].table or one.named:
            return None
        if functions[0].reducer:
            behind = [axes and axes - 1 for axes in behind]
    return None if None in behind else max((axes for axes in behind if axes), default=0)
