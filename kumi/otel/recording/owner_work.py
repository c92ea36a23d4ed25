"""What the owner does with what callers leave: it decides, drains, rests, and writes the end.

Everything here but `start_over` runs on the owner's thread; where no thread can be started any
more, on the thread that asks for the end. Others read the flags, and write only `is_closing`.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from kumi.letters import visible
from kumi.otel import log
from kumi.otel.delivery.counts import QUEUE_FULL
from kumi.otel.delivery.keep import Rules
from kumi.otel.delivery.metrics.meters import Meters
from kumi.otel.delivery.outputs import Outputs
from kumi.otel.delivery.stages import Stages
from kumi.otel.owner import GATHER, Owner, left
from kumi.otel.recording.channel_registry import ChannelRegistry
from kumi.otel.recording.pauses import PauseWatch
from kumi.otel.recording.pending_events import PendingEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Thread

    from opentelemetry.metrics import MeterProvider

    from kumi.otel.delivery.route import Router
    from kumi.otel.delivery.run_queue import RunQueue
    from kumi.otel.settings import Settings
    from kumi.reply import Reply

_FRAME = 0.1
"""Seconds between two frames of a compressed file that was to be streamed."""
_COMPRESSED = "a compressed file is not streamed run by run, but every 0.1 s: {}"


class OwnerWork:
    """The owner of a profiler, what callers leave for it, and where it takes that.

    It *begins* with the first run: only then does it look for a tracer provider and open the file,
    since the application sets up its own telemetry in the meantime. Where there turns out to be
    nowhere to write to it is *idle*, and once the end was written, *halted*: nothing is taken any
    more. `hear_of_ends` and `admit_anew` are called when the route was decided.
    """

    def __init__(
        self,
        settings: Settings,
        router: Router,
        meter_provider: MeterProvider | None,
        *,
        hear_of_ends: Callable[[], None],
        admit_anew: Callable[[], None],
    ) -> None:
        self.channels = ChannelRegistry(time_cpu=settings.cpu)
        self.pending = PendingEvents()
        self.pauses = PauseWatch()
        self.streams_frames = settings.stream and settings.is_compressed
        self.settings = settings
        self._router = router
        self._meters = Meters(meter_provider, Owner, self.channels.room)
        self._hear_of_ends = hear_of_ends
        self._admit_anew = admit_anew
        self.channels.admit_one_in(settings.sample)
        self.start_over()

    def start_over(self) -> None:
        """Make what each process has for itself: an owner, its outputs, and the flags."""
        gather = _FRAME if self.streams_frames else GATHER
        self.owner = Owner(self._work, self._try_to_rest, gather, self._seconds_of_rest)
        self.outputs = Outputs(self.settings, self._router, self._meters)
        self._stages = Stages(self.settings, self.outputs, self.owner.attend)
        self.balance = self._stages.balance
        self.outputs.counts.skipped = self.channels.skipped
        self.has_begun = self.is_idle = self.is_halted = False
        self.is_closing = self._lingers = self._has_ended = False

    def keep_by(self, settings: Settings) -> None:
        """Record by the rules of these settings from now on; called on any thread."""
        self.settings = settings
        self._stages.keep_by(Rules(settings))
        self.channels.admit_one_in(settings.sample)

    @property
    def rules(self) -> Rules:
        """The rules that runs are kept by now."""
        return self._stages.rules

    def forget(self) -> None:
        """Empty all that callers have left, as a child does with its parent's."""
        self.channels.forget()
        self.pending.clear()

    # What it does by itself, again and again.

    def _work(self) -> bool:
        with self.pauses.working():
            return self.drain(self.channels.queues())

    def _try_to_rest(self) -> bool:
        """Have the next run wake the owner, and then look whether nothing has come meanwhile."""
        self.rest()
        if self._lingers and not self.channels.all():
            self.write_end()
        is_empty = self.channels.is_empty() and not self.pending.are_waiting()
        return is_empty or self.is_halted

    def rest(self) -> None:
        """Have the next run of each program call; every run, where they are streamed."""
        for channel in self.channels.all():
            channel.rest()

    def _seconds_of_rest(self) -> float | None:
        """The longest that the owner may rest: until summaries are due, where any are waiting."""
        is_over = self.is_halted or self.is_idle
        return None if is_over else self.outputs.traces.seconds_left()

    # What it is asked for by callers.

    def drain(self, queues: Iterable[RunQueue], *, some: bool = False) -> bool:
        """Hand on what is in `queues`, or `some` of it, and what is no run."""
        if self.is_halted:
            return False
        self.see_to_the_route()
        if self.is_idle:
            self.forget()
            return True
        if self.pending.are_waiting() or not self.channels.is_empty():
            self._hand_on_events()
            self._stages.deliver(queues, some=some)
        self.outputs.summaries(perf_counter())
        return True

    def _hand_on_events(self) -> None:
        if lost := self.pending.lost():
            self.outputs.counts.drop_runs(QUEUE_FULL, 0, lost)
        self.pending.deliver(self.outputs)
        self.outputs.pauses(self.pauses.taken())

    def write_now(self, queue: RunQueue) -> bool:
        """For a streamed run, which waits. After the last line it is followed by another one."""
        is_written = self.drain([queue])
        if self._has_ended:
            self.outputs.summaries()
            self.balance.write_end()
        return is_written

    def hand_over(self, flush_until: float | None, asker: Thread) -> list[Reply | None]:
        """Drain everything; the replies of the senders, for `asker` to wait for."""
        self.drain(self.channels.queues())
        return self.outputs.ask_senders(flush=left(flush_until), asker=asker)

    # Where everything goes.

    def see_to_the_route(self) -> bool:
        """True, which is what somebody who asks for it waits for."""
        if not self.has_begun:
            self._begin()
            return True
        if self.outputs.is_route_outdated():
            self._take_route(self.outputs.take_route)
        if self.outputs.is_meter_outdated():
            self._take_route(self.outputs.take_meter)
        return True

    def _begin(self) -> None:
        try:
            self._take_route(self.outputs.begin)
        except Exception as error:  # noqa: BLE001 - resources and exporters are anybody's code
            log.trouble("setting up", error)
            self.is_idle = self.outputs.go_nowhere()
        self.has_begun = True
        self._admit_anew()
        if self.streams_frames:
            log.warn_once(_COMPRESSED.format(visible(str(self.settings.file))))
        if not self.is_idle:
            self.pauses.begin()

    def _take_route(self, decide: Callable[[], None]) -> None:
        decide()
        self.is_idle = self.outputs.go_nowhere()
        self._hear_of_ends()  # again: handlers run last in, first out, ours before a provider's
        self._admit_anew()

    # The end.

    def wind_up(self, flush_until: float | None) -> list[Reply | None]:
        """Drain everything, and from now on stream; the replies of the senders."""
        self.rest()
        self.drain(self.channels.queues())
        if self.is_closing:
            self.outputs.close_traces()
        return self.outputs.ask_senders(flush=left(flush_until))

    def write_end(self) -> bool:
        """Write the last line; where this is for good, let go when nobody can write any more."""
        self.drain(self.channels.queues())
        self.outputs.summaries()
        if not self.is_idle:
            self.balance.end()
        self._has_ended = True
        self._lingers = self.is_closing and self.channels.are_in_use()
        if self.is_closing and not self._lingers:
            self.let_go()
        return True

    def let_go(self) -> None:
        """Nobody can write to us any more."""
        self.is_closing = False
        self.is_halted = True
        self.outputs.close()
        self.owner.end()

    def give_up(self) -> None:
        """Count in the place of the stuck owner, on the thread that waited for it."""
        self.is_halted = True
        self.balance.give_up(self.channels.waiting())
        if self.is_closing:
            self.owner.tell(self.let_go)
