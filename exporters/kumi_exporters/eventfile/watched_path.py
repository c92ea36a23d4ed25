"""A place that lines go to, opened when they come, and anew where it was taken away."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from typing import TYPE_CHECKING

from kumi_exporters.eventfile import locks, open_modes
from kumi_exporters.eventfile.open_modes import ForeignError, Mode, Note, Opening
from kumi_exporters.eventfile.sinks import Patience, RegularFile, Stream

if TYPE_CHECKING:
    from kumi_exporters.eventfile.sinks import Sink

_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 1.0
_APPENDING = Mode(persistent=True)


class Place:
    """A path and what is open there. Only whose turn it is may use it.

    `number` counts the openings; `notes` are what is to be logged about them afterwards.
    """

    def __init__(self, template: str, service: str, mode: Mode, max_bytes: int | None) -> None:
        self._template = template
        self._service = service
        self._asked = mode
        self._max_bytes = max_bytes
        self.patience = Patience()
        self.notes: deque[Note] = deque()
        self.sink: Sink | None = None
        self._forget()

    def _forget(self) -> None:
        self.path = open_modes.fill_in(self._template, self._service)
        self.number = 0
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
            self.notes.append(Note(logging.INFO, gone))
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
        self.number += 1
        return sink

    def _new(self, *, wait: bool) -> Sink:
        if open_modes.is_stream(self.path):
            return Stream(open_modes.open_stream(self.path), self.patience)
        this = Opening(self.path, self._mode, self.notes.append)
        fd = open_modes.open_file(this, wait=wait)
        return RegularFile(fd, self.patience, self._max_bytes, this.codec)

    def _rest(self, error: OSError) -> None:
        """Try again a little later: a place that cannot be written to must cost nothing."""
        self._refusal = error
        self._pause = min(_LONGEST_PAUSE, 2 * self._pause or _FIRST_PAUSE)
        self._retry_at = math.inf if self.is_foreign else time.monotonic() + self._pause
