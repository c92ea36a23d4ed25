"""`.trace.json`: the runs as they came, for https://ui.perfetto.dev and `chrome://tracing`.

The format is Chrome's Trace Event Format: a complete event ("X") for each run, declaration,
operation and phase, in microseconds since the first of them, with the nanoseconds as decimals.
(Since 1970 they would not be told apart any more: viewers read 53 bits.)
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.declared_places import DeclaredPlaces
from kumi.profiles.event_line import of_kind, read_line
from kumi.profiles.exports.call_stacks import ProgramLines, title
from kumi.profiles.exports.tracks import Tracks
from kumi.profiles.moments import moment
from kumi.profiles.operand_names import OperandNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kumi.profiles.event_line import Event, EventLine, Timed
    from kumi.profiles.exports.opened_profile import OpenedProfile
    from kumi.profiles.exports.tracks import Track
    from kumi.profiles.profile_file import ProfileFile

_TIMES: Final = re.compile(rb'"start_unix_nano"\s*:\s*(\d{1,19})\s*,\s*"end_unix_nano"')
_TIMESTAMP: Final = re.compile(rb'"timestamp"\s*:\s*"([^"]{1,40})"')
_MOST_OF_A_RUN: Final = 50_000  # events that are looked at together, about as many KB
_TOLD: Final[Mapping[str, Sequence[str]]] = {
    "vm_run": ("run", "program", "cases", "kept", "error", "trace_id"),
    "vm_declaration": ("kind", "origin", "error"),
    "vm_operation": ("index", "origin", "rows", "error"),
    "phase": ("error", "trace_id"),
}
"""The keys of an event that are shown with it."""


class _Happening(NamedTuple):
    """An event that took time; the process that it is of is that of its run, or the last named."""

    event: Event
    timed: Timed
    process: str

    @property
    def has_times(self) -> bool:
        """Whether it says when it began and ended to the nanosecond."""
        return None not in {self.event.get("start_unix_nano"), self.event.get("end_unix_nano")}


def write_trace(opened: OpenedProfile, path: Path) -> str:
    """Write the events that pass the filters, a line each."""
    drawing = _Drawing(opened)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"displayTimeUnit":"ns","traceEvents":[\n')
        lines = chain(drawing.events(), drawing.names())
        file.write(next(lines, ""))
        file.writelines(f",\n{line}" for line in lines)
        file.write("\n]}\n")
    return ""


class _Drawing:
    """The events of a timeline, and then the names of its tracks."""

    def __init__(self, opened: OpenedProfile) -> None:
        self._files, self._filters = opened.profiles.files, opened.filters
        self._described = opened.described
        self._operands = OperandNames(opened.described)
        self._declared, self._lines = (
            DeclaredPlaces(opened.described),
            ProgramLines(opened.described),
        )
        self._begin = _first_moment(self._files)
        self._tracks = Tracks()

    def events(self) -> Iterator[str]:
        """Runs with what is inside, and phases, in the order of the lines."""
        for group in _groups(self._files):
            whole = [each for each in group if each.has_times]
            track = self._track(whole) if whole else None
            for each in group:
                if self._filters.admit(each.timed):
                    yield self._drawn(each, track)

    def names(self) -> Iterator[str]:
        """What processes and tracks are called."""
        known = {each.get("process"): each for each in of_kind(self._described, "profile_start")}
        for number, process in self._tracks.processes():
            yield _name("process_name", _process_name(known.get(process, {})), pid=number)
        for track, name in self._tracks.named():
            yield _name("thread_name", name, pid=track.process, tid=track.number)

    def _track(self, group: Sequence[_Happening]) -> Track:
        """The track for a run with all that is inside, or for a phase."""
        first = group[0]
        start = min(each.event["start_unix_nano"] for each in group)
        end = max(each.event["end_unix_nano"] for each in group)
        return self._tracks.beside(first.process, _key(first.timed), start, end)

    def _drawn(self, happening: _Happening, track: Track | None) -> str:
        event, timed, process = happening
        if track and happening.has_times:
            start = event["start_unix_nano"]
        else:
            at = moment(event.get("timestamp")) or self._begin
            track, start = self._tracks.behind(process, (*_key(timed), "no times"), at, timed.ns)
        told = ((key, event.get(key)) for key in _TOLD[timed.kind])
        args = {key: value for key, value in told if isinstance(value, (str, int))}
        if source := self._source(timed):
            args["source"] = source
        return (
            f'{{"ph":"X","name":{json.dumps(self._title(timed))},"cat":"{timed.kind}"'
            f',"pid":{track.process},"tid":{track.number},"ts":{_microseconds(start - self._begin)}'
            f',"dur":{_microseconds(timed.ns)},"args":{json.dumps(args)}}}'
        )

    def _source(self, timed: Timed) -> str | None:
        """File and line of a declaration or an operation, where the profile says them."""
        schema, declaration = timed.schema, timed.declaration
        if timed.kind == "vm_declaration" and (found := self._declared.of(schema, declaration)):
            return f"{found.path}:{found.line}"
        if timed.kind == "vm_operation":
            at = self._lines.at(schema, timed.program, timed.position, declaration)
            return f"{at.path}:{at.line or at.declared}" if at.path else None
        return None

    def _title(self, timed: Timed) -> str:
        """What the span is called."""
        schema = timed.schema
        match timed.kind:
            case "vm_run":
                return f"run {schema}"
            case "vm_declaration":
                return f"{schema}.{timed.declaration}"
            case "vm_operation":
                operand = self._operands.of_program(schema, timed.program, timed.position)
                return title(str(timed.name), timed.function or operand)
        return str(timed.name) if schema is None else f"{timed.name} {schema}"


def _said(files: Sequence[ProfileFile]) -> Iterator[EventLine]:
    return (read_line(line) for file in files for _, line in file.lines())


def _groups(files: Sequence[ProfileFile]) -> Iterator[list[_Happening]]:
    """Events that stand together and are of one run; each other one alone."""
    group: list[_Happening] = []
    process, run = "", None
    for line in _said(files):
        event = line.event or {}
        if isinstance(said := event.get("process"), str):
            process = said
        if line.timed is None:
            continue
        process = line.timed.process or process
        is_next = run is not None and run == event.get("run") and len(group) < _MOST_OF_A_RUN
        if group and not is_next:
            yield group
            group = []
        run = event.get("run")
        group.append(_Happening(event, line.timed, process))
    if group:
        yield group


def _key(timed: Timed) -> tuple[str, ...]:
    """What has tracks of its own: runs of a program, phases of a name."""
    if timed.kind == "phase":
        return str(timed.name), timed.kind
    return str(timed.schema), timed.program or ""


def _first_moment(files: Sequence[ProfileFile]) -> int:
    """Nanoseconds at or before the begin of every event; 0 where none says when it was.

    A line is not parsed for that. One that was torn in the middle of a number has no second one.
    """
    moments = (_moment(line) for file in files for _, line in file.lines())
    return min((each for each in moments if each is not None), default=0)


def _moment(line: bytes) -> int | None:
    if times := _TIMES.search(line):
        return int(times[1])
    said = _TIMESTAMP.search(line)
    return moment(said[1].decode("utf-8", "replace")) if said else None


def _microseconds(ns: int) -> str:
    """Microseconds, to the nanosecond.

    >>> _microseconds(1_234_567)
    '1234.567'
    """
    return f"{ns // 1000}.{ns % 1000:03}"


def _name(kind: str, name: str, **track: int) -> str:
    return json.dumps({"ph": "M", "name": kind, **track, "args": {"name": name}})


def _process_name(began: Event) -> str:
    """Service, process id and host, as far as the profile says them."""
    said = began.get("service"), began.get("pid"), began.get("host")
    service, pid, host = (each if isinstance(each, (str, int)) else None for each in said)
    parts = service or "process", "" if pid is None else f"pid {pid}", host and f"on {host}"
    return " ".join(str(part) for part in parts if part)
