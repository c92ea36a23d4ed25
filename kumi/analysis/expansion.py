"""Pass: calls of imported declarations, replaced by what they call.

A call means the declaration with the inputs of its schema replaced by the arguments. So that is
what the other passes get to see: the declaration and those that it needs are copied, with the
arguments where its schema reads its input, and stand among the importer's own. All rules of kinds,
axes and null then hold as if it had been written there.

    schema do                                  let :tax.amount, input.price
      import :tax, from: Tax                   let :Tax.rate, 0.2
      input do float :price end         ->     value :Tax.tax, tax.amount * Tax.rate
      value :total, tax(amount: input.price)   value :total, Tax.tax
    end

Each argument becomes a declaration, since it is computed once, however often it is read. Calls with
the same arguments share their copies. What is imported was expanded itself when its schema was
analysed, so an import behind an import costs no more than what it brings. A copied node has the
place of the one that it was copied from, and that of the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kumi.analysis.copying import Sameness, copied, is_changed, with_parts
from kumi.analysis.facts import AlongArgument
from kumi.analysis.given_inputs import Given
from kumi.analysis.neighbours import indexed
from kumi.errors import closest
from kumi.places import seen_from
from kumi.syntax.nodes import (
    Argument,
    Call,
    Cascade,
    Declaration,
    InputPath,
    Name,
    children,
    roots,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.analysis.facts import Analysis, Axes, Path, Reach
    from kumi.places import Place, Source
    from kumi.syntax.nodes import ExprNode

MOST_COPIES = 10_000
"""So many declarations can be brought into one schema: calls that double would fill the memory."""

_Parts = dict["ExprNode", "ExprNode"]


def expansion(facts: Analysis) -> None:
    """Replace calls of imports in `facts.declarations` and `facts.order`; report bad arguments.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> tax = "schema do input do float :amount end value :tax, input.amount * 0.2 end"
    >>> class Shelf:
    ...     def resolve(self, imported):
    ...         return analyze(parse(Source("tax.kumi", tax), imported.module))
    >>> text = "schema do import :tax, from: Tax input do end value :it, tax(amount: 1) end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"), Shelf())
    >>> [declaration.name for declaration in facts.order]
    ['tax.amount', 'Tax.tax', 'it']
    """
    if not facts.schema.imports and not facts.gaps.imports:
        return
    expander = _Expander(facts)
    for declaration in facts.order:
        expander.add(expander.expanded(declaration))
    facts.order = tuple(expander.order)


@dataclass(slots=True, eq=False)
class _Copy:
    """A schema as it is called with some arguments: the names that its declarations have here."""

    schema: Analysis
    given: Given
    call: Call
    names: dict[str, str] = field(default_factory=dict)
    arguments: dict[Path, str | None] = field(default_factory=dict)
    elements: dict[str, Argument] = field(default_factory=dict)
    """An argument with cells in a computed array, by the array's name in the schema."""
    calls: dict[Place, Place] = field(default_factory=dict)

    def placed(self, place: Place) -> Place:
        """A place of the schema, with that of the call."""
        return seen_from(place, self.call.place, self.calls)

    def is_computed(self, node: ExprNode) -> bool:
        """Whether it is the path of a whole array for which an expression is given."""
        if (
            not isinstance(node, InputPath)
            or self.schema.reaches[node.path].declared.kind != "array"
        ):
            return False
        return self.given.is_computed(node.path)

    def is_length(self, node: ExprNode) -> bool:
        """Whether it asks how long such an array is."""
        if not isinstance(node, Call) or node not in self.schema.functions:
            return False
        return self.schema.functions[node].name == "array_size" and self.is_computed(node.args[0])


