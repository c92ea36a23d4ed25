"""What a class takes from other schemas: the imports that text would have, and their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.syntax import nodes
from kumi.syntax.classes.declarations import ImportCall
from kumi.syntax.classes.input_paths import Rooted
from kumi.syntax.classes.members import RecordBase, inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.places import Place
    from kumi.syntax.classes.declarations import Declarations


def nodes_of(schema: type[Declarations]) -> Iterator[nodes.ExprNode]:
    """Every node of the declarations of a class, once."""
    bodies = [one.body for one in schema.__kumi_declarations__ if one.body is not None]
    return nodes.distinct(*(start for body in bodies for start in nodes.roots(body)))


def imported(schema: type[Declarations]) -> tuple[nodes.Import, ...]:
    """The imports of a class, one a schema; its calls get the names that these give them."""
    own = {one.name for one in schema.__kumi_declarations__}
    meant: dict[str, type] = {}
    names: dict[type, tuple[Place, list[str]]] = {}
    for node in nodes_of(schema):
        if not isinstance(node, ImportCall) or node.target.owner in {None, schema}:
            continue
        owner: Any = node.target.owner
        name = node.target.name or ""
        if name in own or meant.setdefault(name, owner) is not owner:
            name = _full(owner, name, meant)
        node.function = name
        node.named = tuple(_wholes(node.named, inputs_of_schema(owner)))
        _, given = names.setdefault(owner, (node.place, []))
        if name not in given:
            given.append(name)
    return tuple(
        nodes.Import(place, tuple(given), owner.__name__, owner)
        for owner, (place, given) in names.items()
    )


def _full(owner: type, name: str, meant: dict[str, type]) -> str:
    """A name that tells of which schema it is, as far as it has to."""
    full = f"{owner.__name__}.{name}"
    if meant.setdefault(full, owner) is not owner:
        full = f"{owner.__module__}.{owner.__qualname__}.{name}"
        meant[full] = owner
    return full


def inputs_of_schema(schema: Any) -> tuple[nodes.Input, ...]:
    """The inputs that a schema declares, be it a class or made of text."""
    parsed: nodes.SchemaTree | None = getattr(schema, "_parsed", None)
    if parsed is not None:
        return parsed.inputs
    record = getattr(schema, "Input", None)
    if isinstance(record, type) and issubclass(record, RecordBase):
        return inputs_of(record)
    return ()


def _wholes(
    named: tuple[tuple[str, nodes.ExprNode], ...], inputs: tuple[nodes.Input, ...]
) -> Iterator[tuple[str, nodes.ExprNode]]:
    """Arguments, where what an input takes is an array: a path stands for its elements else."""
    levels = {one.name: _levels(one) for one in inputs}
    for name, node in named:
        wanted = levels.get(name, 0)
        if isinstance(node, Rooted) and wanted and node.levels:
            yield name, node.whole(node.place, max(0, node.levels - wanted))
        else:
            yield name, node


def _levels(one: nodes.Input) -> int:
    levels = 0
    while one.kind == "array" and one.children:
        one, levels = one.children[0], levels + 1
    return levels
