"""Whether a process that began a profile is still running, as the system of this machine tells."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event

_MOST_PROCESSES: Final = 2**31
_SLACK: Final = 2.0  # seconds: the system knows when it booted to the second
_STATE, _STARTED = 0, 19
"""Fields of `/proc/PID/stat` behind the name: see proc(5)."""


def is_running(begun: Event) -> bool | None:
    """Whether the process of a `profile_start` still runs; None where that cannot be known here."""
    pid: Any = begun.get("pid")
    is_here = os.name == "posix" and begun.get("host") == os.uname().nodename
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
    """Whether the process of that number is alive, and is the one that began the profile.

    A system gives the number of a dead process to another one some day, which then has started
    after the profile began: if a profile began at 10:00:00 and process 4711 started at 10:05:00, it
    is not the one. Only Linux tells when a process started; elsewhere the answer is None.
    """
    try:
        status = _text_of(f"/proc/{pid}/stat")
        fields = status.rpartition(")")[2].split()  # a name may hold blanks and brackets
        started = _booted() + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
        began = datetime.fromisoformat(timestamp).timestamp()
    except (OSError, ValueError):
        return None
    return fields[_STATE] not in "ZX" and started <= began + _SLACK


def _booted() -> int:
    """When the system started, in seconds of wall time."""
    words = _text_of("/proc/stat").split()
    return int(words[words.index("btime") + 1])


def _text_of(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib takes 6 ms to import
        return file.read()
