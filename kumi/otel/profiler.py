"""The profiler: the watcher that `instrument` installs, from its settings to its last event.

Callers' threads open channels, append readings and note phases here, and ask the owner where they
have to wait. All else happens on the owner's thread: see `kumi.otel.owner` and
`kumi.otel.delivery`.
"""

from __future__ import annotations

from functools import partial
from math import inf
from threading import Thread, current_thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kumi import forks, hooks
from kumi.letters import visible
from kumi.observations import Level
from kumi.otel import admission, log
from kumi.otel.channel import Channels
from kumi.otel.counts import QUEUE_FULL
from kumi.otel.delivery import Delivery
from kumi.otel.endings import Endings
from kumi.otel.memory import measured
from kumi.otel.notes import Notes
from kumi.otel.owner import GATHER, Owner, answered, left
from kumi.otel.pauses import Pauses
from kumi.otel.processors import DrainHook
from kumi.otel.route import Router
from kumi.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from kumi.ir.program import Program
    from kumi.observations import Phase
    from kumi.otel.channel import Channel, Source
    from kumi.otel.settings import Settings

_GRACE = 0.02
"""Seconds that runs of other threads have to end, where profiling ends before they do."""
_FRAME = 0.1
"""Seconds between two frames of a compressed file that was to be streamed."""
_RESERVE = 0.2
"""The part of the time for the end that is kept for the last line."""
_COMPRESSED = "a compressed file is not streamed run by run, but every 0.1 s: {}"


