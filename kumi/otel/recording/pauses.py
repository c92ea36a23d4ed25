"""Pauses: stretches in which a caller could not go on for a reason that is not its program's.

A garbage collection, the owner at work, and the kernel that lets a thread wait for a processor.
Whoever reads a profile can tell by them why an operation took long that usually does not.
"""

from __future__ import annotations

import gc
import os
import threading
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from kumi.spans import events
from kumi.spans.clock import anchor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.events import Event

_SHORTEST = 1e-4
_NANOSECONDS = 1e9
_MOST_CALLERS = 64
_MOST_KEPT = 1000
_TASKS = Path("/proc/self/task")


class PauseWatch:
    """Notes the pauses of this process, from `begin` to `end`.

    The kernel's delays are asked for once a round of the owner's work, for the threads that woke
    it: the event says how long one of them waited in all, within the time since the last look.
    """

    def __init__(self) -> None:
        self._kept: deque[Pause] = deque(maxlen=_MOST_KEPT)
        self._collection_began = 0.0
        self._callers: set[int] = set()
        self._looks: dict[int, tuple[float, int]] = {}

    def begin(self) -> None:
        """Hear of garbage collections."""
        if self._collected not in gc.callbacks:
            gc.callbacks.append(self._collected)

    def end(self) -> None:
        """Hear of them no more."""
        with suppress(ValueError):
            gc.callbacks.remove(self._collected)

    def forked(self) -> None:
        """In a child none of the threads are here."""
        self._kept.clear()
        self._callers.clear()
        self._looks.clear()

    def taken(self) -> list[Event]:
        """The `pause` events since this was asked."""
        return [self._kept.popleft().event() for _ in range(len(self._kept))]

    def meet_caller(self) -> None:
        """Remember the calling thread, for its delays."""
        if len(self._callers) < _MOST_CALLERS:
            self._callers.add(threading.get_native_id())

    @contextmanager
    def working(self) -> Iterator[None]:
        """A stretch of the owner's work, which keeps the interpreter from callers."""
        begin = perf_counter()
        self._look_at_callers(begin)
        yield
        self._note("kumi", begin, perf_counter())

    def _collected(self, phase: Literal["start", "stop"], about: dict[str, int]) -> None:
        if phase == "start":
            self._collection_began = perf_counter()
        else:
            self._note("gc", self._collection_began, perf_counter(), about["generation"])

    def _look_at_callers(self, now: float) -> None:
        for thread in list(self._callers):
            waited = run_delay(thread)
            if waited is None:  # the thread has ended, or the system does not tell
                self._callers.discard(thread)
                self._looks.pop(thread, None)
                continue
            since, before = self._looks.get(thread, (now, waited))
            self._looks[thread] = now, waited
            self._note("kernel", since, now, duration=(waited - before) / _NANOSECONDS)

    def _note(
        self,
        cause: str,
        start: float,
        end: float,
        generation: int | None = None,
        *,
        duration: float | None = None,
    ) -> None:
        lasted = end - start if duration is None else duration
        if lasted >= _SHORTEST:
            self._kept.append(Pause(cause, start, end, lasted, generation))


class Pause:
    """One pause; its times are readings of `perf_counter`, in seconds."""

    __slots__ = ("cause", "duration", "end", "generation", "start")

    def __init__(
        self, cause: str, start: float, end: float, duration: float, generation: int | None
    ) -> None:
        self.cause = cause
        self.start = start
        self.end = end
        self.duration = duration
        self.generation = generation

    def event(self) -> Event:
        """The `pause` event of the file."""
        tied = anchor()
        return events.pause(
            cause=self.cause,
            generation=self.generation,
            duration=round(self.duration * _NANOSECONDS),
            start=round(self.start * _NANOSECONDS) + tied,
            end=round(self.end * _NANOSECONDS) + tied,
        )


def run_delay(thread: int) -> int | None:
    """Nanoseconds that a thread was ready to run and did not; None where nobody says."""
    try:
        fd = os.open(_TASKS / str(thread) / "schedstat", os.O_RDONLY)
    except OSError:
        return None
    try:
        fields: list[Any] = os.read(fd, 128).split()
        return int(fields[1])
    except (OSError, IndexError, ValueError):
        return None
    finally:
        os.close(fd)
