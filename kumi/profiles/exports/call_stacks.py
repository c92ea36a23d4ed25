"""Operations as stacks: a schema calls a declaration, and that an operation.

Of a run these stacks are what a flame graph shows of a program's calls. All runs together give one
stack for each operation of a program, with how often it ran and its self time in nanoseconds, so
that the stacks of the longest profile are few, and add up to the report's figures exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kumi.profiles.declared_places import SourcesOf
from kumi.profiles.event_line import of_kind
from kumi.profiles.operand_names import OperandNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.engine import Key, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.exports.opened_profile import OpenedProfile


class SourceLines(NamedTuple):
    """Where a program says something: the path of the source, and lines, 0 where not known.

    `declared` is the line of the declaration, `line` that of the operation; both stand in another
    source than the schema where the declaration was imported. `schema` is the path of that.
    """

    path: str = ""
    declared: int = 0
    line: int = 0
    schema: str = ""


class Frame(NamedTuple):
    """A name on a stack, and the file and line that say it."""

    name: str
    path: str
    line: int


class CallStack(NamedTuple):
    """One operation of a program. `title` is what spans are called: `Map multiply`."""

    schema: str
    declaration: str | None
    origin: str | None
    operation: str
    function: str | None
    title: str
    place: SourceLines
    calls: int
    ns: int

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What is on the stack, the outermost first; the operation alone need not be of one."""
        path, declared, line, schema = self.place
        outer, inner = Frame(self.schema, schema, 0), Frame(self.title, path, line)
        if self.declaration is None:
            return outer, inner
        return outer, Frame(self.declaration, path, declared), inner


_KEYS = ("schema", "program", "position", "declaration", "name", "function", "origin")


def call_stacks(opened: OpenedProfile) -> list[CallStack]:
    """The stacks in the order of the programs' operations, schema by schema."""
    operands, places = OperandNames(opened.described), ProgramLines(opened.described)
    tallies = sorted(opened.engine.tallies("vm_operation", _KEYS), key=_order)
    return [_stack(tally, operands, places) for tally in tallies]


def title(operation: str, operand: Key) -> str:
    """An operation as spans call it: with its function, what it reads or loads."""
    return operation if operand is None else f"{operation} {operand}"


def _order(tally: Tally) -> tuple[tuple[bool, Any], ...]:
    return tuple((key is not None, key) for key in tally.keys)


def _stack(tally: Tally, operands: OperandNames, places: ProgramLines) -> CallStack:
    schema, program, position, declaration, name, function, origin = tally.keys
    operand = operands.of_program(schema, program, position) if function is None else function
    return CallStack(
        str(schema),
        None if declaration is None else str(declaration),
        None if origin is None else str(origin),
        str(name),
        None if function is None else str(function),
        title(str(name), operand),
        places.at(schema, program, position, declaration),
        tally.calls,
        tally.total,
    )


class ProgramLines:
    """Where `program` events say that declarations and operations stand.

    Events come from a file, so nothing here trusts that a value is what docs/event-file.md says.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._programs = {
            (event.get("schema"), event["program"]): _Lines(event)
            for event in of_kind(events, "program")
            if isinstance(event.get("program"), str)
        }

    def at(self, schema: Key, program: Key, position: Key, declaration: Key) -> SourceLines:
        """The place of an operation."""
        found = self._programs.get((schema, program))
        return found.at(position, declaration) if found else SourceLines()


class _Lines:
    """The lines of one program."""

    def __init__(self, event: Event) -> None:
        self._sources = SourcesOf(event)
        self._declared = dict(_declared(event.get("declarations")))
        operations = event.get("operations")
        self._operations = operations if isinstance(operations, list) else []

    def at(self, position: Key, declaration: Key) -> SourceLines:
        origin, line = self._declared.get(declaration, (None, 0))
        source, own = self._sources.of(origin), self._sources.own
        of = source.path if source else ""
        return SourceLines(of, line, self._line(position), own.path if own else "")

    def _line(self, position: Key) -> int:
        if isinstance(position, int) and position < len(self._operations):
            match self._operations[position]:
                case [_, _, _, _, _, int(line), *_] if line > 0:
                    return line
        return 0


def _declared(declarations: Any) -> Iterator[tuple[Key, tuple[str | None, int]]]:
    for each in declarations if isinstance(declarations, list) else ():
        match each:
            case [str(name), _, int(line), *others]:
                origin = others[0] if others and isinstance(others[0], str) else None
                yield name, (origin, max(line, 0))
