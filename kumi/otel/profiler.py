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
from kumi.otel.notes import Notes
from kumi.otel.pipeline import Pipeline
from kumi.otel.processors import DrainHook
from kumi.otel.route import Router
from kumi.otel.sender import Sender
from kumi.spans.recorder import Identity

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
        self._notes = Notes()
        self._pipeline = Pipeline(settings, self._refresh, self._tend)
        self._router = Router(
            off=settings.traces == "off",
            given=provider,
            exporters=exporters,
            hook=DrainHook(self.drain, self._provider_closes),
            halted=lambda: self._halted,
        )
        self._ending = Ending(self.close)
        self._route: Route | None = None
        self._senders: list[Sender] = []
        self._begun = self._ready = self._forked = self._halted = self._closed = False

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

    # Beginning.

    def begin(self) -> None:
        """Decide where everything goes, if it is not decided yet; never raises."""
        with hooks.lock():
            if self._begun or hooks.watcher() is not self:
                return
            self._begun = True
            try:
                self._begin()
            except Exception as error:  # noqa: BLE001 - the first run goes on, unprofiled
                trouble("setting up", error)
            self._ready = True
            hooks.install(self)  # every program asks anew for its channel

    def _begin(self) -> None:
        self._take(self._router.decide())
        self._open_file()
        if self._is_idle():
            if self.settings.file is None:
                warn_once(_NOWHERE)
            return
        self.remember_memory("start")
        self._pipeline.start()

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
        if route is None:
            return lambda: self._first(schema)
        everything = self._pipeline.journal is not None
        if route.root is None:
            return admission.asking(route.sampler, route.ids, schema, keep_all=everything)
        return admission.current_context() if everything else admission.if_sampled(root=route.root)

    def _first(self, schema: str) -> Any:
        """The first run: begin, then answer as every later one is answered."""
        self.begin()
        if self._begun and not self._ready:  # a signal's handler, in the middle of that
            self._pipeline.counts.drop(BEGINNING, 1)
            return None
        return None if self._route is None or self._is_idle() else self._admission(schema)()

    def _is_idle(self) -> bool:
        route = self._route
        if route is None:
            return self._begun
        return not route.lanes and self._pipeline.journal is None

    def _rebind(self) -> None:
        """Have every program ask anew for its channel. Under the lock of the hooks."""
        if hooks.watcher() is self:
            hooks.install(self)

    # The route, which changes when the application sets a provider, and after a fork.

    def _take(self, route: Route) -> None:
        for sender in self._senders:
            sender.retire()
        self._route = route
        self._pipeline.identity = lambda: Identity(
            route.resource, route.ids, bool(route.root), route.limits
        )
        self._pipeline.sender = None
        if route.lanes:
            patience = self.settings.block_ms / 2000  # the other half is for the runs that wait
            self._pipeline.sender = Sender(route, self._pipeline.counts, patience)
            self._senders.append(self._pipeline.sender)
        self._ending.register()

    def _refresh(self) -> None:
        """Take a new route where the old one no longer holds."""
        route = self._route
        if route is None or not (self._forked or self._router.is_stale(route)):
            return
        with hooks.lock():
            if self._route is route and not self._closed:
                self._forked = False
                self._take(self._router.decide())
                self._rebind()

    def _provider_closes(self) -> None:
        """The application's provider shuts down: hand over what there is, and use it no more."""
        self.drain(self._exit_seconds())
        with hooks.lock():
            if self._route is not None:
                self._take(replace(self._route, lanes=()))
                self._rebind()

    # Working.

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Hand everything over, and `flush` the exporters; False past `timeout` seconds."""
        timeout = min(timeout, _FOREVER)
        deadline = perf_counter() + timeout
        drained = self._pipeline.drain(timeout)
        sender = self._pipeline.sender
        if sender is None:
            return drained
        return sender.drain(deadline - perf_counter(), flush=flush) and drained

    def remember_memory(self, label: str) -> None:
        """Note how much memory there is in use, where the settings ask for it."""
        if self.settings.memory:
            self._notes.event(measured(label))

    def _tend(self) -> None:
        if self._route is not None:
            self._notes.deliver(self._route, self._pipeline.journal, self._pipeline.sender)

    # Ending.

    def close(self) -> None:
        """Stop watching, and hand everything over within the settings' `exit_ms`."""
        with hooks.lock():  # another profiler may be taking our place
            if hooks.watcher() is self:
                hooks.install(None)
        self._refresh()  # a child that lives for milliseconds has not done so yet
        with hooks.lock():
            closed, self._closed = self._closed, True
        if closed:
            return
        self._ending.forget()
        if self._route is not None:
            self._end(self._route, self._exit_seconds())

    def _exit_seconds(self) -> float:
        return min(self.settings.exit_ms / 1000, _FOREVER)

    def _end(self, route: Route, seconds: float) -> None:
        deadline = perf_counter() + seconds
        if self._pipeline.journal is not None:
            self._pipeline.journal.hurry(seconds)
        self._let_runs_end()
        self.remember_memory("end")
        self._pipeline.drain(max(0.0, deadline - perf_counter()))
        for sender in self._senders:
            sender.retire()
        for sender in self._senders:
            sender.join(deadline - perf_counter())
        self._halted = True
        for sender in self._senders:
            sender.give_up()
        self._pipeline.stop()
        self._router.leave(route)
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
        self._pipeline.sender = None
        self._senders = []
        if self._begun and not self._ready:
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
        else:
            self._begun = False
