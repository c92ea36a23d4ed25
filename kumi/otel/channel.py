"""A channel: where the readings of one program go, on the caller's thread."""

from __future__ import annotations

from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Protocol

from kumi.otel.log import trouble

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from kumi.hooks import FailedRun, Level
    from kumi.otel.source import Failed, Run, Source
    from kumi.spans.layout import Layout

_MOST_RUNS = 4096
_MOST_READINGS = _MOST_RUNS * 25
_STEP = 0.0005


class Drain(Protocol):
    """What a channel needs of the pipeline behind it."""

    block_ms: float
    stream: bool

    def wake(self) -> bool:
        """Have the worker drain; False where there is no worker."""

    def drain(self, timeout: float, *, only: Source) -> bool:
        """Drain a source now, on this thread; False where that took more than `timeout` seconds."""

    def dropped(self, layout: Layout, runs: int) -> None:
        """Count runs that were dropped for want of room."""

    def waited(self, seconds: float) -> None:
        """Count time that a run waited for room."""


class Channel:
    """The queue of one program at one level: see `kumi.hooks.Channel`.

    Past `limit` the worker is woken; at twice that the run waits for it. Where events are streamed
    every run calls `relieve`, which writes them, or leaves them to the worker where another drain
    takes longer than a run may wait: that one might be waiting for what this thread holds, where
    the run is a signal handler's.
    """

    def __init__(self, source: Source, pipeline: Drain, admit: Callable[[], Any]) -> None:
        self.queue: deque[Run | Failed] = source.queue
        self.keep: Callable[[tuple[bytes, Any]], None] = self.queue.append
        self.admit = admit
        self._source = source
        self._pipeline = pipeline
        self._ceiling = max(2, min(_MOST_RUNS, _MOST_READINGS // source.layout.readings))
        self.limit = -1 if pipeline.stream else self._ceiling // 2

    @property
    def level(self) -> Level:
        """How much of a run is read."""
        return self._source.layout.level

    def relieve(self) -> None:
        """Make room, or see that it is made; never raises."""
        try:
            self._relieve()
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach a run
            trouble("making room for a run", error)

    def failed(self, run: FailedRun) -> None:
        """Take a run that raised, in its place among the others."""
        self.queue.append((run, run.context))
        if len(self.queue) > self.limit:
            self.relieve()

    def _relieve(self) -> None:
        if self._pipeline.stream or not self._pipeline.wake():
            self._drain()
        elif len(self.queue) >= self._ceiling:
            self._wait()

    def _drain(self) -> None:
        begin = perf_counter()
        if not self._pipeline.drain(self._pipeline.block_ms / 1000, only=self._source):
            self._pipeline.waited(perf_counter() - begin)
            self._make_room()

    def _wait(self) -> None:
        """Sleep in short steps until half the room is free, or the deadline has passed.

        Sleeping is what lets the worker have the interpreter while a caller would spin. Where there
        is no room even then, the older half is dropped: the next runs need not wait.
        """
        begin, half = perf_counter(), self._ceiling // 2
        deadline = begin + self._pipeline.block_ms / 1000
        while len(self.queue) > half and perf_counter() < deadline:
            sleep(_STEP)
        self._pipeline.waited(perf_counter() - begin)
        self._make_room()

    def _make_room(self) -> None:
        if len(self.queue) >= self._ceiling:
            self._drop_down_to(self._ceiling // 2)

    def _drop_down_to(self, runs: int) -> None:
        dropped = 0
        while len(self.queue) > runs and self._source.drop():
            dropped += 1
        self._pipeline.dropped(self._source.layout, dropped)
