"""The event file: whole lines, whoever else writes to it, and whatever becomes of the disk."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from kumi import forks
from kumi_exporters import locks, opening
from kumi_exporters.quiet import quiet
from kumi_exporters.sinks import Outcome, Patience, RegularFile, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi_exporters.sinks import Sink

_log = logging.getLogger("kumi.otel")
_LONGEST = 30.0  # seconds that a thread waits for another one's write
_MOMENT = 0.2  # and in a hurry: that write may be about to end
_BUSY = Outcome(0, "file_error", "another thread does not come to an end of its write")


class EventFile:
    """One event file of this process.

    It is opened at the first write, with its folders; what failed is tried again at the next.
    Lines that cannot be written are counted in `dropped` by reason (`file_limit`, `file_error`,
    `file_foreign`), with one warning for each kind of trouble; nothing is ever raised. `max_bytes`
    is the size at which a regular file stops growing; a little of it is kept for the last line.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        persistent: bool = False,
        truncate: bool = False,
        max_bytes: int | None = None,
        service: str = "",
    ) -> None:
        self._template = str(Path(path).absolute())
        self._service = service
        self._mode = opening.Mode(persistent, truncate)
        self._max_bytes = max_bytes
        self._sink: Sink | None = None
        self._patience = Patience()
        self._warned: set[str] = set()
        self._refused = False
        self.path = opening.fill_in(self._template, service)
        self.dropped: Counter[str] = Counter()
        forks.tell(self)

    @classmethod
    def from_environment(cls, default: str) -> Self:
        """The file that KUMI_PROFILE_FILE and the variables beside it ask for."""
        limit = os.environ.get("KUMI_PROFILE_MAX_BYTES", "").strip()
        return cls(
            os.environ.get("KUMI_PROFILE_FILE") or default,
            persistent=_is_on("KUMI_PROFILE_PERSISTENT"),
            truncate=_is_on("KUMI_PROFILE_TRUNCATE"),
            max_bytes=int(limit) if limit.isdecimal() else None,
        )

    def write(self, lines: bytes | memoryview, count: int, *, last: bool = False) -> int:
        """Append `count` whole lines; give how many of them are in the file now.

        `last` may use what `max_bytes` leaves for the end of the profile.
        """
        view = memoryview(lines)
        with quiet:
            if not _in_process.take(max(_MOMENT, self._patience.within(_LONGEST))):
                return self._counted(view, count, _BUSY)
            try:
                return self._in_turn(view, count, last=last)
            finally:
                _in_process.give_back()

    def is_free(self, seconds: float) -> bool:
        """Whether no other writer, and no slow reader, keeps the file longer than `seconds`."""
        until = time.monotonic() + seconds
        if not _in_process.take(seconds):
            return False
        try:
            sink = None if _in_process.writing else self._sink
            return sink is None or sink.is_free(max(0.0, until - time.monotonic()))
        finally:
            _in_process.give_back()

    def hurry(self, seconds: float) -> None:
        """Wait neither for a reader nor for other writers once `seconds` have passed."""
        self._patience.hurry(seconds)

    def close(self) -> None:
        """Let go of the file. A later write opens it again, and appends."""
        if not _in_process.take(max(_MOMENT, self._patience.within(_LONGEST))):
            return  # the thread that writes may be stuck: it needs the descriptor
        try:
            sink, self._sink = self._sink, None
            if sink is not None:
                sink.close()
        finally:
            _in_process.give_back()

    def hold_profile(self) -> None:
        """Say that the profile itself is written here: exporters add no blocks to it."""
        _profiles.add(self)

    def forked(self) -> None:
        """Begin anew in a child: nothing lost yet; and with `{pid}`, a file of its own."""
        self.dropped = Counter()
        if self._sink is not None:
            self._sink.forked()
        if "{pid}" in self._template:
            self.path = opening.fill_in(self._template, self._service)
            sink, self._sink = self._sink, None
            if sink is not None:
                sink.close()

    def _in_turn(self, lines: memoryview, count: int, *, last: bool) -> int:
        """Write; in the middle of a write of this thread (a signal's handler), right after it."""
        if _in_process.writing:
            _in_process.next.append(
                partial(self._write, memoryview(bytes(lines)), count, last=last)
            )
            return count
        _in_process.writing = True
        try:
            written = self._write(lines, count, last=last)
            while _in_process.next:
                _in_process.next.popleft()()
            return written
        finally:
            _in_process.writing = False

    def _write(self, lines: memoryview, count: int, *, last: bool) -> int:
        return self._counted(lines, count, self._try(lines, last=last))

    def _try(self, lines: memoryview, *, last: bool) -> Outcome:
        if self._refused:
            return Outcome(0, "file_foreign")
        try:
            return self._opened().write(lines, last=last)
        except opening.ForeignError:
            self._refused = True
            return Outcome(0, "file_foreign", "is no profile, and stays as it is")
        except OSError as error:
            return Outcome(0, "file_error", error.strerror or str(error))

    def _opened(self) -> Sink:
        if self._sink is None or not self._sink.is_open():
            self._sink = self._open()
        return self._sink

    def _open(self) -> Sink:
        if opening.is_stream(self.path):
            return Stream(opening.open_stream(self.path), self._patience)
        fd = opening.open_file(self.path, self._mode, self._patience.within(locks.PATIENCE))
        return RegularFile(fd, self._patience, self._max_bytes)

    def _counted(self, lines: memoryview, count: int, outcome: Outcome) -> int:
        if not outcome.reason:
            self._warned.discard("file_error")
            return count
        written = bytes(lines[: outcome.done]).count(b"\n")
        self.dropped[outcome.reason] += count - written
        if outcome.reason not in self._warned:
            self._warned.add(outcome.reason)
            _log.warning("the profile %s: %s", self.path, outcome.message)
        return written


def holds_profile(path: str) -> bool:
    """Whether this process writes its profile to `path`: its blocks are there already."""
    return any(file.path == path for file in list(_profiles))


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in {"1", "true", "yes", "on"}


class _InProcess:
    """The threads of this process write one after the other.

    One lock for all files: two descriptors of one file share what `lockf` locks. `next` is what a
    signal's handler writes in the middle of a write.
    """

    def __init__(self) -> None:
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        self._lock = threading.RLock()
        self.writing = False
        self.next: deque[Callable[[], object]] = deque()

    def take(self, patience: float) -> bool:
        return self._lock.acquire(timeout=patience)

    def give_back(self) -> None:
        if self.writing:
            self._lock.release()
        else:
            locks.let_go(self._lock)


_in_process = _InProcess()
_profiles: WeakSet[EventFile] = WeakSet()
