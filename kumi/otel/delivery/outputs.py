"""Where everything goes: the event log, a sender for each exporter of the route, and metrics."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from kumi.otel.delivery.counts import Counts, Sent
from kumi.otel.delivery.event_log import open_event_log
from kumi.otel.delivery.lanes.native import NativeLane
from kumi.otel.delivery.sender import Sender
from kumi.otel.delivery.to_traces import ToTraces
from kumi.otel.log import trouble, warn_once
from kumi.spans.identify import Identity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Thread

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.otel.delivery.event_log import EventLog
    from kumi.otel.delivery.fold import Folded
    from kumi.otel.delivery.metrics.metering import Metering
    from kumi.otel.delivery.metrics.meters import Meters
    from kumi.otel.delivery.route import Route, Router
    from kumi.otel.settings import Settings
    from kumi.reply import Reply
    from kumi.spans.block import Block
    from kumi.spans.events import Event

_NOWHERE = (
    "Profiling is on, but there is neither a file (KUMI_PROFILE_FILE) nor a destination of "
    "traces (a tracer provider, or OTEL_EXPORTER_OTLP_ENDPOINT) nor a meter provider: "
    "nothing is profiled"
)


class Way(NamedTuple):
    """Where traces go: what messages call it, what is wrong there, and what became of spans."""

    name: str
    trouble: str
    figures: Sent


class Outputs:
    """The route, the event log, the senders, what counts for metrics, and what gets to them all.

    Where the application's own tracer makes the spans a sender has nothing to do but to flush.
    `is_given_up` says that somebody else has written the last line in the place of a stuck owner:
    what that still brings is counted already, and goes nowhere. Called on the owner's thread, but
    for `hurry`.
    """

    def __init__(self, settings: Settings, router: Router, meters: Meters) -> None:
        self.counts = Counts()
        self.route: Route | None = None
        self.event_log: EventLog | None = None
        self.senders: tuple[Sender, ...] = ()
        self.metering: Metering | None = None
        self.traces = ToTraces(settings.max_spans)
        self.is_given_up = False
        self._settings = settings
        self._router = router
        self._meters = meters
        self._retired: list[Sender] = []
        self._flushers: tuple[Sender, ...] = ()

    # What there is.

    def begin(self) -> None:
        """Decide the route, open the file, and see who wants metrics."""
        self.take_route()
        self.take_meter()
        if self._settings.file is not None:
            self.event_log = open_event_log(
                self._settings.file, self._settings, self._resource, self.counts
            )
        if self._settings.file is None and self.go_nowhere():
            warn_once(_NOWHERE)

    def is_route_outdated(self) -> bool:
        """Whether the application has changed its tracer provider since the route was decided."""
        return self.route is not None and self._router.is_stale(self.route)

    def is_meter_outdated(self) -> bool:
        """Whether the application has set its meter provider since that was looked for."""
        return self._meters.are_stale()

    def take_route(self) -> None:
        """Decide the route as things are now; what was handed over goes the old way."""
        try:
            route = self._router.decide()
        except Exception as error:  # noqa: BLE001 - resources and exporters are anybody's code
            trouble("finding out where traces go", error)
            route = self._router.nowhere()
        self.close_traces()
        self._retired += [*self.senders, *self._flushers]
        self.route = route
        # A run that waits may find the owner amid one delivery, and then has it make another: half
        # of its time together. The other half is for the work itself.
        patience = self._settings.block_ms / 1000 / 4
        self.senders = tuple([Sender(lane, patience, own=route.own) for lane in route.lanes])
        self._flushers = (Sender(route.native, patience, own=False),) if route.native else ()
        if self.metering is not None:
            self.metering.watch(self.senders)

    def take_meter(self) -> None:
        """Count for the meter provider that there is now."""
        if self.metering is not None:
            self.metering.close()
        self.metering = self._meters.metering()
        if self.metering is not None:
            self.metering.watch(self.senders)

    def go_nowhere(self) -> bool:
        """Whether nobody would read what is recorded."""
        return self.metering is None and not self.want_spans()

    def want_spans(self) -> bool:
        """Whether anybody wants more of runs than to count them."""
        if self.event_log is not None:
            return True
        return self.route is not None and bool(self.route.lanes or self.route.native)

    def want_all(self) -> bool:
        """Whether anybody wants what is not sampled as well."""
        return self.event_log is not None or self.metering is not None

    def all_senders(self) -> list[Sender]:
        """The senders of the route, and those of earlier ones, which may still have something."""
        return [*self._retired, *self.senders, *self._flushers]

    def destinations(self) -> list[Way]:
        """Wherever traces have gone to, for figures and messages."""
        return [
            Way(lane.name, lane.trouble, lane.figures if isinstance(lane, NativeLane) else figures)
            for lane, figures in [(each.lane, each.figures) for each in self.all_senders()]
        ]

    def identity(self) -> Identity:
        """What the route lends to spans, as things are now."""
        route = self.route
        assert route is not None  # noqa: S101 - decided before anything is taken
        return Identity(route.resource, route.ids, bool(route.root), route.limits)

    def _resource(self) -> Any:
        assert self.route is not None  # noqa: S101 - the route is decided before the file is opened
        return self.route.resource

    # What is no run.

    def events(self, events: Sequence[Event]) -> None:
        """Events for the file."""
        if self.event_log is not None and events and not self.is_given_up:
            self.event_log.events(events)

    def pauses(self, events: Sequence[Event]) -> None:
        """Pauses for the file."""
        if self.event_log is not None and events and not self.is_given_up:
            self.event_log.pauses(events)

    def spans(self, spans: Sequence[ReadableSpan]) -> None:
        """Spans for the traces."""
        for sender in self.senders if spans else ():
            sender.spans(spans)

    def fold(self, block: Block) -> Folded:
        """What traces with a budget get of runs, all of them sampled."""
        assert self.route is not None  # noqa: S101 - decided before anything is taken
        return self.traces.fold(block, self.senders, self.route.ids)

    def runs(self, runs: Sequence[tuple[Block, Folded]]) -> None:
        """Runs for the traces: whole, and what was made of them."""
        self.traces.send(runs, self.senders)

    def summaries(self, now: float = inf) -> None:
        """Send the summaries of folded runs that are due, all where no time is said."""
        if self.senders and not self.is_given_up:
            self.traces.send_due(self.senders, self.identity, now)

    # The end.

    def ask_senders(
        self, *, flush: float | None = None, asker: Thread | None = None
    ) -> list[Reply | None]:
        """A reply of each sender, given once all is with its exporter.

        None for that of an `asker` who is inside of an exporter: it would wait for itself.
        """
        self.summaries()
        return [
            None if sender.is_in(asker) else sender.ask(flush=flush)
            for sender in self.all_senders()
        ]

    def close_traces(self) -> None:
        """Send what was handed over, and nothing after it: that is counted as dropped."""
        self.summaries()
        for sender in (*self.senders, *self._flushers):
            sender.close()

    def close(self) -> None:
        """Let go of the file, of the application's provider, and of what could not be sent."""
        for sender in self.all_senders():
            sender.leave()
        if self.route is not None:
            self._router.leave(self.route)
        if self.event_log is not None:
            self.event_log.close()
        if self.metering is not None:
            self.metering.close()

    def hurry(self, seconds: float) -> None:
        """The end has come; from any thread.

        Wait for no room on the way to an exporter, and for nobody else at the file once `seconds`
        have passed. Infinitely many: it has not come after all.
        """
        for sender in self.all_senders():
            sender.hurry(isfinite(seconds))
        log = self.event_log
        if log is not None:
            log.hurry(seconds)
