"""Which channels there are: each belongs to the functions of a program, and goes with the last."""

from __future__ import annotations

import weakref
from collections import deque
from typing import TYPE_CHECKING

from kumi.otel.delivery.run_queue import RunQueue
from kumi.otel.recording.channel import ProgramChannel
from kumi.otel.recording.one_in import OneIn
from kumi.spans.layout import layout, program_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kumi.ir.program import Program
    from kumi.observations import Level
    from kumi.otel.recording.channel import Recording


class ChannelRegistry:
    """Every channel that somebody may still write to, and what closed ones have left.

    Channels belong to the functions that use them. When the last of these is gone, also the one of
    a run in flight, what its queue holds goes to `_left`.
    """

    def __init__(self, *, time_cpu: bool = False) -> None:
        self._time_cpu = time_cpu
        self._open: weakref.WeakValueDictionary[tuple[int, Level], ProgramChannel]
        self._open = weakref.WeakValueDictionary()
        self._left: deque[RunQueue] = deque()
        self._every = 1
        self._skipped_before: deque[int] = deque()
        self.closed: Callable[[], object] = _nothing
        """Called when the last function of a channel is gone, on whichever thread."""

    def open(self, program: Program, level: Level, recording: Recording) -> ProgramChannel:
        """The channel of a program: the one that is open, or a new one.

        A layout holds its program, so the id of one with a channel is nobody else's.
        """
        key = id(program), level
        channel = self._open.get(key)
        if channel is None:
            laid_out = layout(program, level, program_key(program), times_cpu=self._time_cpu)
            queue = RunQueue(laid_out)
            made = ProgramChannel(queue, recording, self._close, OneIn(self._every))
            channel = self._open.setdefault(key, made)
        return channel

    def admit_one_in(self, every: int) -> None:
        """Begin anew to count which runs are recorded: one in `every`."""
        self._every = every
        for channel in self.all():
            self._skipped_before.append(channel.one_in.skipped())
            channel.one_in = OneIn(every)

    def skipped(self) -> int:
        """How many runs were not recorded, since it was not their turn."""
        return sum(self._skipped_before) + sum([each.one_in.skipped() for each in self.all()])

    def all(self) -> list[ProgramChannel]:
        """The open ones, of a copy that is made in one step: callers open more meanwhile."""
        opened = [reference() for reference in self._open.valuerefs()]
        return [channel for channel in opened if channel is not None]

    def queues(self) -> Iterator[RunQueue]:
        """Where runs may wait: what is left of closed channels comes first.

        It stays there until it is taken: whoever asks amid that for the end must find it, too.
        """
        while self._left and not self._left[0].queue:
            self._left.popleft()
        yield from list(self._left)
        for channel in self.all():
            channel.has_room()
            yield channel.run_queue

    def waiting(self) -> Iterator[RunQueue]:
        """The queues in which runs wait."""
        queues = [channel.run_queue for channel in self.all()]  # first: one that closes now is left
        if self._left:
            queues = list({*queues, *self._left})
        return (queue for queue in queues if queue.waiting)

    def room(self) -> tuple[int, int]:
        """The spans of the runs that wait, and those for which there is room in all; any thread."""
        waiting = sum(each.waiting * len(each.layout.rows) for each in self.waiting())
        rows = [(channel.ceiling, channel.run_queue.layout.rows) for channel in self.all()]
        return waiting, sum(ceiling * len(of_run) for ceiling, of_run in rows)

    def are_in_use(self) -> bool:
        """Whether somebody may still write to one, or has written to one that closed just now."""
        return bool(self.all()) or not self.is_empty()

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return next(self.waiting(), None) is None

    def forget(self) -> None:
        """Empty all queues, as a child does with what its parent recorded."""
        for queue in self.waiting():
            queue.queue.clear()
            queue.hand.clear()
        self._left.clear()
        self.admit_one_in(self._every)
        self._skipped_before.clear()

    def _close(self, channel: ProgramChannel) -> None:
        if skipped := channel.one_in.skipped():
            self._skipped_before.append(skipped)
        if channel.queue:
            self._left.append(channel.run_queue)
        self.closed()


def _nothing() -> None:
    """Nobody waits for a channel to be closed."""
