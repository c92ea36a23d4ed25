"""What lines are appended to: an open descriptor, and how long a write may wait for others."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kumi_exporters.eventfile import locks

if TYPE_CHECKING:
    from collections.abc import Callable

_NEWLINE = b"\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many lines are in the file; and where that is not all, why."""

    written: int
    reason: str = ""
    message: str = ""


class Patience:
    """How long a write may wait for others: `locks.PATIENCE` seconds, or less after `hurry`."""

    def __init__(self) -> None:
        self._deadline = math.inf

    def hurry(self, seconds: float) -> None:
        """Wait for nobody once `seconds` have passed; this counts for a write under way, too."""
        self._deadline = time.monotonic() + seconds

    def within(self, seconds: float) -> float:
        """`seconds`, or what is left of them."""
        return max(0.0, min(seconds, self._deadline - time.monotonic()))

    def from_now(self) -> Callable[[], float]:
        """What tells how many seconds are left for a write that begins now."""
        until = time.monotonic() + locks.PATIENCE
        return lambda: min(until, self._deadline) - time.monotonic()


class Chunk:
    """Whole lines to be written: as they are, or as one frame."""

    def __init__(self, data: bytes | memoryview, count: int, *, is_frame: bool = False) -> None:
        self.data = memoryview(data)
        self.count = count
        self._is_frame = is_frame

    def keep(self) -> None:
        """Copy the lines: they may stand in a buffer that is used again."""
        self.data = memoryview(bytes(self.data))

    def within(self, room: int | None) -> int:
        """How many bytes of them can stand in `room`: whole lines, or the whole frame."""
        if room is None or room >= len(self.data):
            return len(self.data)
        return 0 if self._is_frame else bytes(self.data[: max(0, room)]).rfind(_NEWLINE) + 1

    def lines_in(self, size: int) -> int:
        """How many lines there are in the first `size` bytes."""
        if size >= len(self.data):
            return self.count
        return 0 if self._is_frame else bytes(self.data[:size]).count(_NEWLINE)

    def line_end(self, start: int) -> int:
        """Where the line that goes on at `start` ends."""
        return start + bytes(self.data[start:]).find(_NEWLINE) + 1


class Sink:
    """An open descriptor, as long as it is the one that was opened."""

    def __init__(self, fd: int, patience: Patience) -> None:
        self.fd = fd
        self.patience = patience
        self._identity = identity(os.fstat(fd))

    def put(self, chunk: Chunk, *, last: bool) -> Outcome:
        """Append whole lines. Raises OSError where nothing could be tried."""
        raise NotImplementedError

    def lock(self, *, wait: bool) -> None:
        """Be the only process that writes. Raises HeldError instead of waiting."""

    def unlock(self) -> None:
        """Let other processes write."""

    def force(self, line: bytes) -> bool:
        """Append a line whoever else is writing, in one piece; False where that cannot be."""
        del line
        return False

    def is_open(self) -> bool:
        """Whether the descriptor still means our file: who becomes a daemon closes all of them."""
        try:
            return identity(os.fstat(self.fd)) == self._identity
        except OSError:
            return False

    def is_current(self, path: str) -> bool:
        """Whether `path` still means what is open, and nobody took away what stood in it."""
        del path
        return self.is_open()

    def close(self) -> None:
        """Give the descriptor back."""
        if self.is_open():
            os.close(self.fd)


def identity(status: os.stat_result) -> tuple[int, int]:
    """What tells one file from another, whatever its name."""
    return status.st_dev, status.st_ino


def failure(written: int, error: OSError) -> Outcome:
    """The outcome where the system refused the rest."""
    return Outcome(written, "file_error", error.strerror or str(error))
