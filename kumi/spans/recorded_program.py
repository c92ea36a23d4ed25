"""A program as its `program` event describes it: enough for the layout of its runs.

The inverse of `kumi.spans.events.program`. What a program needs to run, its arguments, kinds and
literals, is not in the event, and is not in the program made here. Events come from a file, so
nothing here trusts that a value is what docs/event-file.md says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.ir.ops import BY_NAME, Opcode
from kumi.ir.program import Group, Leaf, Operation, Program
from kumi.kernels.kinds import ANY
from kumi.places import Place, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.events import Event


def recorded_program(event: Event) -> Program | None:
    """The program of a `program` event; None where the event is not what it must be."""
    match event:
        case {
            "schema": str(schema),
            "path": str(path),
            "declarations": list(declarations),
            "operations": list(operations),
        }:
            sources = dict(_sources(event.get("paths")))
            return _program(schema, Source(path), sources, declarations, operations)
    return None


def _sources(paths: Any) -> Iterator[tuple[str, Source]]:
    """Where the schemas are written from which the program has declarations."""
    for origin, said in paths.items() if isinstance(paths, dict) else ():
        match said:
            case {"path": str(path)}:
                yield origin, Source(path)


def _program(
    schema: str,
    source: Source,
    sources: dict[str, Source],
    declarations: list[Any],
    operations: list[Any],
) -> Program | None:
    try:
        groups = tuple(_groups(schema, declarations, operations, source, sources))
        described = [
            _operation(index, group.place.source, operations[index])
            for group in groups
            for index in range(group.first, group.last)
        ]
    except _UnknownError:
        return None
    axes = tuple(dict.fromkeys(axis for operation in described for axis in operation.axes))
    return Program(schema, source, (), tuple(described), groups, axes, (), sources=sources)


class _UnknownError(Exception):
    """The event describes something in a way that this version does not know."""


def _operation(index: int, source: Source, described: Any) -> Operation:
    match described:
        case [str(), str(name), str() | None as function, str() | None as target, list(said),
              int(line), str() | None as path] if set(map(type, said)) <= {str}:  # fmt: skip
            opcode = BY_NAME.get(name) or Opcode(name, "", "")  # a later version may have more
            place, axes = Place(source, line), tuple(said)
            leaf = None if path is None else Leaf((path,), (), axes, ANY, None, place)
            ref = target if function is None and leaf is None else None
            return Operation(index, opcode, place, ANY, (), axes, function, ref, leaf)
    raise _UnknownError


def _groups(
    schema: str,
    declarations: list[Any],
    operations: list[Any],
    source: Source,
    sources: dict[str, Source],
) -> Iterator[Group]:
    """The groups in their order, each with the operations that follow and name it."""
    owners = [
        described[0] if isinstance(described, list) and described else None
        for described in operations
    ]
    first = 0
    for described in declarations:
        match described:
            case [str(name), "input" | "value" | "let" | "trait" as kind, int(line),
                  str() | None as origin]:  # fmt: skip
                last = first
                while last < len(owners) and owners[last] == name:
                    last += 1
                place = Place(sources.get(origin or "", source), line)
                yield Group(name, kind, origin or schema, place, first, last)
                first = last
            case _:
                raise _UnknownError
    if first < len(owners):
        raise _UnknownError
