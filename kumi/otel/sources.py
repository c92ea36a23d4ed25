"""The channels that are open, and what is in their queues."""

from __future__ import annotations

import threading
import weakref
from itertools import count
from typing import TYPE_CHECKING, Any

from kumi.hooks import FailedRun
from kumi.otel.channel import Channel
from kumi.spans.layout import Layout, layout
from kumi.spans.recorder import runs_per_block

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator

    from kumi.hooks import Level
    from kumi.ir.program import Program
    from kumi.otel.channel import Drain, Item

Batch = list[tuple[bytes, Any]] | FailedRun
_keys = count(1)


class Source:
    """One program's layout and queue, which outlive the channel until all is drained."""

    __slots__ = ("channel", "layout", "queue")

    def __init__(self, channel: Channel) -> None:
        self.layout: Layout = channel.layout
        self.queue: deque[Item] = channel.queue
        self.channel = weakref.ref(channel)

    def batches(self) -> Iterator[Batch]:
        """What is in the queue by now, in its order: runs by the blockful, each failure alone."""
        most, left = runs_per_block(self.layout), len(self.queue)
        runs: list[tuple[bytes, Any]] = []
        while left > 0 and (item := _take(self.queue)):
            left -= 1
            if isinstance(item[0], FailedRun):
                if runs:
                    yield runs
                yield item[0]
                runs = []
            else:
                runs.append((item[0], item[1]))
            if len(runs) == most:
                yield runs
                runs = []
        if runs:
            yield runs


class Sources:
    """Every program that is recorded, or was and is not drained yet."""

    def __init__(self) -> None:
        self._by_program: dict[tuple[int, Level], Source] = {}
        self.renew()

    def renew(self) -> None:
        """A forked child leaves to its parent what the parent recorded."""
        self._lock = threading.RLock()
        for source in self._by_program.values():
            source.queue.clear()

    def open(
        self, program: Program, level: Level, pipeline: Drain, admit: Callable[[], Any]
    ) -> Channel:
        """The channel of a program: the one that is open, or a new one. It uses `admit`."""
        with self._lock:
            source = self._by_program.get((id(program), level))
            channel = source.channel() if source else None
            if channel is None:
                described = source.layout if source else layout(program, level, f"{next(_keys):x}")
                channel = Channel(described, pipeline, admit)
                self._add(source, channel)
            channel.admit = admit
            return channel

    def _add(self, drained: Source | None, channel: Channel) -> None:
        """Keep the channel's queue; with it what is left in that of its predecessor."""
        while drained is not None and (item := _take(drained.queue)):
            channel.queue.append(item)
        self._by_program[id(channel.layout.program), channel.layout.level] = Source(channel)

    def all(self) -> list[Source]:
        """The sources; those that nobody will write to any more are forgotten once they are empty.

        A layout holds its program, so the id of a program in use is nobody else's.
        """
        with self._lock:
            for key, source in list(self._by_program.items()):
                if not source.queue and source.channel() is None:
                    del self._by_program[key]
            return list(self._by_program.values())


def _take(queue: deque[Item]) -> Item | None:
    try:
        return queue.popleft()
    except IndexError:  # a caller without room dropped it
        return None
