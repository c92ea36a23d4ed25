"""What one line of a profile says. Both engines agree with this file, to the last odd case."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kumi.profiles.lenient_json import loads

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMED: Final = ("vm_operation", "vm_declaration", "vm_run", "phase")
"""Events that took time: these are counted, and make the figures of a report."""
UNCOUNTED: Final = ("profile_start", "program", "memory", "pause", "profile_end")
"""Events that say something about a process or a program: few, and read one by one."""
KNOWN: Final = (*TIMED, *UNCOUNTED, "span")

UNKNOWN_SCHEMA: Final = "Unknown"
LONGEST_MS: Final = 9.2e12  # its nanoseconds still fit 63 bits
_LARGEST: Final = 2**63

_NAMES: Final = (
    "schema",
    "operation",
    "declaration",
    "function",
    "name",
    "program",
    "run",
    "error",
)
_NAME_OR_NOT: Final = (str, type(None))
_NEEDED: Final = {"vm_operation": "operation", "vm_declaration": "declaration", "phase": "name"}

Event = dict[str, Any]


class Timed(NamedTuple):
    """An event that took time: what it is counted under, nanoseconds, and cells visited.

    `name` is the operation's, or the phase's; `position` the operation's index in its program;
    `process` the part of the run id that says it.
    """

    kind: str
    schema: str | None
    name: str | None
    declaration: str | None
    position: int | None
    function: str | None
    program: str | None
    process: str | None
    error: str | None
    ns: int
    rows: int


class EventLine(NamedTuple):
    """What a line of a profile is. A malformed one has no kind, and says nothing.

    `timed` are the figures of an event that took time.
    """

    kind: str | None
    event: Event | None = None
    timed: Timed | None = None


_MALFORMED: Final = EventLine(None)


def read_line(line: bytes) -> EventLine:
    """What the line is, and what it says."""
    event = _parse(line)
    if event is None:
        return _MALFORMED
    kind = event["event"]
    if kind not in TIMED:
        return EventLine(kind, event)
    found = _timed(event)
    return EventLine(kind, event, found) if found else _MALFORMED


def _parse(line: bytes) -> Event | None:
    """The event on a line, or None where there is none: the line is malformed."""
    try:
        found = loads(line.strip().decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _timed(event: Event) -> Timed | None:
    """A timed event's figures, or None where a name or number is not what it must be."""
    get = event.get
    kind, schema, rows, index, run = (
        event["event"],
        get("schema"),
        get("rows"),
        get("index"),
        get("run"),
    )
    name = get("name") if kind == "phase" else get("operation")
    ns = duration(event)
    if ns is None or not (_is_count(rows) and _is_count(index)):
        return None
    for key in _NAMES:
        if not isinstance(get(key), _NAME_OR_NOT):
            return None
    if kind in _NEEDED and get(_NEEDED[kind]) is None:
        return None
    return Timed(
        kind,
        UNKNOWN_SCHEMA if schema is None and kind != "phase" else schema,
        name,
        get("declaration"),
        index,
        get("function"),
        get("program"),
        run[:8] if run else None,
        get("error"),
        ns,
        rows or 0,
    )


def duration(event: Event) -> int | None:
    """The nanoseconds that an event took, or None where it does not say."""
    get = event.get
    return _nanoseconds(get("start_unix_nano"), get("end_unix_nano"), get("duration_ms"))


def of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    """Those of the events that are of one kind, such as `program`."""
    return [event for event in events if event["event"] == kind]


def _nanoseconds(start: Any, end: Any, ms: Any) -> int | None:
    """End minus start where there are both, else the milliseconds; None for no such thing."""
    if not (_is_count(start) and _is_count(end) and (ms is None or _is_duration(ms))):
        return None
    if start is not None and end is not None:
        return int(end - start) if end >= start else None
    return None if ms is None else floor(ms * 1e6 + 0.5)


def _is_count(value: Any) -> bool:
    """Whether it is a count, or missing."""
    return value is None or (type(value) is int and 0 <= value < _LARGEST)


def _is_duration(ms: Any) -> bool:
    return type(ms) in (int, float) and 0 <= ms <= LONGEST_MS
