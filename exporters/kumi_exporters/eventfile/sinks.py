"""Two kinds of places that lines go to: regular files, and everything else."""

from __future__ import annotations

import errno
import math
import os
import select
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from kumi.spans import frames
from kumi_exporters.eventfile import locks
from kumi_exporters.eventfile.sniff import read_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.spans.frames import Codec

_NEWLINE = b"\n"
_KEPT_FOR_THE_END = 1024
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_HEAD = 256
_TAIL = 4 << 20
_STALL = 1.0
_PIPE = 4096


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many lines are in the file; and where that is not all, why."""

    written: int
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

    def from_now(self) -> Callable[[], float]:
        """What tells how many seconds are left for a write that begins now."""
        until = time.monotonic() + locks.PATIENCE
        return lambda: min(until, self._deadline) - time.monotonic()


class Batch:
    """Whole lines to be written: as they are, or as one frame."""

    def __init__(self, data: bytes | memoryview, count: int, *, is_frame: bool = False) -> None:
        self.data = memoryview(data)
        self.count = count
        self._is_frame = is_frame

    def keep(self) -> None:
        """Copy the lines: they may stand in a page that is used again."""
        self.data = memoryview(bytes(self.data))

    def within(self, room: int | None) -> int:
        """How many bytes of them can stand in `room`: whole lines, or the whole frame."""
        if room is None or room >= len(self.data):
            return len(self.data)
        return 0 if self._is_frame else bytes(self.data[: max(0, room)]).rfind(_NEWLINE) + 1

    def lines_in(self, size: int) -> int:
        """How many lines their first `size` bytes are."""
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
        self._identity = _identity(os.fstat(fd))

    def put(self, batch: Batch, *, last: bool) -> Outcome:
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
        """Whether the number still means our file: who becomes a daemon closes them all."""
        try:
            return _identity(os.fstat(self.fd)) == self._identity
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


class RegularFile(Sink):
    """A file that other processes may append to, and may be killed while they do."""

    def __init__(
        self, fd: int, patience: Patience, max_bytes: int | None, codec: Codec | None
    ) -> None:
        super().__init__(fd, patience)
        self._max_bytes = max_bytes
        self._codec = codec
        self._head = b""
        self._end = 0
        self._is_full = False

    @override
    def lock(self, *, wait: bool) -> None:
        locks.lock(self.fd, wait=wait)

    @override
    def unlock(self) -> None:
        locks.unlock(self.fd)

    @override
    def put(self, batch: Batch, *, last: bool) -> Outcome:
        start = self._mended()
        fits = batch.within(self._room(start, last=last))
        done, error = self._append(batch, start, fits, kept=0 if last else _KEPT_FOR_THE_END)
        self._saw(start + done)
        if error is not None:
            return Outcome(batch.lines_in(done), "file_error", _text(error))
        if done < len(batch.data):
            message = f"has reached {self._max_bytes} bytes"
            return Outcome(batch.lines_in(done), "file_limit", message)
        return Outcome(batch.count)

    @override
    def force(self, line: bytes) -> bool:
        try:
            size = os.fstat(self.fd).st_size
            begin = b"" if self._codec or self._ends_whole(size) else _NEWLINE
            whole = begin + (self._codec.compress(line) if self._codec else line)
            room = self._room(size, last=True)
            return (room is None or room >= len(whole)) and self._is_written(whole)
        except OSError:
            return False

    def _is_written(self, whole: bytes) -> bool:
        """Whether it was written in one piece; what was written of it on a full disk is cut off."""
        done = os.write(self.fd, whole)
        if done < len(whole):
            os.ftruncate(self.fd, os.fstat(self.fd).st_size - done)
        return done == len(whole)

    @override
    def is_current(self, path: str) -> bool:
        try:
            status = os.stat(path)  # noqa: PTH116 - a third of the time of a Path, once a write
        except FileNotFoundError:
            return False
        except OSError:  # a folder that may not be looked into: it can still be written to
            return True
        if _identity(status) != self._identity or status.st_size < self._end:
            return False
        try:
            return read_at(self.fd, len(self._head), 0) == self._head
        except OSError:  # closed by somebody else, which the next write finds
            return True

    def _saw(self, end: int) -> None:
        """Remember what another look must find, or somebody has emptied the file."""
        self._end = end
        if len(self._head) < _HEAD:
            self._head = read_at(self.fd, _HEAD, 0)

    def _mended(self) -> int:
        """The size; where a neighbour was killed in its line or frame, after ending that."""
        size = os.fstat(self.fd).st_size
        if size == self._end:  # as we left it
            return size
        if self._codec:
            return self._cut_torn(self._codec, size)
        if not self._ends_whole(size):
            size += os.write(self.fd, _NEWLINE)
        return size

    def _ends_whole(self, size: int) -> bool:
        return size == 0 or read_at(self.fd, 1, size - 1) == _NEWLINE

    def _cut_torn(self, codec: Codec, size: int) -> int:
        """Cut off the frame in which a neighbour was killed: nothing can be appended to it."""
        start = max(0, size - _TAIL)
        end = frames.whole_end(codec, read_at(self.fd, size - start, start))
        while end is None and start:
            start = max(0, size - 4 * (size - start))
            end = frames.whole_end(codec, read_at(self.fd, size - start, start))
        whole = start + (end or 0)
        if whole < size:
            os.ftruncate(self.fd, whole)
        return whole

    def _room(self, size: int, *, last: bool) -> int | None:
        if self._max_bytes is None:
            return None
        kept = 0 if last else min(_KEPT_FOR_THE_END, self._max_bytes // 4)
        return max(0, self._max_bytes - kept - size)

    def _append(
        self, batch: Batch, start: int, fits: int, *, kept: int
    ) -> tuple[int, OSError | None]:
        """Write; on a full disk so that there is room for `kept` bytes after it, the last line's.

        Once a disk was full, that is tried with blanks, which are cut off again.
        """
        blanks = kept if self._is_full else 0
        data = memoryview(bytes(batch.data[:fits]) + b" " * blanks) if blanks else batch.data[:fits]
        done, error = _write_all(self.fd, data)
        if error is None:
            self._is_full = self._is_full and not blanks
            whole = fits
        else:
            self._is_full = error.errno in _NO_ROOM
            whole = min(fits, batch.within(done - (kept if self._is_full else 0)))
        if whole < done and os.fstat(self.fd).st_size == start + done:
            os.ftruncate(self.fd, start + whole)
        return whole, error


class Stream(Sink):
    """A terminal, a pipe, a device. A line that was begun is ended before anything else."""

    def __init__(self, fd: int, patience: Patience) -> None:
        super().__init__(fd, patience)
        self._rest = b""

    @override
    def put(self, batch: Batch, *, last: bool) -> Outcome:
        del last  # nothing to keep room in
        ended, error = self._push(memoryview(self._rest))
        self._rest = self._rest[ended:]
        if error is not None:
            return Outcome(0, "file_error", _text(error))
        done, error = self._push(batch.data)
        if error is None:
            return Outcome(batch.count)
        if batch.within(done) < done:
            end = batch.line_end(done)
            self._rest = bytes(batch.data[done:end])
            done = end
        return Outcome(batch.lines_in(done), "file_error", _text(error))

    def _push(self, lines: memoryview) -> tuple[int, OSError | None]:
        done = 0
        while done < len(lines):
            try:
                _wait_for_reader(self.fd, self.patience.within(_STALL))
                done += os.write(self.fd, lines[done : done + _PIPE])
            except OSError as error:
                return done, error
        return done, None


def _write_all(fd: int, data: memoryview) -> tuple[int, OSError | None]:
    done = 0
    while done < len(data):
        try:
            done += os.write(fd, data[done:])
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


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _text(error: OSError) -> str:
    return error.strerror or str(error)
