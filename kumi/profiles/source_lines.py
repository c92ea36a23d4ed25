"""What each line of a schema's source cost, and its text, where that is what ran.

A profile says of each program where its source is, and the SHA-256 of that. The text is shown only
where it still has it: beside another text the figures would stand at the wrong lines. Without the
text there are the numbers of the lines, and which declarations are there.

Declarations that a schema has from another one stand in the source of that one.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from kumi.profiles.declared_places import SourceFile, SourcesOf
from kumi.profiles.event_line import of_kind
from kumi.profiles.exports.call_stacks import ProgramLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.engine import Engine, Key, Tally
    from kumi.profiles.event_line import Event

State = Literal["same", "changed", "missing", "unknown"]
"""Of a source: as it ran, not any more, not there, or not known where."""

_LARGEST: Final = 16 << 20
_DECLARATION: Final = ("schema", "declaration", "origin")
_OPERATION: Final = (*_DECLARATION, "program", "position")


class LineCost(NamedTuple):
    """A line, from 1: its text where known, and of the operations on it how many, time (ns), rows.

    `declarations` are those that the operations belong to, in the order of their names.
    """

    number: int
    text: str | None
    calls: int
    total: int
    rows: int
    declarations: tuple[str, ...]


class SchemaSource(NamedTuple):
    """The lines of a schema, all of them where the text is known, else those that cost something.

    `total` is the time of all its operations, `elsewhere` of those of which no line is known (ns).
    `importers` are the other schemas in whose runs that was, in the order of their names.
    """

    schema: str
    path: str | None
    state: State
    total: int
    elsewhere: int
    lines: tuple[LineCost, ...]
    importers: tuple[str, ...] = ()


class _Cost:
    """What a line has cost so far."""

    def __init__(self) -> None:
        self.calls = self.total = self.rows = 0
        self.declarations: set[str] = set()

    def add(self, tally: Tally, declaration: Key) -> None:
        self.calls += tally.calls
        self.total += tally.total
        self.rows += tally.rows
        if declaration is not None:
            self.declarations.add(str(declaration))


def schema_sources(engine: Engine, events: list[Event]) -> tuple[SchemaSource, ...]:
    """The sources of the schemas that something was spent on, the dearest first.

    Without operations in the profile it is the time of declarations, at the line of each.
    """
    costs: dict[str, dict[int, _Cost]] = defaultdict(lambda: defaultdict(_Cost))
    runs: dict[str, set[str]] = defaultdict(set)
    for line, tally in _costs(engine, events):
        schema, declaration, origin, *_ = tally.keys
        written = str(schema if origin is None else origin)
        costs[written][line].add(tally, declaration)
        runs[written].add(str(schema))
    found = [
        _source(schema, lines, events)._replace(importers=tuple(sorted(runs[schema] - {schema})))
        for schema, lines in costs.items()
    ]
    return tuple(sorted(found, key=lambda source: (-source.total, source.schema)))


def _costs(engine: Engine, events: list[Event]) -> Iterator[tuple[int, Tally]]:
    """What was spent, and at which line (0: not known) of the source where it is written."""
    places, declared = ProgramLines(events), dict(_declared(events))
    operations = engine.tallies("vm_operation", _OPERATION)
    for tally in operations:
        schema, declaration, _, program, position = tally.keys
        place = places.at(schema, program, position, declaration)
        yield place.line or place.declared, tally
    for tally in () if operations else engine.tallies("vm_declaration", _DECLARATION):
        schema, declaration, _ = map(str, tally.keys)
        yield declared.get((schema, declaration), 0), tally


def _declared(events: Iterable[Event]) -> Iterator[tuple[tuple[str, str], int]]:
    for event in of_kind(events, "program"):
        for each in _list(event.get("declarations")):
            match each:
                case [str(name), _, int(line), *_] if line > 0:
                    yield (str(event.get("schema")), name), line


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _source(schema: str, costs: dict[int, _Cost], events: list[Event]) -> SchemaSource:
    path, digest = _said_of(schema, events)
    state, text = _read(path, digest)
    elsewhere = costs[0].total if 0 in costs else 0
    shown = _lines_of(text, schema, path, costs) if text is not None else {}
    numbers = sorted({*shown, *costs} - {0})
    lines = tuple(_line(number, shown.get(number), costs.get(number)) for number in numbers)
    total = sum(cost.total for cost in costs.values())
    return SchemaSource(schema, path, state, total, elsewhere, lines)


def _line(number: int, text: str | None, cost: _Cost | None) -> LineCost:
    if cost is None:
        return LineCost(number, text, 0, 0, 0, ())
    declarations = tuple(sorted(cost.declarations))
    return LineCost(number, text, cost.calls, cost.total, cost.rows, declarations)


def _said_of(schema: str, events: list[Event]) -> tuple[str | None, str | None]:
    """Path and digest of a schema's source; no digest where programs disagree, as lines would."""
    said = set[SourceFile]()
    for event in of_kind(events, "program"):
        named = SourcesOf(event)
        source = named.own if event.get("schema") == schema else named.imported.get(schema)
        said |= {source} if source else set()
    paths = {source.path for source in said}
    digest = next(iter(said)).sha256 if len(said) == 1 else None
    return (next(iter(paths)) if len(paths) == 1 else None), digest


def _read(path: str | None, digest: str | None) -> tuple[State, str | None]:
    """Whether the source is still the one that ran, and its text if so."""
    if path is None:
        return "unknown", None
    try:
        source = Path(path)
        if not source.is_file() or source.stat().st_size > _LARGEST:
            return "missing", None
        data = source.read_bytes()
    except (OSError, ValueError):
        return "missing", None
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if digest not in {_sha256(data), _sha256(text.encode("utf-8", "replace"))}:
        return "changed", None
    return "same", text


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lines_of(text: str, schema: str, path: str | None, costs: Iterable[int]) -> dict[int, str]:
    """The lines of a schema's text; of a Python module those of its class, and others that cost."""
    lines = text.rstrip("\n").split("\n")
    shown: Iterable[int] = range(1, len(lines) + 1)
    if path is not None and path.endswith(".py"):
        inside = _class_lines(text, schema, costs)
        shown = sorted({*inside, *costs}) if inside else shown
    return {number: lines[number - 1] for number in shown if 0 < number <= len(lines)}


def _class_lines(text: str, schema: str, costs: Iterable[int]) -> range:
    """The lines of the class of this name; of several, that in which most of the costs are."""
    try:
        classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return range(0)
    numbers = set(costs)
    found = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in classes
        if node.name == schema
    ]
    return max(found, key=lambda lines: len(numbers.intersection(lines)), default=range(0))
