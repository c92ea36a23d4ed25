"""The event file: whole lines, whoever else writes to it, and whatever becomes of the disk."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path
from typing import Self
from weakref import WeakSet

from kumi import forks
from kumi.letters import visible
from kumi.spans import frames
from kumi_exporters.eventfile.open_modes import OpenMode
from kumi_exporters.eventfile.sink import Chunk, Outcome
from kumi_exporters.eventfile.watched_path import WatchedPath
from kumi_exporters.eventfile.write_queue import BUSY, WriteQueue
from kumi_exporters.eventfile.write_requests import Close, Look, Write

_log = logging.getLogger("kumi.otel")


class EventFile:
    """One event file of this process.

    It is opened at the first write, with its folders; what failed is tried again a little later.
    Lines that cannot be written are counted in `dropped` by reason (`file_limit`, `file_error`,
    `file_foreign`), with one warning for each kind of trouble; nothing is ever raised. `max_bytes`
    is the size at which a regular file stops growing; a little of it is kept for the last line.
    Where the name ends in `.zst` or `.gz`, each write is one compressed frame.
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
        template, mode = str(Path(path).absolute()), OpenMode(persistent, truncate)
        self._watched = WatchedPath(template, service, mode, max_bytes)
        self._warned: set[str] = set()
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

    @property
    def path(self) -> str:
        """Where it is, with `{pid}`, `{host}` and `{service}` filled in."""
        return self._watched.path

    @property
    def is_foreign(self) -> bool:
        """Whether a file stands there that is no profile, and stays as it is."""
        return self._watched.is_foreign

    def ready(self) -> int:
        """See that the file is open, and that it is still what stands at its path.

        Gives how often it was opened: once, and once more whenever it was moved, deleted or emptied
        from outside, and so has to be begun anew; 0 where it cannot be opened.
        """
        sink = self._watched.sink
        if sink is None or not sink.is_current(self.path):
            _queue.do(Look(self._watched))
            self._log_openings()
        return self._watched.openings if self._watched.sink is not None else 0

    def write(self, lines: bytes | memoryview, count: int, *, last: bool = False) -> int:
        """Append `count` whole lines; give how many of them are in the file now.

        The `last` ones may use the room that is left for the end of the profile, and are written
        whoever else has the file, where they are few.
        """
        outcome = self._written(lines, count, last=last)
        self._tell(outcome)
        return count if outcome is None else self._counted(outcome, count)

    def say(self, line: bytes, *, last: bool = False) -> bool:
        """Append a line that is no span, and so not counted where it is lost; whether it is there.

        Within a signal's handler it is only queued (see `WriteQueue`), and counts as there.
        """
        outcome = self._written(line, 1, last=last)
        self._tell(outcome)
        return outcome is None or outcome.written == 1

    def force(self, line: bytes) -> bool:
        """Append a line in one piece, whoever else is writing; from any thread, and at once.

        False where that cannot be: for a stream, a full disk, a file that is not open.
        """
        sink = self._watched.sink
        return sink is not None and sink.is_open() and sink.force(line)

    def hurry(self, seconds: float) -> None:
        """Wait neither for a reader nor for other writers once `seconds` have passed."""
        self._watched.patience.hurry(seconds)
        _queue.hurry()

    def close(self) -> None:
        """Let go of the file. A later write opens it again, and appends."""
        _queue.do(Close(self._watched))

    def hold_profile(self) -> None:
        """Say that the profile itself is written here: exporters add no blocks to it."""
        _profiles.add(self)

    def abandon(self) -> None:
        """Begin anew in a child, leave what is open to the parent; `{pid}` names another file."""
        self.dropped = Counter()
        self._watched.abandon()

    forked = abandon

    def _written(self, lines: bytes | memoryview, count: int, *, last: bool) -> Outcome | None:
        try:
            chunk = self._chunk(lines, count)
        except Exception as error:  # noqa: BLE001 - no memory, or no library
            return Outcome(0, "file_error", f"cannot be compressed: {error}")
        outcome = _queue.do(Write(self._watched, chunk, self._settle, last=last))
        if last and outcome is BUSY and self.force(bytes(lines)):
            return Outcome(count)
        return outcome

    def _chunk(self, lines: bytes | memoryview, count: int) -> Chunk:
        codec = frames.by_name(self.path)
        if codec is None:
            return Chunk(lines, count)
        return Chunk(codec.compress(lines), count, is_frame=True)

    def _settle(self, outcome: Outcome, count: int) -> None:
        """What became of a write that nobody waited for."""
        self._tell(outcome)
        self._counted(outcome, count)

    def _counted(self, outcome: Outcome, count: int) -> int:
        if outcome.reason:
            self.dropped[outcome.reason] += count - outcome.written
        return outcome.written

    def _tell(self, outcome: Outcome | None) -> None:
        """Log what happened at the file: once for each kind of trouble, until it is over."""
        self._log_openings()
        if outcome is None:
            return
        if not outcome.reason:
            self._warned.discard("file_error")
        elif outcome.reason not in self._warned:
            self._warned.add(outcome.reason)
            _log.warning("the profile %s: %s", visible(self.path), outcome.message)

    def _log_openings(self) -> None:
        to_log = self._watched.to_log
        while to_log:
            note = to_log.popleft()
            _log.log(note.level, "%s", visible(note.text))


def holds_profile(path: str) -> bool:
    """Whether this process writes its profile to `path`: its blocks are there already."""
    return any(file.path == path for file in list(_profiles))


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in {"1", "true", "yes", "on"}


_queue = WriteQueue()
_profiles: WeakSet[EventFile] = WeakSet()
