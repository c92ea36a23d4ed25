"""What an imported declaration gets to read, where its schema reads its input.

A parameter is a root input of the imported schema. One that is a scalar is given any expression.
An array or a hash is given whole, and what lies in it is found by going the way of its schema in
what the caller has: into the element, whatever that is called there, and to the field of the same
name. With `items: input.order_items`,

    the schema reads               the caller has
    input.items                    input.order_items
    input.items.item               input.order_items.line
    input.items.item.price         input.order_items.line.price

An array may be computed as well. Then the expression is its elements, cell by cell along the last
of its axes, and their fields where it is an object. With `items: {price: input.lines.price * 2}`,

    input.items.item               {price: input.lines.price * 2}
    input.items.item.price         input.lines.price * 2

>>> from kumi.analysis.pipeline import analyze
>>> from kumi.places import Source
>>> from kumi.syntax.text import parse
>>> text = "schema do input do array :{} do hash :{} do float :price end end end {} end"
>>> def schema(*parts):
...     return analyze(parse(Source("order.kumi", text.format(*parts)), "Order"))
>>> tax, order = schema("items", "item", ""), schema("order_items", "line", "value :a, 1")
>>> path = InputPath(order.schema.place, ("order_items",))
>>> call = Call(order.schema.place, "tax", (), (), (("items", path),))
>>> given = Given(order, tax, call, lambda node: node)
>>> given.value(("items", "item", "price")).written
'input.order_items.line.price'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.element_fields import beside_longest, fields_of_element, spread
from kumi.analysis.facts import described, quoted
from kumi.errors import did_you_mean
from kumi.kernels.dates import from_text
from kumi.syntax.nodes import Argument, Call, Constant, InputPath, Name, Object, Tuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kumi.analysis.facts import Analysis, Axes, Path, Reach
    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode


class Given:
    """The arguments of a call, and what of them stands where the imported schema reads its input.

    `standing` says what a name stands for. Problems are reported where the argument is written.
    """

    def __init__(
        self,
        facts: Analysis,
        schema: Analysis,
        call: Call,
        standing: Callable[[ExprNode], ExprNode],
    ) -> None:
        self._facts = facts
        self._schema = schema
        self._call = call
        self._standing = standing
        self._found: dict[Path, ExprNode | None] = {(name,): one for name, one in call.named}

    def value(self, path: Path) -> ExprNode | None:
        """What stands for a path of the schema's input; None where that was reported."""
        if path not in self._found:
            above = self.value(path[:-1])
            reach = self._schema.reaches[path]
            found = above and self._below(self._standing(above), reach)
            self._found[path] = found and self._of_each_element(found, reach)
        return self._found[path]

    def axes(self, axes: Axes) -> Axes:
        """Axes of the schema, as the caller has them; without those that it does not have."""
        return tuple(found for axis in axes if (found := self._axis(axis)))

    def array(self, path: Path) -> Reach | None:
        """The array of the caller's input that is given for one of the schema's."""
        value = self.value(path)
        whole = value and self._standing(value)
        return self._array(whole) if whole else None

    def is_computed(self, path: Path) -> bool:
        """Whether an expression is given for one of the schema's arrays, and not an array."""
        value = self.value(path)
        whole = value and self._standing(value)
        return whole is not None and self._array(whole) is None and not isinstance(whole, Constant)

    def _axis(self, axis: str) -> str | None:
        """The name of an axis here; of a computed array it has that of the schema."""
        name = axis.strip("*'")
        path = tuple(name.split("."))
        reach = self.array(path)
        if reach is None:
            return axis if self.is_computed(path) else None
        return axis.replace(name, ".".join(reach.path))

    def _array(self, whole: ExprNode) -> Reach | None:
        """The array of the caller's input that an expression is the path of."""
        reach = self._facts.reaches.get(whole.path) if isinstance(whole, InputPath) else None
        return reach if reach is not None and reach.declared.kind == "array" else None

    def _has_cells(self, whole: ExprNode) -> bool:
        """Whether it may be the elements of an array: nobody knows axes yet."""
        if isinstance(whole, InputPath):
            reach = self._facts.reaches.get(whole.path)
            return reach is not None and reach.declared.kind != "array" and bool(reach.axes)
        return not isinstance(whole, Constant | Tuple) and not self._is_reported(whole)

    def _below(self, whole: ExprNode, reach: Reach) -> ExprNode | None:
        """What is given for a part of an array or a hash, of which `whole` is given."""
        assert reach.parent is not None  # noqa: S101 - what has no parent is an argument itself
        kind = reach.parent.declared.kind
        if isinstance(whole, Object) and kind == "hash":
            return self._field(whole, reach)
        is_null = isinstance(whole, Constant) and whole.value is None and kind == "hash"
        if is_null or (kind == "array" and self._has_cells(whole)):
            return whole  # below a hash that is null all is
        above = self._facts.reaches.get(whole.path) if isinstance(whole, InputPath) else None
        if above is None and self._is_reported(whole):
            return None
        if above is None or above.declared.kind != kind or above.declared.children is None:
            self._report_shape(whole, reach.parent)
            return None
        return self._on_path(above, reach, whole.place)

    def _field(self, whole: Object, reach: Reach) -> ExprNode | None:
        """A field of an object."""
        fields = dict(whole.fields)
        if reach.declared.name not in fields:
            self._report_lacking(reach, fields)
        return fields.get(reach.declared.name)

    def _of_each_element(self, field: ExprNode, reach: Reach) -> ExprNode:
        """A single value, with a cell for each element where these are objects of the call."""
        element = reach
        while element.parent is not None and element.parent.declared.kind == "hash":
            element = element.parent
        whole = None if element is reach else self.value(element.path)
        objects = self._standing(whole) if whole else None
        if not reach.axes or reach.declared.children or not isinstance(objects, Object):
            return field
        fields = fields_of_element(self._facts, objects, element.declared, self._standing)
        others = [one for one in fields if one is not field]
        longest = beside_longest(self._facts, field, [field, *others])
        return field if longest is None else spread(_brought(field, reach), longest)

    def _on_path(self, above: Reach, reach: Reach, place: Place) -> ExprNode | None:
        """The path of the same part of an array or a hash that the caller has as input."""
        name, names = reach.declared.name, [one.name for one in above.declared.children or ()]
        if above.declared.kind == "array":
            name = names[0]
        elif name not in names:
            self._report_lacking(reach, names)
            return None
        return InputPath(place, (*above.path, name))

    def _is_reported(self, whole: ExprNode) -> bool:
        """Whether it is a path or a name of nothing that is declared."""
        is_unknown = isinstance(whole, Name) and whole.name not in self._facts.declarations
        return is_unknown or isinstance(whole, InputPath)

    def _report_shape(self, whole: ExprNode, wanted: Reach) -> None:
        """Report an argument that is no array or no hash, as far as one is read."""
        dotted = ".".join(wanted.path)
        article = "an" if wanted.declared.kind == "array" else "a"
        given = dict(self._call.named)[wanted.path[0]]
        who = quoted(whole, "this") if len(wanted.path) == 1 else quoted(whole, "what it has there")
        hint = ARRAYS if wanted.declared.kind == "array" else _HASHES
        self._facts.type(
            given.place,
            f"`{self._call.function}` reads {article} {wanted.declared.kind} as `{dotted}`,"
            f" and {who} is {self._words(whole)}",
            hint,
            ("declared at", wanted.declared.place),
        )

    def _words(self, node: ExprNode) -> str:
        """What an argument is, as far as that shows before kinds are known."""
        reach = self._facts.reaches.get(node.path) if isinstance(node, InputPath) else None
        if reach is not None:
            opaque = reach.declared.kind == "hash" and reach.declared.children is None
            return "a hash without declared fields" if opaque else described(reach.kind)
        match node:
            case Constant():
                return "a literal"
            case Object():
                return "an object"
            case Tuple():
                return "a tuple"
        return "computed"

    def _report_lacking(self, wanted: Reach, names: Collection[str]) -> None:
        """Report an argument that lacks a field."""
        dotted = ".".join(wanted.path)
        given = dict(self._call.named)[wanted.path[0]]
        self._facts.semantic(
            given.place,
            f"`{self._call.function}` reads `{dotted}`, and {quoted(given, 'this')} has no"
            f" `{wanted.declared.name}` there",
            did_you_mean(wanted.declared.name, names),
            ("declared at", wanted.declared.place),
        )


def _brought(field: ExprNode, reach: Reach) -> ExprNode:
    """A field as an argument of its own, brought to its kind before it is repeated."""
    given = field
    if reach.declared.kind == "date" and isinstance(field, Constant):
        said = from_text(field.value) if isinstance(field.value, str) else None
        given = Constant(field.place, said) if said else field
    return Argument(field.place, given, reach.declared, reach.path, reach.null, ())


ARRAYS = "give the path of an array, or an expression with a cell for each element"
_HASHES = "give the path of a hash, or an object `{name: …}`"
