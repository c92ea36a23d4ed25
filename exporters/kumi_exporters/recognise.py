"""Is this file a profile? What is not is never touched."""

from __future__ import annotations

import json
import os
import re
from typing import Any

_LOOK = 1 << 20
_EVENTS = (
    "profile_start", "program", "vm_run", "vm_declaration", "vm_operation", "phase", "memory",
    "span", "profile_end",
)  # fmt: skip
_OWN = re.compile(f'{{"event":"({"|".join(_EVENTS)})"'.encode())
_BEGINNINGS = (b'{"event":"', b'{"resourceSpans"')
_RUBY = ({"ts", "kind", "run"}, {"ts", "tag", "run"})


def is_profile(fd: int) -> bool:
    """Whether the first complete line of an open file is an event that `kumi profile` reads."""
    head = read_at(fd, _LOOK, 0).lstrip(b"\r\n")
    line, newline, _ = head.partition(b"\n")
    if not newline:
        return _may_begin(line)
    return _OWN.match(line) is not None or _is_event(line)


def read_at(fd: int, count: int, offset: int) -> bytes:
    """`count` bytes of an open file from `offset`."""
    if hasattr(os, "pread"):
        return os.pread(fd, count, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, count)


def _may_begin(torn: bytes) -> bool:
    """A writer was killed in its first line, or the line is longer than we look."""
    return any(torn.startswith(b) or b.startswith(torn) for b in _BEGINNINGS)


def _is_event(line: bytes) -> bool:
    try:
        event: Any = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if not isinstance(event, dict):
        return False
    return (
        event.get("event") in _EVENTS
        or "resourceSpans" in event
        or any(keys <= event.keys() for keys in _RUBY)
    )
