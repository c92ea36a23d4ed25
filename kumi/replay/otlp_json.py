"""`.otlp.jsonl`: the spans as OTLP JSON lines, as the collector's file exporter writes them.

The format is OTLP's own JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding):
ids in hex, keys in lowerCamelCase, integers of 64 bits as strings, enums as numbers; each line one
`ExportTraceServiceRequest`. The spans are those that `kumi replay` would send.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kumi.profiles.counted_lines import CountedLines
from kumi.profiles.event_line import UNKNOWN_SCHEMA, Timed
from kumi.profiles.filters import Filters
from kumi.profiles.line_stream import LineStream
from kumi.profiles.reports.wording import count
from kumi.replay import otlp_values
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

    from kumi.profiles.exports.opened_profile import OpenedProfile
    from kumi.profiles.profile_file import ProfileFile
    from kumi.replay.otlp_values import Json

_LINE_BYTES: Final = 1_000_000  # of the message in protobuf; its JSON is about twice as long
_NO_LIMIT: Final = 1 << 62
_ASKED: Final = frozenset(
    {
        names.SCHEMA_NAME,
        names.SCHEMA_ORIGIN,
        names.DECLARATION_NAME,
        names.OPERATION_NAME,
    }
)


def write_otlp(opened: OpenedProfile, path: Path) -> str:
    """Write the spans, some thousand a line; what is said of events that are no whole spans."""
    from kumi.replay.messages import Messages  # noqa: PLC0415 - it imports the SDK
    from kumi.replay.parcels import Parcels  # noqa: PLC0415 - it imports the SDK

    files = {str(number): file for number, file in enumerate(opened.profiles.files)}
    asked = opened.filters
    of_runs = Filters(runs=asked.runs, processes=asked.processes)
    of_spans = asked._replace(runs=(), services=(), resources=(), processes=None)
    parcels = Parcels([*files], None, _NO_LIMIT, lambda number: _lines(files[number], of_runs))
    with path.open("w", encoding="utf-8", newline="\n") as written:
        for message in Messages(parcels, _LINE_BYTES):
            if line := _line(message.content, of_spans, of_others=asked.ask_nothing):
                written.write(line)
    lost = parcels.tally.incomplete
    return f"{count(lost, 'line')} without ids or times left out" if lost else ""


@contextmanager
def _lines(file: ProfileFile, of_runs: Filters) -> Iterator[LineStream]:
    """The lines of a file, without those of runs that are left out: only a run's span names it."""
    with file.open() as opened:
        parts = iter(lambda: opened.read(_LINE_BYTES), b"")
        yield LineStream(file.name, parts if of_runs.ask_nothing else _chosen(file, of_runs))


def _chosen(file: ProfileFile, of_runs: Filters) -> Iterator[bytes]:
    for timed, _, line in CountedLines([file]):
        if timed is None or of_runs.admit(Timed(*timed[0], *timed[1])):
            yield line.rstrip() + b"\n"


def _line(content: bytes, filters: Filters, *, of_others: bool) -> str:
    """A message as a line; nothing where none of its spans passes the filters."""
    from opentelemetry.proto.trace.v1 import trace_pb2  # noqa: PLC0415 - it imports protobuf

    said = trace_pb2.TracesData.FromString(content)
    made = [
        otlp_values.resource_spans(each, scopes)
        for each in said.resource_spans
        if (scopes := [*_scopes(each, filters, of_others=of_others)])
    ]
    return json.dumps({"resourceSpans": made}, separators=(",", ":")) + "\n" if made else ""


def _scopes(said: ResourceSpans, filters: Filters, *, of_others: bool) -> Iterator[Json]:
    for scope in said.scope_spans:
        own = scope.scope.name == names.SCOPE_NAME
        if of_others or own:
            spans = [otlp_values.span(each) for each in scope.spans if _passes(each, filters)]
            if spans:
                yield otlp_values.scope_spans(scope, spans)


def _passes(said: Span, filters: Filters) -> bool:
    """Whether the event that the span was made of passes the filters."""
    return filters.ask_nothing or filters.admit(_timed(said))


def _timed(said: Span) -> Timed:
    texts = {each.key: each.value.string_value for each in said.attributes if each.key in _ASKED}
    operation, declaration = texts.get(names.OPERATION_NAME), texts.get(names.DECLARATION_NAME)
    return Timed(
        kind=_kind(operation, declaration),
        schema=texts.get(names.SCHEMA_NAME, UNKNOWN_SCHEMA),
        name=operation,
        declaration=declaration,
        origin=texts.get(names.SCHEMA_ORIGIN),
        position=None,
        function=None,
        program=None,
        process=None,
        error=None,
        ns=said.end_time_unix_nano - said.start_time_unix_nano,
        rows=0,
        started=said.start_time_unix_nano,
    )


def _kind(operation: str | None, declaration: str | None) -> str:
    if operation is not None:
        return "vm_operation"
    return "vm_run" if declaration is None else "vm_declaration"
