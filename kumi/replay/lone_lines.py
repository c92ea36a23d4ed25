"""Lines read one by one: what is not of our own form, failed, or of no run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.event_line import read_line
from kumi.replay.described import DESCRIBING
from kumi.replay.other_spans import OrdinarySpans, phase_span
from kumi.replay.run_spans import RUN_EVENTS, RunSpans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.profiles.event_line import Event, EventLine
    from kumi.profiles.line_stream import LineStream
    from kumi.replay.described import Descriptions
    from kumi.replay.line_tally import LineTally
    from kumi.spans.block import SpanData

_MOST_OF_A_RUN: Final = 4_000_000
"""Bytes of a run's lines that are looked at together: of a longer run the rest does not know how
it failed."""
_PROCESS: Final = 8
_TELLING: Final = re.compile(rb'"event"\s*:\s*"(?:pro|(vm_run))')


def _is_of_run(event: Event | None, run: str) -> bool:
    """Whether it is an event inside a run."""
    return (
        event is not None
        and event["event"] in {"vm_declaration", "vm_operation"}
        and event.get("run") == run
    )


class LoneSpan(NamedTuple):
    """A span that was read alone, and the process that recorded it, where the span is Kumi's."""

    process: str
    span: SpanData | ReadableSpan


class LoneLines:
    """Takes lines from a stream, and gives their spans.

    A run's lines stand together and are taken together, since one tells how the run failed. A phase
    does not say its process: it is taken for that of the line before, which `process` is.
    """

    def __init__(self, described: Descriptions, tally: LineTally) -> None:
        self.process = ""
        self._described, self._tally = described, tally
        self._ordinary = OrdinarySpans()
        self._run: tuple[str, str | None] = "", None
        self._seen: tuple[bytes, EventLine] = b"", read_line(b"")

    def take(self, lines: LineStream) -> Iterator[LoneSpan]:
        """The spans of the next line, or of the next lines that are of one run."""
        event = self._event(lines)
        if event is None:
            return
        kind = event["event"]
        if kind == "span":
            yield from self._counted(self._ordinary.span(event))
        elif kind == "phase":
            yield from self._counted(phase_span(event))
        elif kind in RUN_EVENTS:
            yield from self._of_run(event, lines)

    def pass_over(self, lines: LineStream, until: int | None) -> None:
        """Take the lines before a number, or all, only for what they say of others."""
        run = b""
        while (until is None or lines.number + 1 < until) and (line := lines.line()):
            match _TELLING.search(line):
                case None:
                    continue
                case found if found[1]:
                    run = line  # of which the last one counts
                case _:
                    self._remember(read_line(line).event or {}, line)
        self._remember(read_line(run).event or {}, run)

    def _event(self, lines: LineStream) -> Event | None:
        line = lines.line()
        found = self._read(line)
        self._tally.take(found, lines.name, lines.number)
        if found.event:
            self._remember(found.event, line)
        return found.event

    def _remember(self, event: Event, line: bytes) -> None:
        if event.get("event") in DESCRIBING:
            self._described.take(event, line)
        match event:
            case {"event": "vm_run", "run": str(run), "program": str(program)}:
                self._run, self.process = (run, program), run[:_PROCESS]
            case {"run": str(run)}:
                self.process = run[:_PROCESS]
            case {"process": str(process)}:
                self.process = process

    def _of_run(self, event: Event, lines: LineStream) -> Iterator[LoneSpan]:
        events = [event, *self._following(event, lines)]
        run, program = self._run
        spans = RunSpans(events, self._described, program if event.get("run") == run else None)
        for each in events:
            yield from self._counted(spans.span(each))

    def _following(self, first: Event, lines: LineStream) -> Iterator[Event]:
        """The lines behind one that are of the same run."""
        run, size = first.get("run"), 0
        if not isinstance(run, str):
            return
        named = f'"{run}"'.encode()
        while size < _MOST_OF_A_RUN and named in (line := lines.next_line()):
            if not _is_of_run(self._read(line).event, run):
                return
            size += len(line)
            if event := self._event(lines):
                yield event

    def _read(self, line: bytes) -> EventLine:
        """What a line says; one that was looked at before it is taken is read once."""
        if self._seen[0] != line:
            self._seen = line, read_line(line)
        return self._seen[1]

    def _counted(self, span: SpanData | ReadableSpan | None) -> Iterator[LoneSpan]:
        if span is None:
            self._tally.incomplete += 1
        else:
            yield LoneSpan(self.process, span)
