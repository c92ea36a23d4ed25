"""The sources of all programs, and the channels that lead into them."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from kumi.otel.channel import Channel
from kumi.otel.log import logger
from kumi.otel.source import Source
from kumi.spans.layout import layout, program_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.hooks import Level
    from kumi.ir.program import Program
    from kumi.otel.channel import Drain


class Sources:
    """Every program that is recorded, or was and is not drained yet.

    Channels belong to the functions that use them; sources stay until they are empty.
    """

    def __init__(self) -> None:
        self._by_program: dict[tuple[int, Level], Source] = {}
        self._channels: weakref.WeakValueDictionary[Source, Channel] = weakref.WeakValueDictionary()
        self.renew()

    def renew(self) -> None:
        """A forked child leaves to its parent what the parent recorded."""
        self._lock = threading.RLock()
        self._opening = 0
        for source in self._by_program.values():
            source.clear()

    def open(
        self, program: Program, level: Level, pipeline: Drain, admit: Callable[[], Any]
    ) -> Channel:
        """The channel of a program: the one that is open, or a new one. It uses `admit`.

        A layout holds its program, so the id of one with a source is nobody else's.
        """
        with self._lock:
            self._opening += 1
            try:
                channel = self._channel(self._source(program, level), pipeline, admit)
            finally:
                self._opening -= 1
            channel.admit = admit
            return channel

    def in_use(self) -> bool:
        """Whether somebody may still keep readings: a run in flight, for one."""
        return bool(self._channels)

    def all(self) -> list[Source]:
        """The sources; those that are empty, and that nobody will write to, are forgotten.

        Waits for nobody: who is opening a channel may have been interrupted by a signal whose
        handler waits for the drain that asks here.
        """
        if self._lock.acquire(blocking=False):
            try:
                self._forget_unused()
            finally:
                self._lock.release()
        return list(self._by_program.values())

    def close(self) -> None:
        """Nothing takes runs from the queues any more: those that still end are told of.

        A run in flight ends as it began, and its function lets go of the channel then.
        """
        for source in list(self._by_program.values()):
            channel = self._channels.get(source)
            if channel is None:
                _tell_of_late_runs(source)
            else:
                weakref.finalize(channel, _tell_of_late_runs, source).atexit = False

    def _source(self, program: Program, level: Level) -> Source:
        key = id(program), level
        source = self._by_program.get(key)
        if source is None:  # a signal handler may be first even now
            new = Source(layout(program, level, program_key(program)))
            source = self._by_program.setdefault(key, new)
        return source

    def _channel(self, source: Source, pipeline: Drain, admit: Callable[[], Any]) -> Channel:
        channel = self._channels.get(source)
        if channel is None:
            channel = self._channels[source] = Channel(source, pipeline, admit)
        return channel

    def _forget_unused(self) -> None:
        if self._opening:  # interrupted between a source and its channel
            return
        for key, source in list(self._by_program.items()):
            # In this order: who lets go of the channel in between may have kept a run before.
            if source not in self._channels and source.is_empty():
                del self._by_program[key]


def _tell_of_late_runs(source: Source) -> None:
    if source.queue:
        runs, schema = len(source.queue), source.layout.program.schema
        logger.warning(
            "not in the profile: %d of %s, still running when profiling ended", runs, schema
        )
