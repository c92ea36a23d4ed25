"""Through the application's own tracer, span by span: for providers that take nothing else.

A processor that we do not know may act when a span starts (baggage, logfire), may forget spans that
it did not see start (sentry), or may change what is exported (redaction); and another provider than
the SDK's may have no processors at all (ddtrace). What they get are real spans, made on the thread
that ran, before the run returns.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from typing_extensions import override

from kumi.otel.delivery.counts import REFUSED, TRACE_FULL, WITHIN_ANOTHER, Sent, StepCounter
from kumi.otel.delivery.lanes.lane import Accepted, Lane
from kumi.otel.delivery.real_spans import RealSpans, SpanPlan
from kumi.otel.delivery.trace_budget import TraceBudget
from kumi.otel.log import trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span, Tracer, TracerProvider

    from kumi.observations import Level
    from kumi.otel.delivery.real_spans import TimedRun
    from kumi.spans.layout import Layout


class NativeLane(Lane):
    """Has a `tracer` of `provider` make spans of runs, and of what lies `below` to some level.

    No more than `most_spans` in a trace, and no more than 500.
    Called on any thread, and in signal handlers. Its sender hands nothing over, and only flushes.
    """

    def __init__(
        self, provider: TracerProvider, tracer: Tracer, below: Level, most_spans: int
    ) -> None:
        super().__init__(provider)
        self._tracer = tracer
        self._below = below
        self._plans: WeakKeyDictionary[Layout, SpanPlan] = WeakKeyDictionary()
        self._budget = TraceBudget(most_spans)
        self._handed = StepCounter()
        self._dropped = {why: StepCounter() for why in (TRACE_FULL, WITHIN_ANOTHER, REFUSED)}
        self._here = _MakingHere()

    @property
    @override
    def name(self) -> str:
        kind = type(self.exporter)
        return f"{kind.__module__}.{kind.__qualname__}"

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        """Nothing: what is over cannot be given to a tracer."""
        return Accepted()

    @override
    def flush(self, timeout_millis: int) -> None:
        """Have the provider deliver what it was given, where it can be asked to."""
        force_flush = getattr(self.exporter, "force_flush", None)
        if force_flush is not None:
            force_flush(timeout_millis)

    @property
    def figures(self) -> Sent:
        """What was handed to the tracer, and what was not; asked for by one thread at a time."""
        handed = self._handed.total()
        dropped = +Counter({why: tally.total() for why, tally in self._dropped.items()})
        sampled = handed + dropped.total()
        return Sent(sampled=sampled, given=handed, handed=handed, dropped=dropped)

    def spans_of(self, run: TimedRun, context: Context) -> RealSpans:
        """The spans of a run that was admitted in `context`, to be made."""
        plan = self._plans.get(run.layout)
        if plan is None:
            plan = self._plans[run.layout] = SpanPlan(run.layout, self._below)
        return RealSpans(self._tracer, plan, run, context, self._budget.take)

    def begin(
        self, name: str, context: Context, start: int, attributes: dict[str, str]
    ) -> Span | None:
        """Start one span, which somebody else ends; None where it is not recording."""
        try:
            span = self._tracer.start_span(
                name, context=context, start_time=start, attributes=attributes
            )
            is_recording = span.is_recording()
        except Exception as error:  # noqa: BLE001 - tracers and processors are anybody's code
            self._dropped[REFUSED].add(1)
            trouble(f"making spans by {self.name}", error)
            return None
        self._handed.add(is_recording)
        return span if is_recording else None

    def make(self, spans: RealSpans) -> None:
        """Make them; no exception of the tracer's or of its processors' gets further.

        Not amid the making of others on this thread: that is a processor that runs a schema, which
        would go on for ever, or a signal's handler, and the thread may hold a lock of a processor.
        """
        if self._here.is_making:
            self._dropped[WITHIN_ANOTHER].add(spans.missing)
            return
        self._here.is_making = True
        try:
            spans.make()
        except Exception as error:  # noqa: BLE001 - tracers and processors are anybody's code
            self._dropped[REFUSED].add(max(1, spans.missing))
            trouble(f"making spans by {self.name}", error)
        finally:
            self._here.is_making = False
            self._handed.add(spans.handed)
            self._dropped[TRACE_FULL].add(spans.without_room)


class _MakingHere(threading.local):
    """Whether this thread is making spans of ours."""

    is_making = False
