"""What one line of a profile says, and how a damaged line is told from a good one.

Other programs write such files too, a killed process leaves half a line, and disks break. A report
has to say which lines it did not count, or its figures would only look exact. So each line is one
of three things: an event that we know, an event of somebody else's, or malformed. For example

    {"event":"vm_run","schema":"Shop","duration_ms":0.0012}      known: 1200 ns of the schema Shop
    {"event":"click","duration_ms":"soon"}                       somebody else's, whatever it says
    {"event":"vm_run","schema":"Shop","dura                      malformed: it is no JSON object
    {"level":"info","message":"ready"}                           malformed: it names no event
    {"event":"vm_run","schema":"Shop"}                           malformed: how long did it take?
    {"event":"vm_run","schema":"Shop","duration_ms":"0.0012"}    malformed: a time is a number
    {"event":"vm_run","schema":5,"duration_ms":0.0012}           malformed: a schema is a text
    {"event":"pause","duration_ms":"soon"}                       known; conditions.py passes it over

Only events that took time are examined, since only they are counted. An unknown key is ignored.
`strict_line` says what is JSON. `sql/setup.sql` says the same in SQL, and tests compare both on
random and on damaged lines.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from kumi.profiles.strict_line import loads

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
_ID, _DIGITS = 8, frozenset("0123456789abcdef")

_NAMES: Final = (
    "schema", "operation", "declaration", "origin", "function", "name", "program", "run", "error",
)  # fmt: skip
_NAME_OR_NOT: Final = frozenset((str, type(None)))
_NEEDED: Final = {"vm_operation": "operation", "vm_declaration": "declaration", "phase": "name"}

Event = dict[str, Any]
Names: TypeAlias = (
    "tuple[str, str | None, str | None, str | None, str | None, int | None, str | None, "
    "str | None, str | None, str | None]"
)
Reading: TypeAlias = "tuple[int, int, int | None, str | None, int | None, Any]"


class Timed(NamedTuple):
    """An event that took time: what it is counted under, nanoseconds, cells visited, CPU time.

    `name` is the operation's, or the phase's; `origin` the schema that the declaration was imported
    from, if it was; `position` the operation's index in its program;
    `process` the part of the run id that says it, unless it is said by itself; `started` when it
    began (ns since the epoch).
    `timestamp` is what it says of that besides, whatever it is.
    """

    kind: str
    schema: str | None
    name: str | None
    declaration: str | None
    origin: str | None
    position: int | None
    function: str | None
    program: str | None
    process: str | None
    error: str | None
    ns: int
    rows: int
    cpu: int | None = None
    run: str | None = None
    started: int | None = None
    timestamp: Any = None

    @property
    def names(self) -> Names:
        """What it is counted under: the fields from `kind` to `error`."""
        return self[:10]

    @property
    def reading(self) -> Reading:
        """What differs from one such event to the next: the fields from `ns` on."""
        return self[10:]


class EventLine(NamedTuple):
    """What a line of a profile is. A malformed one has no kind, and says nothing.

    `timed` are the figures of an event that took time.
    """

    kind: str | None
    event: Event | None = None
    timed: Timed | None = None


_MALFORMED: Final = EventLine(None)


def read_line(line: bytes) -> EventLine:
    """What the line is, and what it says.

    >>> read_line(b'{"event":"vm_run","schema":"Shop","duration_ms":0.0012}').timed.ns
    1200
    >>> read_line(b'{"event":"vm_run","schema":5,"duration_ms":0.0012}').kind is None
    True
    """
    event = _parse(line)
    if event is None:
        return _MALFORMED
    kind = event["event"]
    if kind not in TIMED:
        return EventLine(kind, event)
    found = _timed(event)
    return EventLine(kind, event, found) if found else _MALFORMED


def _parse(line: bytes) -> Event | None:
    """The JSON object on a line, if it names an event."""
    try:
        found = loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _timed(event: Event) -> Timed | None:
    """A timed event's figures, or None where a name or number is not what it must be."""
    ns = duration(event)
    if ns is None or not _is_sound(event):
        return None
    get, kind = event.get, event["event"]
    schema, run = get("schema"), get("run")
    return Timed(
        kind,
        UNKNOWN_SCHEMA if schema is None and kind != "phase" else schema,
        get("name") if kind == "phase" else get("operation"),
        get("declaration"),
        get("origin"),
        get("index"),
        get("function"),
        get("program"),
        _process(run, get("process")),
        get("error"),
        ns,
        get("rows") or 0,
        _rounded(get("cpu_ms")),
        run,
        get("start_unix_nano"),
        get("timestamp"),
    )


def _process(run: str | None, said: Any) -> str | None:
    if said is not None and isinstance(said, str) and _is_id(said):
        return said
    return run[:8] if run else None


def _is_id(text: str) -> bool:
    """Whether it is such as the ids of processes are: eight hexadecimal digits."""
    return len(text) == _ID and _DIGITS.issuperset(text)


def _is_sound(event: Event) -> bool:
    """Whether names are texts, numbers are counts, and the one name is there that it needs."""
    get = event.get
    if not _NAME_OR_NOT.issuperset(map(type, map(get, _NAMES))):
        return False
    needed = _NEEDED.get(event["event"])
    cpu = get("cpu_ms")
    return (
        (needed is None or get(needed) is not None)
        and _is_count(get("rows"))
        and _is_count(get("index"))
        and (cpu is None or _is_duration(cpu))
    )


def duration(event: Event) -> int | None:
    """The nanoseconds that an event took, or None where it does not say."""
    get = event.get
    return _nanoseconds(get("start_unix_nano"), get("end_unix_nano"), get("duration_ms"))


def of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    """Those of the events that are of one kind, such as `program`."""
    return [event for event in events if event["event"] == kind]


def _nanoseconds(start: Any, end: Any, ms: Any) -> int | None:
    """End minus start where there are both, else the milliseconds; None where neither is sound."""
    if not (_is_count(start) and _is_count(end) and (ms is None or _is_duration(ms))):
        return None
    if start is not None and end is not None:
        return int(end - start) if end >= start else None
    return _rounded(ms)


def _rounded(ms: float | None) -> int | None:
    """Milliseconds as nanoseconds, rounded half up, which SQL can say in the same way.

    Of 0.0000005 ms it makes 1 ns, where Python's `round` would make 0.
    """
    return None if ms is None else floor(ms * 1e6 + 0.5)


def _is_count(value: Any) -> bool:
    """Whether it is an integer that fits 63 bits and is not negative, or missing."""
    return value is None or (type(value) is int and 0 <= value < _LARGEST)


def _is_duration(ms: Any) -> bool:
    return type(ms) in (int, float) and 0 <= ms <= LONGEST_MS
