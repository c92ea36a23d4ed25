"""Two kinds of places that lines go to: regular files, and everything else."""

from __future__ import annotations

import errno
import math
import os
import select
import time
from dataclasses import dataclass

from typing_extensions import override

from kumi_exporters import locks
from kumi_exporters.recognise import read_at

_NEWLINE = b"\n"
_KEPT_FOR_THE_END = 1024
_STALL = 1.0
_PIPE = 4096


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many bytes of the lines stand as whole lines; and where that is not all, why."""

    done: int
    reason: str = ""
    message: str = ""


class Patience:
    """How long a write may wait for others: until `hurry` says so, as long as it usually does."""

    def __init__(self) -> None:
        self._deadline = math.inf

    def hurry(self, seconds: float) -> None:
        """Wait for nobody once `seconds` have passed; this counts for a write under way, too."""
        self._deadline = time.monotonic() + seconds

    def within(self, seconds: float) -> float:
        """`seconds`, or what is left of them."""
        return max(0.0, min(seconds, self._deadline - time.monotonic()))


class Sink:
    """An open descriptor, as long as it is the one that was opened."""

    def __init__(self, fd: int, patience: Patience) -> None:
        self.fd = fd
        self.patience = patience
        self._identity = _identity(fd)

    def write(self, lines: memoryview, *, last: bool) -> Outcome:
        """Append whole lines. Raises OSError where nothing could be tried."""
        raise NotImplementedError

    def is_free(self, patience: float) -> bool:
        """Whether a write could begin within `patience` seconds."""
        raise NotImplementedError

    def is_open(self) -> bool:
        """Whether the number still means our file: who becomes a daemon closes them all."""
        try:
            return _identity(self.fd) == self._identity
        except OSError:
            return False

    def forked(self) -> None:
        """In a child: what the parent has begun, the parent ends."""

    def close(self) -> None:
        """Give the descriptor back."""
        if self.is_open():
            os.close(self.fd)


class RegularFile(Sink):
    """A file that other processes may append to, and may be killed while they do."""

    def __init__(self, fd: int, patience: Patience, max_bytes: int | None) -> None:
        super().__init__(fd, patience)
        self._max_bytes = max_bytes

    @override
    def write(self, lines: memoryview, *, last: bool) -> Outcome:
        with locks.writing(self.fd, self.patience.within(locks.PATIENCE)):
            size = self._mended()
            whole = whole_lines(lines, self._room(size, last=last))
            done, error = self._append(lines[:whole])
            if error is not None:
                return Outcome(self._cut(lines, size, done), "file_error", _text(error))
            if whole < len(lines):
                return Outcome(whole, "file_limit", f"has reached {self._max_bytes} bytes")
            return Outcome(whole)

    @override
    def is_free(self, patience: float) -> bool:
        try:
            locks.wait_until_free(self.fd, patience)
        except locks.BusyError:
            return False
        return True

    def _mended(self) -> int:
        """The size; where a neighbour was killed in its line, after ending that line."""
        size = os.fstat(self.fd).st_size
        if size and read_at(self.fd, 1, size - 1) != _NEWLINE:
            size += os.write(self.fd, _NEWLINE)
        return size

    def _room(self, size: int, *, last: bool) -> int | None:
        if self._max_bytes is None:
            return None
        kept = 0 if last else min(_KEPT_FOR_THE_END, self._max_bytes // 4)
        return max(0, self._max_bytes - kept - size)

    def _append(self, lines: memoryview) -> tuple[int, OSError | None]:
        done = 0
        while done < len(lines):
            try:
                done += os.write(self.fd, lines[done:])
            except OSError as error:
                return done, error
        return done, None

    def _cut(self, lines: memoryview, start: int, done: int) -> int:
        """Take back the line that found no room; if that fails, the next writer ends it."""
        whole = whole_lines(lines, done)
        if whole < done and os.fstat(self.fd).st_size == start + done:
            os.ftruncate(self.fd, start + whole)
        return whole


class Stream(Sink):
    """A terminal, a pipe, a device. A line that was begun is ended before anything else."""

    def __init__(self, fd: int, patience: Patience) -> None:
        super().__init__(fd, patience)
        self._rest = b""

    @override
    def write(self, lines: memoryview, *, last: bool) -> Outcome:
        del last  # nothing to keep room in
        ended, error = self._push(memoryview(self._rest))
        self._rest = self._rest[ended:]
        if error is not None:
            return Outcome(0, "file_error", _text(error))
        done, error = self._push(lines)
        if error is None:
            return Outcome(done)
        whole = whole_lines(lines, done)
        if whole < done:
            self._rest = bytes(lines[done : _line_end(lines, done)])
        return Outcome(done + len(self._rest), "file_error", _text(error))

    @override
    def is_free(self, patience: float) -> bool:
        try:
            _wait_for_reader(self.fd, patience)
        except OSError:
            return False
        return True

    @override
    def forked(self) -> None:
        self._rest = b""

    def _push(self, lines: memoryview) -> tuple[int, OSError | None]:
        done = 0
        while done < len(lines):
            try:
                _wait_for_reader(self.fd, self.patience.within(_STALL))
                done += os.write(self.fd, lines[done : done + _PIPE])
            except OSError as error:
                return done, error
        return done, None


def _wait_for_reader(fd: int, patience: float) -> None:
    if not hasattr(select, "poll"):
        return
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    if not poll.poll(patience * 1000):
        raise BlockingIOError(errno.EAGAIN, "nobody reads it")


def whole_lines(lines: memoryview, room: int | None) -> int:
    """How many bytes of `lines` are whole lines within `room`."""
    if room is None or room >= len(lines):
        return len(lines)
    return bytes(lines[:room]).rfind(_NEWLINE) + 1


def _line_end(lines: memoryview, start: int) -> int:
    return start + bytes(lines[start:]).find(_NEWLINE) + 1


def _identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def _text(error: OSError) -> str:
    return error.strerror or str(error)
