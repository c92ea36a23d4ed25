"""From a class to the tree that the text form gives."""

from __future__ import annotations

import sys
from functools import reduce
from typing import TYPE_CHECKING, Any

from kumi.errors import Problem, SchemaError
from kumi.syntax import nodes
from kumi.syntax.classes.code_places import tested_for_none
from kumi.syntax.classes.declarations import Reference
from kumi.syntax.classes.imported import imported, inputs_of_schema, nodes_of
from kumi.syntax.classes.input_paths import Rooted
from kumi.syntax.classes.members import RecordBase, inputs_of
from kumi.syntax.classes.operands import Operand
from kumi.syntax.classes.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.syntax.classes.declarations import Declarations, Value

_SHOWN = 3


def tree(schema: type[Declarations]) -> nodes.SchemaTree:
    """The syntax tree of a class.

    Raises SchemaError with every path and reference that leaves the schema; what else is wrong
    with it is for the analysis.
    """
    record = _input(schema)
    made = schema.__kumi_declarations__
    problems = [*_settled(schema, record), *_decided(schema)]
    if problems:
        raise SchemaError(problems)
    imports = imported(schema)
    return nodes.SchemaTree(
        name=schema.__name__,
        source=schema.__kumi_place__.source,
        place=schema.__kumi_place__,
        inputs=inputs_of(record),
        declarations=tuple(_declaration(one) for one in made if one.body is not None),
        imports=imports,
    )


def _input(schema: type[Declarations]) -> type[Record]:
    record: Any = getattr(schema, "Input", Record)
    if isinstance(record, type) and issubclass(record, Record):
        return record
    message = f"`{schema.__name__}.Input` is not a record"
    hint = "write `class Input(kumi.Record):` in the schema"
    raise SchemaError([Problem("semantic", schema.__kumi_place__, message, hint)])


def _declaration(one: Value[Any]) -> nodes.Declaration:
    assert one.name is not None  # noqa: S101 - a class with a nameless one was refused
    assert one.body is not None  # noqa: S101 - only what text declared has none
    return nodes.Declaration(one.place, one.kind, one.name, one.body)


def _settled(schema: type[Declarations], record: type[Record]) -> Iterator[Problem]:
    """Give references their names, and find what belongs to another schema."""
    own = set(schema.__kumi_declarations__)  # expressions compare by identity
    for node in nodes_of(schema):
        if isinstance(node, Reference):
            node.name = node.target.name or ""
            if node.target not in own:
                yield _foreign(schema, node)
        elif isinstance(node, Rooted) and node.root is not record:
            yield _elsewhere(schema, record, node)


def _decided(schema: type[Declarations]) -> Iterator[Problem]:
    """Every `x is None` in the class body that asks it of an expression."""
    body = schema.__kumi_body__
    for place, names in tested_for_none(body) if body else ():
        name, *attributes = names or ("",)
        known = vars(sys.modules.get(schema.__module__, schema)) | dict(vars(schema))
        found = reduce(lambda one, step: getattr(one, step, None), attributes, known.get(name))
        if isinstance(found, Operand):
            dotted = ".".join((name, *attributes))
            message = f"`{dotted}` is an expression here, and never None"
            hint = f"whether it is null in a run, says `kumi.is_null({dotted})`"
            yield Problem("semantic", place, message, hint)


def _foreign(schema: type[Declarations], node: Reference) -> Problem:
    owner = node.target.owner
    if owner is None:
        message = f"this uses a {node.target.kind} that `{schema.__name__}` does not declare"
        hint = "bind it to a name in the class body"
    else:
        message = f"`{owner.__qualname__}.{node.name}` belongs to another schema"
        inputs = ", ".join(f"{one.name}=…" for one in inputs_of_schema(owner)[:_SHOWN])
        hint = f"call it with its inputs: `{owner.__name__}.{node.name}({inputs})`"
    return Problem("semantic", node.place, message, hint)


def _elsewhere(schema: type[Declarations], record: type[Record], node: Rooted) -> Problem:
    route = _route(record, node.root)
    start = f"Input.{route}" if route else "Input"
    message = f"`{node.root.__name__}` is not the Input of `{schema.__name__}`, where paths start"
    return Problem("semantic", node.place, message, f"write `{start}.{node.path[0]}`")


def _route(record: type[RecordBase], wanted: type[RecordBase]) -> str | None:
    """How one record is reached from another, as attributes."""
    todo = [(record, "")]
    while todo:
        here, so_far = todo.pop(0)
        if here is wanted:
            return so_far.rstrip(".")
        members = here.__kumi_members__.values()
        todo += [(m.shape.record, f"{so_far}{m.attribute}.") for m in members if m.shape.record]
    return None
