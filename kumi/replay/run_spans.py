"""The spans of a run from its events, one by one: for failed runs, and lines of other writers.

An attribute comes from the event where that has it, else from the program that the event names:
`kumi.spans.span_fields` has both in one table. What neither says is left out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from kumi.errors import CompilerBug, InputError
from kumi.observations import Level
from kumi.replay.placement import placement
from kumi.spans import attributes as names
from kumi.spans.block import HAS_IS_REMOTE, SpanData
from kumi.spans.failed import Failure, told_by_spans
from kumi.spans.layout import layout
from kumi.spans.recorded_program import recorded_program
from kumi.spans.span_fields import ATTRIBUTES, EVENTS, Varying
from kumi.vm.failure import bad_input, said_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kumi.profiles.event_line import Event
    from kumi.replay.described import Descriptions
    from kumi.spans.layout import Layout, Row

RUN_EVENTS: Final = frozenset(EVENTS)
"""The events of a run, which are what is made of spans of Kumi's own."""

_FLAGS: Final = HAS_IS_REMOTE | 1  # sampled
_MOST: Final = 1 << 63
_INPUT_ERROR: Final = f"{InputError.__module__}.{InputError.__qualname__}"
_KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    kind: {name: key for name, what in said for key, same in EVENTS[kind] if same is what}
    for kind, said in ATTRIBUTES.items()
}
"""The key under which an event says what an attribute says of the same span."""
_ORDER: Final[Mapping[str, Sequence[str]]] = {
    kind: [name for name, _ in sorted(said, key=lambda pair: isinstance(pair[1], Varying))]
    for kind, said in ATTRIBUTES.items()
}
"""The attributes of a span as a recorder sets them: those that vary are the last."""


class RunSpans:
    """The spans of one run, of which these events are known.

    `program` is its key, where none of the events says it.
    """

    def __init__(
        self, events: Sequence[Event], described: Descriptions, program: str | None = None
    ) -> None:
        said = (event.get("program") for event in events)
        key = next((each for each in said if isinstance(each, str)), program)
        self._layout = None if key is None else described.layout(key)
        self._failed = min(_with_error(events, "vm_operation"), key=_index, default=None)
        telling = self._failed or next(_with_error(events, "vm_declaration"), None)
        self._telling = telling if told_by_spans() else None

    def span(self, event: Event) -> SpanData | None:
        """The span of one of the events; None where it has no ids or times."""
        at, row = placement(event), self._row(event)
        if at is None:
            return None
        error = self._failure(event)
        raised = ((names.ERROR_TYPE, error.error_type),) if error else ()
        return SpanData(
            row=0,
            name=(row or _assumed_row(event)).name,
            trace_id=at.trace_id,
            span_id=at.span_id,
            parent_id=at.parent_id,
            parent_remote=False,
            flags=_FLAGS,
            tracestate="",
            start=at.start,
            end=at.end,
            attributes=(*_attributes(event, row), *raised),
            error=error,
            event=event is self._telling,
        )

    def _row(self, event: Event) -> Row | None:
        """What the program says of the span; None where it does not know it."""
        known, kind = self._layout, event["event"]
        if known is None or event.get("schema") != known.program.schema:
            return None
        if kind == "vm_run":
            return known.rows[0]
        if kind == "vm_declaration":
            return _declarations(known).get(event["declaration"])
        index = _index(event)
        row = known.rows[known.operation_rows[index]] if index < len(known.operation_rows) else None
        return row if row and _is_of(row, event) else None

    def _failure(self, event: Event) -> Failure | None:
        error = event.get("error")
        return Failure((), error, self._message(error)) if isinstance(error, str) else None

    def _message(self, error: str) -> str:
        """What a recorder says of the error: see `kumi.vm.failure`. Values it does not tell."""
        row, name = self._failed and self._row(self._failed), error.rpartition(".")[2]
        if not row or not row.facts.operation or not row.facts.group:
            return name
        leaf = row.facts.operation.leaf
        if error == _INPUT_ERROR and leaf:
            return bad_input(leaf.dotted)
        return said_of(name, row.facts.operation, row.facts.group)


def _with_error(events: Sequence[Event], kind: str) -> Iterator[Event]:
    return (
        event for event in events if event["event"] == kind and isinstance(event.get("error"), str)
    )


def _index(event: Event) -> int:
    """The operation's number; one that no program has, where the event does not say it."""
    index = event.get("index")
    return index if isinstance(index, int) else _MOST


def _is_of(row: Row, event: Event) -> bool:
    operation, group = row.facts.operation, row.facts.group
    return (
        operation is not None
        and group is not None
        and operation.opcode.name == event["operation"]
        and group.name == event.get("declaration")
    )


@lru_cache(maxsize=16)
def _declarations(known: Layout) -> dict[str, Row]:
    rows = [known.rows[number] for number in known.declaration_rows]
    return {row.facts.group.name: row for row in rows if row.facts.group}


def _attributes(event: Event, row: Row | None) -> Iterator[tuple[str, Any]]:
    kind = event["event"]
    keys, constant = _KEYS[kind], dict(row.attributes) if row else {}
    for name in _ORDER[kind]:
        key = keys.get(name)
        value = _sound(event[key]) if key in event else constant.get(name)
        if value is not None:
            yield name, value


def _sound(value: Any) -> Any:
    """A value as an attribute takes it, which in events are texts and counts."""
    is_count = type(value) is int and -_MOST <= value < _MOST
    return value if is_count or isinstance(value, str) else None


def _assumed_row(event: Event) -> Row:
    """What a program would say of the span, made up from the event alone: good for its name."""
    get = event.get
    said = get("declaration"), get("operation"), get("function")
    return _assumed(str(get("schema") or "Unknown"), *said).rows[-1]


@lru_cache(maxsize=1024)
def _assumed(
    schema: str, declaration: str | None, operation: str | None, function: str | None
) -> Layout:
    """A program of one declaration and one operation, or as much of it as is said."""
    name, is_run = declaration or "", declaration is None and operation is None
    described: list[Any] = [name, operation, function, None, [], 0, None]
    said = {
        "schema": schema,
        "path": "",
        "declarations": [] if is_run else [[name, "value", 0, None]],
        "operations": [] if operation is None else [described],
    }
    program = recorded_program(said)
    if program is None:
        raise CompilerBug(f"no program is like {said}")
    return layout(program, Level.OPERATIONS, "")
