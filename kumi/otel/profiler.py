"""The profiler: the watcher that `instrument` installs, from its settings to its last event."""

from __future__ import annotations

from dataclasses import replace
from threading import active_count
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from kumi import hooks
from kumi.hooks import Level
from kumi.otel import admission
from kumi.otel.ending import Ending
from kumi.otel.imports import imports_under_way
from kumi.otel.journal import journal_of
from kumi.otel.log import trouble, warn_once
from kumi.otel.memory import measured
from kumi.otel.notes import AT_ONCE, Notes
from kumi.otel.pipeline import LATE, Pipeline
from kumi.otel.processors import DrainHook
from kumi.otel.route import Router
from kumi.otel.sender import Senders
from kumi.spans.recorder import Identity
from kumi.turn import Turn
from kumi_exporters.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from kumi.hooks import Channel, Phase
    from kumi.ir.program import Program
    from kumi.otel.route import Route
    from kumi.otel.settings import Settings

BEGINNING = "beginning"

_PATIENCE = 5.0  # seconds that a run waits at least for the thread that begins
_GRACE = 0.02
_STEP = 0.001
_FOREVER = 1e9  # seconds; locks refuse to be waited for much longer
_NOWHERE = (
    "Profiling is on, but there is neither a file (KUMI_PROFILE_FILE) nor a destination of "
    "traces (a tracer provider, or OTEL_EXPORTER_OTLP_ENDPOINT): nothing is profiled"
)


