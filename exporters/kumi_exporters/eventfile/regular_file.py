"""A file that other processes may append to, and may be killed while they do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from typing_extensions import override

from kumi.spans import frames
from kumi_exporters.eventfile import locks
from kumi_exporters.eventfile.sink import Outcome, Sink, failure, identity
from kumi_exporters.eventfile.sniff import read_at

if TYPE_CHECKING:
    from kumi.spans.frames import Codec
    from kumi_exporters.eventfile.sink import Chunk, Patience

_NEWLINE = b"\n"
_KEPT_FOR_THE_END = 1024
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_HEAD = 256
_TAIL = 4 << 20


class RegularFile(Sink):
    """Appends whole lines or frames, and first ends what a killed neighbour has left torn."""

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
    def put(self, chunk: Chunk, *, last: bool) -> Outcome:
        start = self._mended()
        fits = chunk.within(self._room(start, last=last))
        done, error = self._append(chunk, start, fits, kept=0 if last else _KEPT_FOR_THE_END)
        self._saw(start + done)
        if error is not None:
            return failure(chunk.lines_in(done), error)
        if done < len(chunk.data):
            message = f"has reached {self._max_bytes} bytes"
            return Outcome(chunk.lines_in(done), "file_limit", message)
        return Outcome(chunk.count)

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
        if identity(status) != self._identity or status.st_size < self._end:
            return False
        try:
            return read_at(self.fd, len(self._head), 0) == self._head
        except OSError:  # closed by somebody else, which the next write finds
            return True

    def _saw(self, end: int) -> None:
        """Remember the end and the head: where they are gone later, somebody emptied the file."""
        self._end = end
        if len(self._head) < _HEAD:
            self._head = read_at(self.fd, _HEAD, 0)

    def _mended(self) -> int:
        """The size, once what a killed neighbour left torn at the end is ended, or cut off."""
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
        self, chunk: Chunk, start: int, fits: int, *, kept: int
    ) -> tuple[int, OSError | None]:
        """Write `fits` bytes; give how many stand there, and what was the matter.

        Why there is more to it: when a disk is full the last line, which says what was lost, should
        still find room. So on a full disk whole lines are cut off again until there is room for
        `kept` bytes more. Where the disk may be full soon, or was lately, blanks are written behind
        the lines, as many as are kept for the last one, and cut off again: if they fit, so will it.
        """
        blanks = kept if self._is_full or _is_nearly_full(self.fd, fits + kept) else 0
        data = memoryview(bytes(chunk.data[:fits]) + b" " * blanks) if blanks else chunk.data[:fits]
        done, error = _write_all(self.fd, data)
        if error is None:
            self._is_full = self._is_full and not blanks
            whole = fits
        else:
            self._is_full = error.errno in _NO_ROOM
            whole = min(fits, chunk.within(done - (kept if self._is_full else 0)))
        if whole < done and os.fstat(self.fd).st_size == start + done:
            os.ftruncate(self.fd, start + whole)
        return whole, error


def _is_nearly_full(fd: int, wanted: int) -> bool:
    """Whether the disk may not have room for that much more, by what it says is free."""
    try:
        disk = os.fstatvfs(fd)
    except (AttributeError, OSError):  # Windows; a file system that does not say
        return False
    return disk.f_bavail * disk.f_frsize < wanted


def _write_all(fd: int, data: memoryview) -> tuple[int, OSError | None]:
    done = 0
    while done < len(data):
        try:
            done += os.write(fd, data[done:])
        except OSError as error:
            return done, error
    return done, None
