"""Which processes began a profile, which of them came to its end, and what they lost.

A process may begin more than once (its file was moved away and opened anew) and end more than once
(SIGTERM, then more runs): its last line of each kind counts. They come from a file, so nothing here
trusts a shape.
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kumi.profiles.event_line import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.profiles.event_line import Event

_PROC: Final = Path("/proc")
_MOST_PROCESSES: Final = 2**31
_SLACK: Final = 2.0  # seconds: the system knows when it booted to the second
_STATE, _STARTED = 0, 19
"""Fields of `/proc/PID/stat` behind the name: see proc(5)."""
_OF_TRACES: Final = frozenset({"export_failed", "already_shutdown"})


class Processes(NamedTuple):
    """How many processes began; and of those without an end, how many run, are gone, or either."""

    begun: int
    running: int
    gone: int
    unknown: int

    @property
    def unfinished(self) -> int:
        """How many have no end."""
        return self.running + self.gone + self.unknown


def processes(events: Sequence[Event]) -> Processes:
    """The processes of a profile, as they are now."""
    begun, ended = _last_of_each(events, "profile_start"), _last_of_each(events, "profile_end")
    found = Counter(_is_running(begun[process]) for process in begun.keys() - ended.keys())
    return Processes(len(begun), found[True], found[False], found[None])


def drops(events: Iterable[Event]) -> dict[str, int]:
    """What was lost, by reason, over all processes that said so.

    A process may say it more than once, each time with what it had said before; or it begins to
    count anew, where a program profiles one stretch after another.
    """
    lost: Counter[str] = Counter()
    said: dict[str, Counter[str]] = {}
    for event in sorted(of_kind(events, "profile_end"), key=_when):
        process, now = str(event.get("process")), _reasons(event.get("dropped"))
        if not said.get(process, Counter()) <= now:
            lost += said[process]
        said[process] = now
    return dict(sorted(sum(said.values(), lost).items()))


def _reasons(dropped: Any) -> Counter[str]:
    reasons = dropped if isinstance(dropped, dict) else {}
    return Counter({why: n for why, n in reasons.items() if type(n) is int and n > 0})


def is_of_traces(reason: str) -> bool:
    """Whether what was lost for this reason is missing among traces, and not in the file."""
    return reason in _OF_TRACES or reason.startswith("traces_")


def _last_of_each(events: Iterable[Event], kind: str) -> dict[str, Event]:
    """The last event of a kind by process, whatever order the lines are read in."""
    ordered = sorted(of_kind(events, kind), key=_when)
    return {event["process"]: event for event in ordered if isinstance(event.get("process"), str)}


def _when(event: Event) -> tuple[str, int, str]:
    """The time; within a millisecond the counts, which only grow; and then something fixed."""
    counts = [event.get(key) for key in ("runs", "spans", "dropped")]
    numbers = (n for count in counts if isinstance(count, dict) for n in count.values())
    total = sum(n for n in numbers if type(n) is int)
    return str(event.get("timestamp")), total, json.dumps(event.get("dropped"), sort_keys=True)


def _is_running(begun: Event) -> bool | None:
    """Whether a process that began there still runs; None where that cannot be known here."""
    pid: Any = begun.get("pid")
    is_here = begun.get("host") == socket.gethostname() and os.name == "posix"
    if not is_here or type(pid) is not int or not 0 < pid < _MOST_PROCESSES:
        return None
    try:
        os.kill(pid, 0)  # nothing is sent
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is there, and somebody else's
    return _is_the_same(pid, str(begun.get("timestamp")))


def _is_the_same(pid: int, timestamp: str) -> bool | None:
    """Whether the process of that number is alive, and was when the profile began.

    None where the system does not tell, as only Linux does: a number may be given a second time.
    """
    try:
        fields = (
            (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        )
        started = _booted() + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
        began = datetime.fromisoformat(timestamp).timestamp()
    except (OSError, ValueError):
        return None
    return fields[_STATE] not in "ZX" and started <= began + _SLACK


def _booted() -> int:
    """When the system started, in seconds of wall time."""
    words = (_PROC / "stat").read_text("ascii").split()
    return int(words[words.index("btime") + 1])
