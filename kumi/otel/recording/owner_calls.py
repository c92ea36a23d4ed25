"""What callers want of the owner: that it come, now or soon; some wait for it, never for long."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from kumi.otel.delivery.counts import QUEUE_FULL
from kumi.otel.recording.memory import measured

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.otel.recording.channel import ProgramChannel
    from kumi.otel.recording.owner_work import OwnerWork
    from kumi.otel.settings import Settings


class OwnerCalls:
    """What channels call: see `kumi.otel.recording.channel.Recording`.

    No run waits longer than the settings' `block_ms`; and for an owner that is stuck (in code of
    somebody else's: an id generator, a sampler) only one does. With 100 ms:

        run 1   asks, waits 100 ms in vain, and remembers how many answers the owner had given: 7
        run 2   the owner has still given 7: it does not ask
        run 3   the owner has given 8, so it works again: this run asks, and waits
    """

    def __init__(self, work: OwnerWork, settings: Settings) -> None:
        self._work = work
        self._settings = settings
        self.start_over()

    def start_over(self) -> None:
        """Begin anew in a child: its owner is not stuck, and streams as the settings say."""
        self._stuck_at: int | None = None
        self.streams = self._settings.stream and not self._work.streams_frames
        self.remember_memory("start")

    def wake(self) -> None:
        """Have the owner come soon."""
        self._work.pauses.meet_caller()
        self._work.owner.wake()

    def hurry(self) -> None:
        """Have the owner come now."""
        self._work.owner.hurry()

    def stream(self, channel: ProgramChannel) -> None:
        """Wait until what is queued is written; make room where nobody comes in time."""
        begin = perf_counter()
        written = self.ask_unless_stuck(partial(self._work.write_now, channel.run_queue))
        if not written:
            self.hurry()  # it comes for this run as soon as it can
            self._count_wait(begin)
            self._drop_older_half(channel)

    def make_room(self, channel: ProgramChannel) -> None:
        """Wait for room: that lets the owner have the interpreter while a caller would spin.

        Not until all that waits is written: a busy machine may take longer than a run waits. What
        the owner takes at a time may be filled by other threads before this one goes on; then it
        asks again, as long as it may wait.
        """
        begin = perf_counter()
        end = begin + self._settings.block_ms / 1000
        while len(channel.queue) >= channel.ceiling:
            some = partial(self._work.drain, [channel.run_queue], some=True)
            if not self.ask_unless_stuck(some, until=end):
                break
        self._count_wait(begin)
        self._drop_older_half(channel)

    def ask_unless_stuck(self, work: Callable[[], object], until: float | None = None) -> bool:
        """Ask the owner, for as long as a run may wait; not again until it has done something.

        Or no longer than `until`, a reading of the clock.
        """
        owner = self._work.owner
        if self._stuck_at == owner.answered:
            return False
        patience = self._settings.block_ms / 1000
        answer = owner.ask(work, patience if until is None else max(0.0, until - perf_counter()))
        if not answer and not owner.is_current():
            self._stuck_at = owner.answered
        return bool(answer)

    def remember_memory(self, label: str) -> None:
        """Note how much memory there is in use, where the settings ask for it."""
        if self._settings.memory:
            self._work.pending.add(measured(label))
            if self._work.has_begun and not self._work.is_idle:
                self._work.owner.wake()

    def _count_wait(self, begin: float) -> None:
        self._work.outputs.counts.wait(perf_counter() - begin)

    def _drop_older_half(self, channel: ProgramChannel) -> None:
        """Where there is no room even now; the next runs need not wait."""
        if len(channel.queue) >= channel.ceiling:
            dropped = channel.run_queue.drop_down_to(channel.ceiling // 2)
            spans = dropped * len(channel.run_queue.layout.rows)
            self._work.outputs.counts.drop_runs(QUEUE_FULL, dropped, spans)