class _Expander:
    def __init__(self, facts: Analysis) -> None:
        self.order: list[Declaration] = []
        self._facts = facts
        self._copies: dict[tuple[object, ...], _Copy] = {}
        self._needs: dict[Declaration, tuple[Declaration, ...]] = {}
        self._fixed: set[Declaration] = set()
        """Declarations that read no input, directly or not: one copy serves all calls."""
        self._same = Sameness()
        self._counts: dict[str, int] = {}
        self._room = MOST_COPIES

    def add(self, declaration: Declaration) -> None:
        """Put a declaration in its place, behind those that it needs."""
        self.order.append(declaration)
        self._facts.declarations[declaration.name] = declaration

    def expanded(self, declaration: Declaration) -> Declaration:
        """A declaration of the importer, with names for calls of imports."""
        parts: _Parts = {}
        for node in self._facts.nodes(declaration):
            if isinstance(node, Call) and self._is_import(node):
                parts[node] = self._called(node, parts) or Name(node.place, node.function)
            else:
                changed = is_changed(node, parts)
                parts[node] = copied(node, node.place, parts) if changed else node
        if all(node is part for node, part in parts.items()):
            return declaration
        return replace(declaration, body=with_parts(declaration.body, parts, lambda place: place))

    def _is_import(self, call: Call) -> bool:
        """Whether it calls an imported name: those take no arguments but by name."""
        is_known = call.function in self._facts.imported() or self._facts.gaps.imports
        return is_known and not call.args

    def _called(self, written: Call, parts: _Parts) -> Name | None:
        """The name of what a call computes; None where that was reported."""
        imported = self._facts.imports.get(written.function)
        if imported is None:
            return None
        schema, declaration = imported.schema, imported.declaration
        needed = self._needed(schema, declaration)
        named = tuple((key, parts[value]) for key, value in written.named)
        call = Call(written.place, written.function, (), (), named)
        given = dict(call.named)
        roots = list(dict.fromkeys(path[0] for one in needed for path in _read(schema, one)))
        missing = [name for name in roots if name not in given]
        for name in missing:
            self._report_missing(call, schema, name)
        if missing:
            return None
        copy, fixed = (self._copy_for(call, schema, read) for read in (roots, []))
        if not self._has_room(call, sum(one.name not in copy.names for one in needed)):
            return None
        for one in needed:
            if one in self._fixed and one.name not in fixed.names:
                self._copy(fixed, one)
            if one in self._fixed:
                copy.names[one.name] = fixed.names[one.name]
            elif one.name not in copy.names:
                self._copy(copy, one)
        return Name(call.place, copy.names[declaration.name])

    def _has_room(self, call: Call, more: int) -> bool:
        """Whether so many copies may be added; reports the first call that goes too far."""
        if self._room < more and self._room >= 0:
            self._facts.semantic(
                call.place,
                f"with `{call.function}` this schema needs more than {MOST_COPIES:,} declarations"
                " of others",
                "each call with other arguments brings a copy of all that is behind it, and where"
                " those call twice again they double: call it once, for the elements of an array,"
                " or give what it computes to what needs it",
            )
            self._room = -1
        self._room -= more if self._room >= more else 0
        return self._room >= 0

    def _copy_for(self, call: Call, schema: Analysis, roots: list[str]) -> _Copy:
        """The copy for these arguments, of which all inputs count that the declaration needs."""
        given = dict(call.named)
        numbers = tuple((name, self._same.number(given[name])) for name in sorted(roots))
        key = (id(schema), numbers)
        if key not in self._copies:
            made = Given(self._facts, schema, call, self._standing)
            self._copies[key] = _Copy(schema, made, call)
        return self._copies[key]

    def _report_missing(self, call: Call, schema: Analysis, name: str) -> None:
        reach = schema.reaches[(name,)]
        given = [key for key, _ in call.named if (key,) not in schema.reaches]
        close = closest(name, given)
        strange = f"`{close}` is no input there: " if close else ""
        written = self._facts.said(f"{name}: …", f"{name}=…")
        self._facts.semantic(
            call.place,
            f"`{call.function}` needs `{name}`, which the call does not give",
            f"{strange}write `{call.function}({written})`",
            ("declared at", reach.declared.place),
        )

    def _needed(self, schema: Analysis, wanted: Declaration) -> tuple[Declaration, ...]:
        """A declaration behind all that it needs: each is looked at once."""
        if wanted not in self._needs:
            found: dict[Declaration, None] = {}
            todo: list[tuple[Declaration, Iterator[ExprNode]]] = [
                (wanted, iter(schema.nodes(wanted)))
            ]
            begun = {wanted}
            while todo:
                declaration, nodes = todo[-1]
                for node in nodes:
                    other = schema.declarations.get(node.name) if isinstance(node, Name) else None
                    if other is not None and other not in begun:
                        begun.add(other)
                        todo.append((other, iter(schema.nodes(other))))
                        break
                else:
                    todo.pop()
                    found[declaration] = None
                    if self._is_fixed(schema, declaration):
                        self._fixed.add(declaration)
            self._needs[wanted] = tuple(found)
        return self._needs[wanted]

    def _is_fixed(self, schema: Analysis, declaration: Declaration) -> bool:
        read = (
            schema.declarations[n.name] for n in schema.nodes(declaration) if isinstance(n, Name)
        )
        return all(one in self._fixed for one in read) and not any(_read(schema, declaration))

    def _standing(self, node: ExprNode) -> ExprNode:
        """What a name stands for: what is behind it, where that is an expression."""
        while True:
            match node:
                case Name():
                    known = self._facts.declarations.get(node.name)
                    if known is None or isinstance(known.body, Cascade):
                        return node
                    node = known.body
                case Argument():
                    node = node.value
                case _:
                    return node

    def _copy(self, copy: _Copy, declaration: Declaration) -> None:
        """Copy a declaration of an imported schema; those that it needs were copied."""
        parts: _Parts = {}
        nodes = copy.schema.nodes(declaration)
        whole = {child for node in nodes if not copy.is_length(node) for child in children(node)}
        whole.update(roots(declaration.body))
        for node in nodes:
            if node in whole or not copy.is_computed(node):
                parts[node] = self._part(copy, node, parts)
        origin, start = self._origin(copy.schema, declaration)
        name = declaration.name if declaration.origin else f"{start}.{declaration.name}"
        copy.names[declaration.name] = self._named(name)
        body = with_parts(declaration.body, parts, copy.placed)
        place = copy.placed(declaration.place)
        made = Declaration(place, declaration.kind, copy.names[declaration.name], body, origin)
        self._keep_axes(copy, declaration, made)
        self._keep_opened(copy, declaration.body, made.body, parts)
        self.add(made)

    def _part(self, copy: _Copy, node: ExprNode, parts: _Parts) -> ExprNode:
        place = copy.placed(node.place)
        match node:
            case InputPath():
                name = self._argument(copy, node.path)
                made: ExprNode = InputPath(place, ()) if name is None else Name(place, name)
            case Name():
                made = Name(place, copy.names[node.name])
            case Call() if copy.is_length(node):
                made = self._length(copy, node, place)
            case _:
                made = copied(node, place, parts)
        if isinstance(made, Call) and made.function == "index":
            self._keep_position(copy, node, made)
        self._keep_axes(copy, node, made)
        self._keep_opened(copy, node, made, parts)
        return made

    def _keep_position(self, copy: _Copy, node: ExprNode, made: Call) -> None:
        """Remember along which of the caller's arrays an imported `index` counts."""
        assert isinstance(node, Call)  # noqa: S101 - a copy is of the type of its model
        (array,) = indexed(copy.schema, node)
        found: Reach | AlongArgument | None = copy.given.array(array.path)
        if found is None and copy.given.is_computed(array.path):
            name, inside = self._cells(copy, array)
            found = None if name is None else AlongArgument(name, len(inside))
        self._facts.positions[made] = found

    def _cells(self, copy: _Copy, array: Reach) -> tuple[str | None, Axes]:
        """The argument that has cells in an array, and along which arrays, from that one on."""
        leaf = next(_leaves(copy.schema, array))
        return self._argument(copy, leaf.path), leaf.axes[len(array.axes) :]

    def _length(self, copy: _Copy, node: Call, place: Place) -> ExprNode:
        """How long an array is that is computed: how many cells lie in it."""
        assert isinstance(node.args[0], InputPath)  # noqa: S101 - `is_length` says so
        array = copy.schema.reaches[node.args[0].path]
        name, inside = self._cells(copy, array)
        made: ExprNode = InputPath(place, ()) if name is None else Name(place, name)
        for level in range(len(inside), 0, -1):
            axes = (*array.axes, *inside[:level])
            self._facts.own_axes[made] = copy.given.axes(axes)
            made = Call(place, "count", (made,))
        return made

    def _keep_axes(
        self, copy: _Copy, one: ExprNode | Declaration, made: ExprNode | Declaration
    ) -> None:
        """Remember along which arrays something goes, by the input of its own schema."""
        axes = copy.schema.axes[one]
        self._facts.own_axes[made] = copy.given.axes(axes) if axes else ()

    def _keep_opened(
        self, copy: _Copy, one: ExprNode | Cascade, made: ExprNode | Cascade, parts: _Parts
    ) -> None:
        """Remember which operands are opened in its own schema already."""
        if one in copy.schema.opened:
            operands = copy.schema.opened[one]
            self._facts.opened[made] = frozenset(parts[operand] for operand in operands)

    def _argument(self, copy: _Copy, path: Path) -> str | None:
        """The declaration that has what is given for a path."""
        if path not in copy.arguments:
            value = copy.given.value(path)
            copy.arguments[path] = None if value is None else self._bound(copy, path, value)
        return copy.arguments[path]

    def _bound(self, copy: _Copy, path: Path, value: ExprNode) -> str:
        reach = copy.schema.reaches[path]
        place = dict(copy.call.named)[path[0]].place
        name = self._named(".".join((copy.call.function, *path)))
        body = Argument(place, value, reach.declared, path, reach.null, reach.axes)
        self._keep_elements(copy, body)
        self.add(Declaration(place, "let", name, body, self._facts.schema.name))
        return name

    def _keep_elements(self, copy: _Copy, made: Argument) -> None:
        """Remember with which argument another one has to share the elements of an array."""
        for axis in made.arrays:
            if copy.given.is_computed(tuple(axis.split("."))):
                first = copy.elements.setdefault(axis, made)
                if first is not made:
                    self._facts.same_elements[made] = first, axis

    def _named(self, wanted: str) -> str:
        """A name that nothing else has here."""
        start = wanted.partition("#")[0]
        while True:
            count = self._counts[start] = self._counts.get(start, 0) + 1
            name = start if count == 1 else f"{start}#{count}"
            if name not in self._facts.declarations:
                return name

    def _origin(self, schema: Analysis, declaration: Declaration) -> tuple[str, str]:
        """The schema that a declaration was written in, by a name that no other one has here."""
        own = schema.schema
        name = declaration.origin or own.name
        source: Source = own.source if name == own.name else schema.sources[name]
        known = self._facts.sources
        taken = name == self._facts.schema.name and source != self._facts.schema.source
        if taken or known.get(name, source) != source:
            name = f"{name} ({source.path})"
        if name != self._facts.schema.name:
            known[name] = source
        return name, name


def _leaves(schema: Analysis, array: Reach) -> Iterator[Reach]:
    """What has cells in an array, be it in arrays inside of it."""
    for path, reach in schema.reaches.items():
        is_inside = path[: len(array.path)] == array.path
        if is_inside and not reach.declared.children and reach.declared.kind != "array":
            yield reach


def _read(schema: Analysis, declaration: Declaration) -> Iterator[Path]:
    """The paths through the input that a declaration reads, those of counted arrays included."""
    for node in schema.nodes(declaration):
        if isinstance(node, InputPath):
            yield node.path
        elif isinstance(node, Call) and schema.functions[node].name == "index":
            yield from (reach.path for reach in indexed(schema, node))
