"""The profiler: the watcher that `instrument` installs, which opens a channel for each program.

What happens on callers' threads is here and in `owner_calls`; what the owner does with what they
leave, in `owner_work`; how it ends, in `shutdown`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kumi import forks, hooks
from kumi.observations import Level
from kumi.otel import log
from kumi.otel.delivery.processors import DrainHook
from kumi.otel.delivery.route import Router
from kumi.otel.recording import admission
from kumi.otel.recording.endings import Endings
from kumi.otel.recording.native_keep import NativeKeep
from kumi.otel.recording.owner_calls import OwnerCalls
from kumi.otel.recording.owner_work import OwnerWork
from kumi.otel.recording.shutdown import Shutdown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from kumi.ir.program import Program
    from kumi.observations import Phase
    from kumi.otel.recording.channel import ProgramChannel
    from kumi.otel.settings import Settings


_NATIVE = {"native": Level.DECLARATIONS, "native_operations": Level.OPERATIONS}
"""How much of a run is made into real spans, by what `KUMI_PROFILE_TRACES` says."""


class Profiler:
    """Watches every program of the process: see `kumi.protocols.Watcher`.

    The first run has the owner begin, and waits for that no longer than any run may; where it takes
    longer, runs are recorded, and their way decided later. Where nobody would read what is recorded
    programs run as if this were not there.
    """

    def __init__(
        self,
        settings: Settings,
        provider: TracerProvider | None = None,
        exporters: Sequence[SpanExporter] = (),
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self.settings = settings
        self._level = Level.OPERATIONS if settings.ops else Level.DECLARATIONS
        self._endings = Endings(self)
        router = Router(
            off=settings.traces == "off",
            native=_NATIVE.get(settings.traces),
            most_spans=settings.max_spans,
            given=provider,
            exporters=exporters,
            hook=DrainHook(self.drain, self._provider_closes),
            halted=lambda: self._work.is_halted,
        )
        self._work = OwnerWork(
            settings,
            router,
            meter_provider,
            hear_of_ends=self._endings.register,
            admit_anew=self._attach_all,
        )
        self._calls = OwnerCalls(self._work, settings)
        self._shutdown = Shutdown(self._work, self._calls, self._endings, settings.exit_ms / 1000)

    def installed(self) -> None:
        """Hear of ends and of forks, now that this is the profiler of the process."""
        self._endings.register()
        forks.tell(self)

    def forked(self) -> None:
        """Begin anew in a child, which leaves to its parent what the parent recorded."""
        self._work.forget()
        self._work.pauses.forked()
        if not self._shutdown.is_closed:
            self._work.start_over()
            self._calls.start_over()
            self._endings.after_fork()
            self._attach_all()
            self._work.rest()

    # What the hooks call.

    def open(self, program: Program) -> ProgramChannel | None:
        """The channel of a program, or None where nobody would read it."""
        if self._shutdown.is_closed or self._work.is_idle:
            return None
        try:
            channel = self._work.channels.open(program, self._level, self._calls)
            self._attach(channel)
        except Exception as error:  # noqa: BLE001 - this is inside of somebody's compile
            said = partial(log.trouble, f"preparing to record {program.schema}", error)
            self._work.owner.tell(said)
            return None
        return channel

    def phase_ended(self, phase: Phase) -> None:
        """Keep a phase for the owner; until the first run, where there was none yet."""
        self._work.pending.add_phase(phase, admission.current_context()())
        if not self._work.has_begun or self._work.is_idle:
            return
        if self._work.pending.are_half_full():
            self._work.owner.hurry()
        else:
            self._calls.wake()

    # What a run asks before it is recorded.

    def _attach_all(self) -> None:
        for channel in self._work.channels.all():
            self._attach(channel)

    def _attach(self, channel: ProgramChannel) -> None:
        """Have a channel's runs ask what the route wants them to."""
        channel.admit_by(self._admission(channel.run_queue.layout.program.schema))
        channel.trim_below(self._least())
        channel.keep_by(self._native_keep(channel))
        if self._calls.streams:
            channel.rest()

    def _admission(self, schema: str) -> Callable[[], Any]:
        outputs = self._work.outputs
        if self._work.is_idle:
            return self._be_off
        if outputs.route is None or not self._work.has_begun:
            return partial(self._first, schema)
        return admission.by(outputs.route, schema, keep_all=outputs.want_all())

    def _least(self) -> float | None:
        """Seconds: of shorter runs nobody asks for more than the two ends.

        Metrics ask for all operations; and so do spans that callers make, and what may turn out to.
        """
        least, outputs = self._work.rules.least, self._work.outputs
        if least is None or (self._work.has_begun and outputs.ends_are_enough()):
            return least
        return 0.0

    def _native_keep(self, channel: ProgramChannel) -> NativeKeep | None:
        """What keeps the runs of a channel whose spans the application's tracer makes."""
        work = self._work
        route = work.outputs.route if work.has_begun and not work.is_idle else None
        if route is None or route.native is None:
            return None
        return NativeKeep(route.native, channel.run_queue, work.rules, values=self.settings.values)

    def _first(self, schema: str) -> Any:
        """The first run has the owner begin, and then is admitted as every later one is."""
        self._calls.ask_unless_stuck(self._work.see_to_the_route)
        if not self._work.has_begun:
            return admission.current_context()()
        return self._admission(schema)()

    def _be_off(self) -> None:
        """Nobody reads this run, nor the next: have every program run as if we were not here."""
        with hooks.lock():
            if hooks.watcher() is self:
                hooks.install(self)  # every program asks anew for its channel, and gets none

    # What the user asks for.

    def begin(self) -> None:
        """Have the owner begin, if it has not begun yet."""
        if not self._work.has_begun and hooks.watcher() is self:
            self._calls.ask_unless_stuck(self._work.see_to_the_route)

    def configure(self, settings: Settings) -> None:
        """Record by other rules from now on."""
        self.settings = settings
        self._work.keep_by(settings)
        self._attach_all()

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Hand everything over, and `flush` the exporters; False past `timeout` seconds."""
        return self._shutdown.drain(timeout, flush=flush)

    def remember_memory(self, label: str) -> None:
        """Note how much memory there is in use, where the settings ask for it."""
        self._calls.remember_memory(label)

    # What the ends of the process call: see `kumi.otel.recording.endings.Ended`.

    def look_again(self) -> None:
        """Before exit handlers run: a provider that was set meanwhile shuts down in one of them."""
        self._shutdown.look_again()

    def finish(self) -> None:
        """Hand everything over, as at the end; should the process go on, it streams."""
        self._shutdown.finish()

    def close(self) -> None:
        """Stop watching, and hand everything over within the settings' `exit_ms`."""
        with hooks.lock():  # another profiler may be taking our place
            if hooks.watcher() is self:
                hooks.install(None)
        self._shutdown.close()

    def _provider_closes(self) -> None:
        self._shutdown.provider_closes()
