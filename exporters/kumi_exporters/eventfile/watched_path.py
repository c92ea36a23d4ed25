"""The path of an event file, watched: opened when lines come, and anew where it was moved away."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from typing import TYPE_CHECKING

from kumi_exporters.eventfile import locks, open_modes
from kumi_exporters.eventfile.open_modes import ForeignError, LogNote, OpenMode, Target
from kumi_exporters.eventfile.regular_file import RegularFile
from kumi_exporters.eventfile.sink import Patience
from kumi_exporters.eventfile.stream import Stream

if TYPE_CHECKING:
    from kumi_exporters.eventfile.sink import Sink

_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 1.0
_APPENDING = OpenMode(persistent=True)


class WatchedPath:
    """A path and what is open there. Only whose turn it is to write may use it.

    `openings` counts how often it was opened; `to_log` is what is to be logged about that, once it
    is nobody's turn: a logging handler may write to the same file.

    A path that cannot be opened must cost nothing, though every write asks for it. So after a
    failure it is tried again only after 4 ms, then 8, 16, … up to a second, and whoever asks in
    the meantime gets the last failure; a file that is no profile is not tried again at all.
    """

    def __init__(self, template: str, service: str, mode: OpenMode, max_bytes: int | None) -> None:
        self._template = template
        self._service = service
        self._asked = mode
        self._max_bytes = max_bytes
        self.patience = Patience()
        self.to_log: deque[LogNote] = deque()
        self.sink: Sink | None = None
        self._forget()

    def _forget(self) -> None:
        self.path = open_modes.fill_in(self._template, self._service)
        self.openings = 0
        self._mode = self._asked
        self._refusal: OSError | None = None
        self._pause = 0.0
        self._retry_at = 0.0

    @property
    def is_foreign(self) -> bool:
        """Whether something stands there that is no profile."""
        return isinstance(self._refusal, ForeignError)

    def abandon(self) -> None:
        """Let go of what is open, and begin anew."""
        self.close()
        self._forget()

    def close(self) -> None:
        """Let go of what is open."""
        sink, self.sink = self.sink, None
        if sink is not None:
            sink.close()

    def look(self, *, wait: bool) -> None:
        """See that what is open is what stands at the path, as we left it. Raises OSError."""
        if self.sink is not None and not self.sink.is_current(self.path):
            self.close()
            gone = f"{self.path} was moved, deleted or emptied: it is opened anew"
            self.to_log.append(LogNote(logging.INFO, gone))
        self.opened(wait=wait)

    def opened(self, *, wait: bool) -> Sink:
        """What is open at the path. Raises OSError; after one, for a while, the same again."""
        if self.sink is None or not self.sink.is_open():
            self.sink = None
            if self._refusal is not None and time.monotonic() < self._retry_at:
                raise self._refusal.with_traceback(None)  # else it grows
            self.sink = self._open(wait=wait)
        return self.sink

    def _open(self, *, wait: bool) -> Sink:
        try:
            sink = self._new(wait=wait)
        except locks.HeldError:
            raise
        except OSError as error:
            self._rest(error)
            raise
        self._refusal, self._pause, self._mode = None, 0.0, _APPENDING
        self.openings += 1
        return sink

    def _new(self, *, wait: bool) -> Sink:
        if open_modes.is_stream(self.path):
            return Stream(open_modes.open_stream(self.path), self.patience)
        target = Target(self.path, self._mode, self.to_log.append)
        fd = open_modes.open_file(target, wait=wait)
        return RegularFile(fd, self.patience, self._max_bytes, target.codec)

    def _rest(self, error: OSError) -> None:
        """Try again a little later; each time that it fails the pause is twice as long."""
        self._refusal = error
        self._pause = min(_LONGEST_PAUSE, 2 * self._pause or _FIRST_PAUSE)
        self._retry_at = math.inf if self.is_foreign else time.monotonic() + self._pause
