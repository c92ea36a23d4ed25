"""What a file is, told by its first line: whether it is a profile, and of which job.

What is no profile is never touched.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from kumi.spans import frames

if TYPE_CHECKING:
    from kumi.spans.frames import Codec

_LOOK = 1 << 20
_EVENTS = (
    "profile_start", "program", "vm_run", "vm_declaration", "vm_operation", "phase", "memory",
    "span", "pause", "profile_end",
)  # fmt: skip
_OWN = re.compile(f'{{"event":"({"|".join(_EVENTS)})"'.encode())
_BEGINNINGS = (b'{"event":"', b'{"resourceSpans"')
_RUBY = ({"ts", "kind", "run"}, {"ts", "tag", "run"})


def is_profile(fd: int, codec: Codec | None) -> bool:
    """Whether the first complete line of an open file is an event that `kumi profile` reads.

    A file that is not compressed as `codec` says is none: nothing can be appended to it.
    """
    line, newline = _first_line(fd, codec)
    if not newline:
        return _may_begin(line)
    return _OWN.match(line) is not None or _is_event(line)


def job_of(fd: int, codec: Codec | None) -> str | None:
    """The job of the process that began the file, where it says so."""
    line, _ = _first_line(fd, codec)
    event = _parsed(line) if line.startswith(b'{"event":"profile_start"') else None
    job = event.get("job") if event else None
    return job if isinstance(job, str) else None


def read_at(fd: int, count: int, offset: int) -> bytes:
    """`count` bytes of an open file from `offset`."""
    if hasattr(os, "pread"):
        return os.pread(fd, count, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, count)


def _first_line(fd: int, codec: Codec | None) -> tuple[bytes, bytes]:
    """The line, and its end: empty where the file has less, or the line is longer than we look."""
    head = read_at(fd, _LOOK, 0)
    if codec:
        if not head.startswith(codec.magic[: len(head)]):
            return b"\0", b"\n"
        head = frames.beginning(codec, head)
    line, newline, _ = head.lstrip(b"\r\n").partition(b"\n")
    return line, newline


def _may_begin(torn: bytes) -> bool:
    """Whether an event begins here: its writer was killed, or it is longer than we look."""
    return any(torn.startswith(b) or b.startswith(torn) for b in _BEGINNINGS)


def _is_event(line: bytes) -> bool:
    event = _parsed(line)
    return event is not None and (
        event.get("event") in _EVENTS
        or "resourceSpans" in event
        or any(keys <= event.keys() for keys in _RUBY)
    )


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