class Profiler:
    """Watches every program of the process.

    It *begins* with the first run: only then does it look for a tracer provider and open the file,
    since the application sets up its own telemetry in the meantime. Where there is nowhere to
    write to it is *idle*, and programs run as if it were not there.
    """

    def __init__(
        self,
        settings: Settings,
        provider: TracerProvider | None = None,
        exporters: Sequence[SpanExporter] = (),
    ) -> None:
        self.settings = settings
        self._level = Level.OPERATIONS if settings.ops else Level.DECLARATIONS
        self._pipeline = Pipeline(settings, self._refresh, self._tend)
        self._notes = Notes(self._pipeline.counts.drop)
        self._router = Router(
            off=settings.traces == "off",
            given=provider,
            exporters=exporters,
            hook=DrainHook(self.drain, self._provider_closes),
            halted=lambda: self._halted,
        )
        self._ending = Ending(self.close)
        self._route: Route | None = None
        self._all_senders: list[Senders] = []
        self._turn = Turn()
        self._begun = self._forked = self._halted = self._closed = False

    # What the hooks call: see `kumi.hooks.Watcher`.

    def open(self, program: Program) -> Channel | None:
        """The channel of a program, or None where nobody would read it."""
        if self._closed or self._is_idle():
            return None
        try:
            admit = self._admission(program.schema)
            return self._pipeline.sources.open(program, self._level, self._pipeline, admit)
        except Exception as error:  # noqa: BLE001 - this is inside of somebody's compile
            trouble(f"preparing to record {program.schema}", error)
            return None

    def phase_ended(self, phase: Phase) -> None:
        """Keep a phase until the next drain; until the first run, where there was none yet."""
        self._notes.phase(phase, admission.current_context()())
        if self._notes.is_half_full() and self._begun and not self._is_idle():
            self._pipeline.wake()

    # Beginning.

    def begin(self) -> bool:
        """Decide where everything goes, if it is not decided yet; never raises.

        False in the middle of that, and where another thread takes too long over it.
        """
        if self._begun or hooks.watcher() is not self:
            return True
        with quiet:
            return self._turn.run(self._begin, max(_PATIENCE, self.settings.block_ms / 1000))

    def _begin(self) -> None:
        if self._begun:
            return
        try:
            self._set_up()
        except Exception as error:  # noqa: BLE001 - the first run goes on, unprofiled
            trouble("setting up", error)
        with hooks.lock():
            self._begun, closed = True, self._closed
            self._rebind()  # every program asks anew for its channel
        if closed:  # meanwhile
            self._end()
        elif not self._is_idle():
            self._pipeline.start()

    def _set_up(self) -> None:
        self._take(self._router.decide())
        self._open_file()
        if not self._goes_nowhere():
            self.remember_memory("start")
        elif self.settings.file is None:
            warn_once(_NOWHERE)

    def _open_file(self) -> None:
        if self.settings.file is not None:
            self._pipeline.journal = journal_of(
                self.settings.file, self.settings, self._resource, self._pipeline.counts
            )

    def _resource(self) -> Resource:
        assert self._route is not None  # noqa: S101 - the file is opened after the route is chosen
        return self._route.resource

    def _admission(self, schema: str) -> Callable[[], Any]:
        """What a run asks before it is recorded."""
        route = self._route
        if route is None or not self._begun:
            return lambda: self._first(schema)
        everything = self._pipeline.journal is not None
        if route.root is None:
            return admission.asking(route.sampler, route.ids, schema, keep_all=everything)
        return admission.current_context() if everything else admission.if_sampled(root=route.root)

    def _first(self, schema: str) -> Any:
        """The first run: begin, then answer as every later one is answered."""
        if not self.begin():
            self._pipeline.counts.drop(BEGINNING, 1)
            return None
        return None if self._goes_nowhere() or not self._begun else self._admission(schema)()

    def _is_idle(self) -> bool:
        return self._begun and self._goes_nowhere()

    def _goes_nowhere(self) -> bool:
        route = self._route
        return route is None or (not route.lanes and self._pipeline.journal is None)

    def _rebind(self) -> None:
        """Have every program ask anew for its channel. Under the lock of the hooks."""
        if hooks.watcher() is self:
            hooks.install(self)

    # The route, which changes when the application sets a provider, and after a fork.

    def _take(self, route: Route) -> None:
        for senders in self._all_senders:
            senders.retire()
        self._route = route
        self._pipeline.identity = lambda: Identity(
            route.resource, route.ids, bool(route.root), route.limits
        )
        self._pipeline.senders = None
        if route.lanes:
            patience = self.settings.block_ms / 2000  # the other half is for the runs that wait
            self._pipeline.senders = Senders(route, self._pipeline.counts, patience)
            self._all_senders.append(self._pipeline.senders)
        self._ending.register()

    def _refresh(self, timeout: float) -> bool:
        """Take a new route where the old one no longer holds; False where that takes too long."""
        return not self._is_outdated() or self._turn.run(self._reroute, timeout)

    def _is_outdated(self) -> bool:
        route = self._route if self._begun else None
        return route is not None and (self._forked or self._router.is_stale(route))

    def _reroute(self) -> None:
        if self._is_outdated() and not self._closed:
            self._change(self._router.decide())
            self._forked = False

    def _change(self, route: Route) -> None:
        self._take(route)
        with hooks.lock():
            self._rebind()

    def _provider_closes(self) -> None:
        """The application's provider shuts down: hand over what there is, and use it no more."""
        self.drain(self._exit_seconds())
        self._turn.run(self._use_no_lanes, self._exit_seconds())

    def _use_no_lanes(self) -> None:
        if self._route is not None:
            self._change(replace(self._route, lanes=()))

    # Working.

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Hand everything over, and `flush` the exporters; False past `timeout` seconds."""
        if self._halted:
            return True
        timeout = max(0.0, min(timeout, _FOREVER))
        deadline = perf_counter() + timeout
        drained = self._pipeline.drain(timeout)
        senders = self._pipeline.senders
        if senders is None:
            return drained
        return senders.drain(deadline - perf_counter(), flush=flush) and drained

    def remember_memory(self, label: str) -> None:
        """Note how much memory there is in use, where the settings ask for it."""
        if self.settings.memory:
            self._notes.event(measured(label))

    def _tend(self) -> None:
        if self._route is None or not self._begun:
            return
        for _ in range(0, len(self._notes), AT_ONCE):  # there may come more without end
            if self._halted:
                return
            self._notes.deliver(self._route, self._pipeline.journal, self._pipeline.senders)

    # Ending.

    def close(self) -> None:
        """Stop watching, and hand everything over within the settings' `exit_ms`."""
        with hooks.lock():  # another profiler may be taking our place
            if hooks.watcher() is self:
                hooks.install(None)
        self._turn.run(self._reroute, self._exit_seconds())  # a child may live for milliseconds
        with hooks.lock():
            closed, self._closed = self._closed, True
            begun = self._begun  # if not, whoever is at it ends it as well
        if begun and not closed:
            self._end()

    def _exit_seconds(self) -> float:
        return min(self.settings.exit_ms / 1000, _FOREVER)

    def _end(self) -> None:
        self._ending.forget()
        deadline = perf_counter() + self._exit_seconds()
        if self._pipeline.journal is not None:
            self._pipeline.journal.hurry(self._exit_seconds())
        self._let_runs_end()
        self.remember_memory("end")
        self._pipeline.drain(max(0.0, deadline - perf_counter()))
        for senders in self._all_senders:
            senders.retire()
        for senders in self._all_senders:
            senders.join(deadline - perf_counter())
        self._halted = True
        for senders in self._all_senders:
            senders.give_up()
        self._pipeline.stop(max(_GRACE, deadline - perf_counter()))
        self._pipeline.join(deadline - perf_counter())
        self._pipeline.counts.drop(LATE, len(self._notes))
        if self._route is not None:
            self._router.leave(self._route)
        journal, self._pipeline.journal = self._pipeline.journal, None
        if journal is not None:
            journal.close()

    def _let_runs_end(self) -> None:
        """Runs that other threads are in end as they began: give them a moment to."""
        deadline = perf_counter() + _GRACE
        while active_count() > 1 and self._pipeline.sources.in_use() and perf_counter() < deadline:
            sleep(_STEP)

    def after_fork(self) -> None:
        """Begin anew in a forked child, which leaves what was recorded to its parent."""
        self._notes.clear()
        self._pipeline.renew()
        self._pipeline.senders = None
        self._all_senders = []
        if self._turn.forked() and not self._begun:
            self._start_over()
            return
        self._forked = True
        if self._pipeline.journal is not None:
            self._pipeline.journal.renew()
        if self._route is not None and not self._is_idle() and not self._closed:
            self._pipeline.start()
            self._ending.after_fork()

    def _start_over(self) -> None:
        """The parent's thread that was beginning is not here: the next run begins in its place.

        Not where some thread was importing: here that import would be waited for without end.
        """
        self._route = self._pipeline.journal = None
        if imports_under_way():
            warn_once("profiling was just beginning when this process was forked: it is unprofiled")
            self._begun = True
