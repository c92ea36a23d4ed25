"""The spans of a run as the application makes its own: by `start_span` and `end`, one by one.

With the times of the run, in nesting order, each parent current while its children start and end:

    run OrderPricing             start
      OrderPricing.subtotal        start, end
      OrderPricing.total           start
        Reduce sum                   start, end
      OrderPricing.total           end
    run OrderPricing             end

The ids are those that the tracer gives; the event file has them, too. A span that is not recording
gets no children: a sampler that drops by name would make orphans of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opentelemetry.context import attach, detach
from opentelemetry.trace import INVALID_SPAN_CONTEXT, get_current_span, set_span_in_context
from opentelemetry.trace.status import Status, StatusCode

from kumi.spans import attributes as names
from kumi.spans.failed import Failure, begun_rows, failed_rows, told_by_spans
from kumi.spans.origin import HandedRun
from kumi.spans.process import THIS_PROCESS
from kumi.spans.span_fields import Varying

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanContext, Tracer

    from kumi.observations import Level
    from kumi.spans.layout import AttributeValue, Layout

_ID = 8


class TimedRun(NamedTuple):
    """A run that is over. `times` are Unix nanoseconds, one a reading that it came to.

    `sizes` are the cells of its axes, `kept` is what its span says of why it is there. `anchor` was
    added to the readings.
    """

    layout: Layout
    times: list[int]
    sizes: Sequence[int]
    kept: str
    failure: Failure | None = None
    anchor: int = 0


class SpanPlan:
    """What all runs of a layout have in common, of which spans are made down to a level.

    `ends` are the rows of the run alone, with its declarations, and with its operations, as far as
    these are wanted: 1, 4, 9 are three declarations and five operations.
    """

    def __init__(self, layout: Layout, below: Level) -> None:
        self.attributes: list[dict[str, AttributeValue]]
        self.attributes = [dict(row.attributes) for row in layout.rows]
        self.children: list[list[int]] = [[] for _ in layout.rows]
        for number, row in enumerate(layout.rows):
            if row.parent is not None:
                self.children[row.parent].append(number)
        ends = (1, layout.declaration_rows.stop, layout.operation_rows.stop)
        self.ends = ends[: 1 + below]


class RealSpans:
    """The spans of one run: `make` makes them, and `outcome` is what the run's context became.

    `room` takes room for spans in a trace: see `TraceBudget.take`. Afterwards `handed` spans were
    given to the tracer, and for `without_room` there was none.
    """

    def __init__(
        self,
        tracer: Tracer,
        plan: SpanPlan,
        run: TimedRun,
        context: Context,
        room: Callable[[int, Sequence[int]], int],
    ) -> None:
        self._start = tracer.start_span
        self._plan, self._run, self._context, self._room = plan, run, context, room
        self._caller = get_current_span(context).get_span_context()
        self._number = THIS_PROCESS.number()
        self._rows, self._times, self._sizes = run.layout.rows, run.times, plan.ends
        self._begun: Container[int] = range(plan.ends[-1])
        self._failed: Container[int] = ()
        self._event_is_due = False
        self._deepest = len(plan.ends) - 1
        self._made: dict[int, int] = {}
        self._span: SpanContext = INVALID_SPAN_CONTEXT
        self.handed = self.without_room = 0
        if run.failure is not None:
            self._stop_at(run.failure)

    def _stop_at(self, failure: Failure) -> None:
        """Of a run that failed only the rows that were begun, up to its last reading."""
        layout, times = self._run.layout, self._times
        begun = begun_rows(layout, failure, len(times))
        self._begun, self._failed = frozenset(begun), failed_rows(layout, failure)
        self._sizes = tuple([sum(row < end for row in begun) for end in self._plan.ends])
        self._times = times + times[-1:] * (layout.readings - len(times))
        self._event_is_due = told_by_spans()

    @property
    def missing(self) -> int:
        """How many would still have to be made."""
        return self._sizes[self._deepest] - len(self._made)

    def make(self) -> None:
        """Make them, as far as there is room in the trace. Raises whatever the tracer raises."""
        if self._caller.is_valid and self._caller.trace_flags.sampled:
            self._settle_for(self._room(self._caller.trace_id, self._sizes))
        if self._deepest >= 0:
            self._make(0, 0, self._context)

    def outcome(self) -> HandedRun:
        """The run as it was handed over, as far as it was."""
        own, above = self._span, self._caller
        is_below = not own.is_valid or above.trace_id == own.trace_id
        rows = range(1 + max(self._made)) if own.is_valid else ()
        return HandedRun(
            span=own,
            parent=above if is_below else INVALID_SPAN_CONTEXT,
            ids=b"".join([self._made.get(row, 0).to_bytes(_ID, "big") for row in rows]),
            number=self._number,
            kept=self._run.kept,
            anchor=self._run.anchor,
        )

    def _settle_for(self, deepest: int) -> None:
        """Go no deeper than there is room for."""
        there = self._sizes[deepest] if deepest >= 0 else 0
        self.without_room = self._sizes[-1] - there
        self._deepest = deepest

    def _make(self, number: int, depth: int, context: Context) -> None:
        """One row, and all that is below it."""
        span = self._begin(number, context)
        try:
            if span.is_recording():
                self.handed += 1
                if depth < self._deepest:
                    self._make_below(number, depth, span, context)
                if number in self._failed and self._run.failure is not None:
                    self._tell(self._run.failure, span, number)
        finally:
            span.end(end_time=self._times[self._rows[number].end])

    def _begin(self, number: int, context: Context) -> Span:
        row, attributes = self._rows[number], self._plan.attributes[number].copy()
        if row.varying or number in self._failed:
            attributes |= self._varying(number)
        start = self._times[row.start]
        span = self._start(row.name, context=context, start_time=start, attributes=attributes)
        own = span.get_span_context()
        self._made[number] = own.span_id
        if number == 0:
            self._span = own
            if span.is_recording() and not self._caller.is_valid:
                self._settle_for(max(0, self._room(own.trace_id, self._sizes)))
        return span

    def _make_below(self, number: int, depth: int, span: Span, context: Context) -> None:
        inside = set_span_in_context(span, context)
        token = attach(inside)
        try:
            for child in self._plan.children[number]:
                if child in self._begun:
                    self._make(child, depth + 1, inside)
        finally:
            detach(token)

    def _varying(self, number: int) -> dict[str, AttributeValue]:
        row, run = self._rows[number], self._run
        values: dict[Varying, AttributeValue] = {
            Varying.RUN: f"{THIS_PROCESS.id}{self._number:08x}",
            Varying.KEPT: run.kept,
            Varying.ROWS: 1 if row.axis is None else run.sizes[row.axis],
        }
        said = {name: values[what] for name, what in row.varying}
        if number in self._failed and run.failure is not None:
            said[names.ERROR_TYPE] = run.failure.error_type
        return said

    def _tell(self, failure: Failure, span: Span, number: int) -> None:
        """What is made of a failure: each says it, and the first to end has the event.

        That is the operation that failed, as far as spans of operations are made; else what it is
        a part of.
        """
        span.set_status(Status(StatusCode.ERROR, failure.message))
        if self._event_is_due:
            self._event_is_due = False
            about = {
                names.EXCEPTION_TYPE: failure.error_type,
                names.EXCEPTION_MESSAGE: failure.message,
            }
            at = self._times[self._rows[number].end]
            span.add_event(names.EXCEPTION_EVENT, about, at)
