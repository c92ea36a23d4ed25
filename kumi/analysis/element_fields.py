"""A field of objects that are given for the elements of an array: it has a cell for each of them.

With `items: {price: input.lines.price, rate: 2}` the rate is one value, and each item has it. An
imported `fn(:sum, input.items.item.rate)` adds it up as often as there are lines. So the field is
taken out of a tuple with another one, which is as long as the longest of its items:

    input.items.item.price     input.lines.price
    input.items.item.rate      at([2, [input.lines.price], false], 0)

Items of one kind would be brought to a common one: beside a float the 2 would be 2.0, and no
integer any more. No kind goes with those of a tuple and of a boolean, so each item keeps its own.

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
>>> x, n = (field for _, field in facts.schema.declarations[0].body.fields)
>>> beside_longest(facts, x, [x, n])
>>> type(beside_longest(facts, n, [x, n])).__name__
'InputPath'
>>> found = spread(n, beside_longest(facts, n, [x, n]))
>>> found.function, [type(item).__name__ for item in found.args[0].items]
('at', ['Constant', 'Tuple', 'Constant'])
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
    from collections.abc import Callable, Iterator, Sequence

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import ExprNode, Input

_MADE = frozenset({"index", "cross", "outer"})
"""Functions that make axes."""


def fields_of_element(
    facts: Analysis, whole: Object, declared: Input, standing: Callable[[ExprNode], ExprNode]
) -> Iterator[ExprNode]:
    """The single values of an element, those in records inside of it too, but not in its arrays.

    Of a record that is given as a path that is one of its fields: all of them have the same cells.
    """
    known = {one.name: one for one in declared.children or ()}
    for name, field in whole.fields:
        inside = known.get(name)
        value = standing(field)
        if inside is None or not inside.children:
            yield field
        elif inside.kind == "hash" and isinstance(value, Object):
            yield from fields_of_element(facts, value, inside, standing)
        elif inside.kind == "hash" and isinstance(value, InputPath):
            yield from _first_field(facts, value)


def _first_field(facts: Analysis, record: InputPath) -> Iterator[ExprNode]:
    reach = facts.reaches.get(record.path)
    while reach is not None and reach.declared.children and reach.declared.kind == "hash":
        singles = (one for one in reach.declared.children if one.kind != "array")
        child = next(singles, None)
        reach = facts.reaches[(*reach.path, child.name)] if child else None
    if reach is not None:
        yield InputPath(record.place, reach.path)


def beside_longest(facts: Analysis, field: ExprNode, fields: Sequence[ExprNode]) -> ExprNode | None:
    """What has a cell for each element, where a field of them may have fewer; else None."""
    counts = {one: _axes_shown(facts, one) for one in fields}
    if None in counts.values():
        return Object(field.place, tuple((str(n), one) for n, one in enumerate(fields)))
    longest = max(fields, key=lambda one: counts[one] or 0)
    return longest if counts[field] != counts[longest] else None


def spread(field: ExprNode, longest: ExprNode) -> Call:
    """The field, with a cell for each of `longest`."""
    place = field.place
    items = (field, Tuple(place, (longest,)), Constant(place, value=False))
    return Call(place, "at", (Tuple(place, items), Constant(place, 0)))


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