class Profiler:
    """Watches every program of the process.

    It *begins* with the first run: only then does the owner look for a tracer provider and open the
    file, since the application sets up its own telemetry in the meantime. That run waits for it no
    longer than any may; where it takes longer, runs are recorded, and their way decided later.
    Where there turns out to be nowhere to write to it is *idle*, and programs run as if it were not
    there.
    """

    def __init__(
        self,
        settings: Settings,
        provider: TracerProvider | None = None,
        exporters: Sequence[SpanExporter] = (),
    ) -> None:
        self.settings = settings
        self._router = Router(
            off=settings.traces == "off",
            given=provider,
            exporters=exporters,
            hook=DrainHook(self.drain, self._provider_closes),
            halted=lambda: self._halted,
        )
        self._level = Level.OPERATIONS if settings.ops else Level.DECLARATIONS
        self._channels = Channels()
        self._notes = Notes()
        self._pauses = Pauses()
        self._endings = Endings(self)
        self._start_over()

    def installed(self) -> None:
        """Hear of ends and of forks, now that this is the profiler of the process."""
        self._endings.register()
        forks.tell(self)

    def _start_over(self) -> None:
        """What each process has for itself."""
        gather = _FRAME if self._streams_frames() else GATHER
        self._owner = Owner(self._work, self._lie_down, gather)
        self._delivery = Delivery(self.settings, self._router, self._owner.attend)
        self._begun = self._idle = self._halted = False
        self._closing = self._closed = self._lingers = self._has_ended = False
        self._stuck_at: int | None = None
        self.streams = self.settings.stream and not self._streams_frames()
        self.remember_memory("start")

    def _streams_frames(self) -> bool:
        """Whether each run would be a frame of its own, which is larger than the plain lines."""
        return self.settings.stream and self.settings.is_compressed

    def forked(self) -> None:
        """Begin anew in a child, which leaves to its parent what the parent recorded."""
        self._channels.forget()
        self._notes.clear()
        self._pauses.forked()
        if not self._closed:
            self._start_over()
            self._endings.after_fork()
            self._attach_all()
            self._rest()

    # What the hooks call: see `kumi.protocols.Watcher`.

    def open(self, program: Program) -> Channel | None:
        """The channel of a program, or None where nobody would read it."""
        if self._closed or self._idle:
            return None
        try:
            channel = self._channels.open(program, self._level, self)
            self._attach(channel)
        except Exception as error:  # noqa: BLE001 - this is inside of somebody's compile
            self._owner.tell(partial(log.trouble, f"preparing to record {program.schema}", error))
            return None
        return channel

    def phase_ended(self, phase: Phase) -> None:
        """Keep a phase for the owner; until the first run, where there was none yet."""
        self._notes.phase(phase, admission.current_context()())
        if not self._begun or self._idle:
            return
        if self._notes.are_half_full():
            self._owner.hurry()
        else:
            self._owner.wake()

    # What channels call: see `kumi.otel.channel.Recording`.

    def wake(self) -> None:
        """Have the owner come soon."""
        self._pauses.meet_caller()
        self._owner.wake()

    def hurry(self) -> None:
        """The same, now."""
        self._owner.hurry()

    def stream(self, channel: Channel) -> None:
        """Wait until what is queued is written; make room where nobody comes in time."""
        begin = perf_counter()
        written = self._ask_unless_stuck(partial(self._write_now, channel.source))
        if not written:
            self._owner.hurry()  # it comes for this run as soon as it can
            self._delivery.counts.wait(perf_counter() - begin)
            self._drop_older_half(channel)

    def make_room(self, channel: Channel) -> None:
        """Wait for room: that lets the owner have the interpreter while a caller would spin."""
        begin = perf_counter()
        self._ask_unless_stuck(lambda: self._drain([channel.source]))
        self._delivery.counts.wait(perf_counter() - begin)
        self._drop_older_half(channel)

    def _drop_older_half(self, channel: Channel) -> None:
        """Where there is no room even now; the next runs need not wait."""
        if len(channel.queue) >= channel.ceiling:
            dropped = channel.source.drop_down_to(channel.ceiling // 2)
            spans = dropped * len(channel.source.layout.rows)
            self._delivery.counts.drop_runs(QUEUE_FULL, dropped, spans)

    def _ask_unless_stuck(self, work: Callable[[], object]) -> bool:
        """Ask the owner, for as long as a run may wait; not again until it has done something."""
        if self._stuck_at == self._owner.answered:
            return False
        answer = self._owner.ask(work, self.settings.block_ms / 1000)
        if not answer and not self._owner.is_current():
            self._stuck_at = self._owner.answered
        return bool(answer)

    # On the owner's thread.

    def _work(self) -> bool:
        with self._pauses.working():
            return self._drain(self._channels.sources())

    def _write_now(self, source: Source) -> bool:
        """For a run that waits; after the last line it gets one of its own."""
        is_written = self._drain([source])
        if self._has_ended:
            self._delivery.write_end()
        return is_written

    def _drain(self, sources: Any) -> bool:
        """Hand on what is in `sources`, and what is no run."""
        if self._halted:
            return False
        self._see_to_the_route()
        if self._idle:
            self._channels.forget()
            self._notes.clear()
            return True
        if self._notes.are_waiting() or not self._channels.is_empty():
            if lost := self._notes.lost():
                self._delivery.counts.drop_runs(QUEUE_FULL, 0, lost)
            self._notes.deliver(self._delivery)
            self._delivery.pauses(self._pauses.taken())
            self._delivery.deliver(sources)
        return True

    def _lie_down(self) -> bool:
        """Have the next run wake the owner; whether nothing has come in the meantime."""
        self._rest()
        if self._lingers and not self._channels.all():
            self._write_end()
        is_idle = self._channels.is_empty() and not self._notes.are_waiting()
        return is_idle or self._halted

    def _rest(self) -> None:
        for channel in self._channels.all():
            channel.rest()

    def _see_to_the_route(self) -> bool:
        """True, which is what somebody who asks for it waits for."""
        if not self._begun:
            self._begin()
        elif self._delivery.is_outdated():
            self._take_route(self._delivery.take_route)
        return True

    def _begin(self) -> None:
        try:
            self._take_route(self._delivery.begin)
        except Exception as error:  # noqa: BLE001 - resources and exporters are anybody's code
            log.trouble("setting up", error)
            self._idle = self._delivery.goes_nowhere()
        self._begun = True
        self._attach_all()
        if self._streams_frames():
            log.warn_once(_COMPRESSED.format(visible(str(self.settings.file))))
        if not self._idle:
            self._pauses.begin()

    def _take_route(self, decide: Callable[[], None]) -> None:
        decide()
        self._idle = self._delivery.goes_nowhere()
        self._endings.register()  # again: handlers run last in, first out, ours before a provider's
        self._attach_all()

    def _attach_all(self) -> None:
        for channel in self._channels.all():
            self._attach(channel)

    def _attach(self, channel: Channel) -> None:
        """Have a channel's runs ask what the route wants them to."""
        channel.admit_by(self._admission(channel.source.layout.program.schema))
        if self.streams:
            channel.rest()

    def _admission(self, schema: str) -> Callable[[], Any]:
        """What a run asks before it is recorded."""
        route = self._delivery.route
        if self._idle:
            return self._be_off
        if route is None or not self._begun:
            return partial(self._first, schema)
        return admission.by(route, schema, keep_all=self._delivery.has_file())

    def _first(self, schema: str) -> Any:
        """The first run has the owner begin, and then is admitted as every later one is."""
        self._ask_unless_stuck(self._see_to_the_route)
        if not self._begun:
            return admission.current_context()()
        return self._admission(schema)()

    def _be_off(self) -> None:
        """Nobody reads this run, nor the next: have every program run as if we were not here."""
        with hooks.lock():
            if hooks.watcher() is self:
                hooks.install(self)  # every program asks anew for its channel, and gets none

    def _provider_closes(self) -> None:
        """The application's provider shuts down: hand over what there is, and use it no more."""
        if not self._has_begun():
            return
        self.drain(self._exit_seconds())
        self._owner.ask(self._delivery.close_traces, self._exit_seconds())

    # Asked for by the user.

    def begin(self) -> None:
        """Have the owner begin, if it has not begun yet."""
        if not self._begun and hooks.watcher() is self:
            self._ask_unless_stuck(self._see_to_the_route)

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Hand everything over, and `flush` the exporters; False past `timeout` seconds."""
        if self._closed or (not self._owner.has_started() and self._channels.is_empty()):
            return True
        deadline = perf_counter() + timeout
        hand_over = partial(self._hand_over, deadline if flush else None, current_thread())
        asked = self._owner.ask(hand_over, timeout)
        if asked is None:
            return False
        return all([answered(each, deadline) for each in asked])  # noqa: C419 - wait for each

    def remember_memory(self, label: str) -> None:
        """Note how much memory there is in use, where the settings ask for it."""
        if self.settings.memory:
            self._notes.event(measured(label))
            if self._begun and not self._idle:
                self._owner.wake()

    def _hand_over(self, flush_until: float | None, asker: Thread) -> list[Any]:
        self._drain(self._channels.sources())
        return self._delivery.ask_senders(flush=left(flush_until), asker=asker)

    # Ending.

    def look_again(self) -> None:
        """Before exit handlers run: a provider that was set meanwhile shuts down in one of them."""
        if self._has_begun():
            self._owner.ask(self._see_to_the_route, self._exit_seconds())

    def finish(self) -> None:
        """Hand everything over, as at the end; should the process go on, it streams."""
        if not self._closed and self._has_begun():
            self.streams = True
            self._end(flush=True)

    def close(self) -> None:
        """Stop watching, and hand everything over within the settings' `exit_ms`.

        A run of another thread that ends later is written then, before a last line of its own.
        """
        with hooks.lock():  # another profiler may be taking our place
            if hooks.watcher() is self:
                hooks.install(None)
        if self._closed:
            return
        self.streams = self._closing = True
        if self._has_begun():
            self._let_runs_end()
            self.remember_memory("end")
            self._end()
        self._endings.forget()
        self._pauses.end()
        self._closed = True

    def _let_runs_end(self) -> None:
        """Runs that other threads are in end as they began: give them a moment to."""
        deadline = perf_counter() + _GRACE
        while (seconds := deadline - perf_counter()) > 0:
            closed = Reply()
            self._channels.closed = closed.give
            if not self._channels.all():
                break
            closed.wait(seconds)
        self._channels.closed = self._owner.wake

    def _has_begun(self) -> bool:
        return self._owner.has_started() or not self._channels.is_empty()

    def _exit_seconds(self) -> float:
        return self.settings.exit_ms / 1000

    def _end(self, *, flush: bool = False) -> None:
        """`flush`: also what processors of the application's hold, which nobody else will."""
        deadline = perf_counter() + self._exit_seconds()
        until = deadline - _RESERVE * self._exit_seconds()
        self._delivery.hurry(until - perf_counter())
        asked = self._ask(partial(self._wind_up, until if flush else None), until)
        for each in asked or ():
            answered(each, until)
        if asked is None or not self._ask(self._write_end, deadline):
            self._halted = True
            self._delivery.give_up(self._channels.waiting())
            if self._closing:
                self._owner.tell(self._let_go)
        self._delivery.hurry(inf)  # the process may go on
        log.settle(max(_GRACE, deadline - perf_counter()))

    def _ask(self, work: Callable[[], Any], deadline: float) -> Any:
        """Ask the owner; where no thread can be started, this one does it."""
        if self._owner.can_start():
            return self._owner.ask(work, deadline - perf_counter())
        return work()

    def _wind_up(self, flush_until: float | None) -> list[Any]:
        self._rest()  # every channel streams from now on
        self._drain(self._channels.sources())
        if self._closing:
            self._delivery.close_traces()
        return self._delivery.ask_senders(flush=left(flush_until))

    def _write_end(self) -> bool:
        self._drain(self._channels.sources())
        if not self._idle:
            self._delivery.end()
        self._has_ended = True
        self._lingers = self._closing and self._channels.are_in_use()
        if self._closing and not self._lingers:
            self._let_go()
        return True

    def _let_go(self) -> None:
        """Nobody can write to us any more."""
        self._closing = False
        self._halted = True
        self._delivery.close()
        self._owner.end()
