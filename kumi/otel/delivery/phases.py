"""Phases: stretches of work that are no runs, as an event of the file and a span of the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context
from opentelemetry.trace.status import Status, StatusCode

from kumi.otel.delivery.sampling import question
from kumi.spans import attributes as names
from kumi.spans import events, ids
from kumi.spans.block import HAS_IS_REMOTE, IS_REMOTE, SpanData
from kumi.spans.clock import anchor
from kumi.spans.failed import Failure
from kumi.spans.origin import Origin, begun_with, origin, root_origin

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from kumi.observations import Phase
    from kumi.otel.delivery.route import Route
    from kumi.spans.events import Event

_NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class _PhaseContext:
    """A phase's place in a trace. It is put into `Phase.token` when it is first needed.

    Children end before their parent, and need its ids then. So a parent gets its ids with its first
    child, and `Phase.token` keeps them until the parent ends itself. Until then the token of a
    user's phase is the context in which it began. For `compile`, whose parts end first:

        parse ends     compile gets trace T and span 1; parse is span 2 of T, below 1
        analyze ends   compile has them already; analyze is span 3 of T, below 1
        compile ends   it is span 1 of T, as its children say

    `to_unix`, in nanoseconds, makes Unix time of a reading: the same for parent and children, so
    that these lie inside however the two clocks drift meanwhile. `real` is the span, where the
    application's tracer makes it: begun with its ids, and ended with the phase.
    """

    trace_id: bytes
    span_id: bytes
    origin: Origin
    to_unix: int
    real: Span | None = None


@dataclass(frozen=True, slots=True)
class EndedPhase:
    """A phase that is over, and the context in which it ended."""

    phase: Phase
    context: Context

    def span(self, route: Route) -> SpanData:
        """The span of this phase, with the identity that `route` gives it."""
        phase, own = self.phase, _context_of(self.phase, self.context, route)
        remote, error = own.origin.remote, phase.error
        return SpanData(
            row=0,
            name=title(phase),
            trace_id=own.trace_id,
            span_id=own.span_id,
            parent_id=own.origin.parent if any(own.origin.parent) else None,
            parent_remote=remote,
            flags=own.origin.flags | HAS_IS_REMOTE | (IS_REMOTE if remote else 0),
            tracestate=own.origin.tracestate,
            start=round(phase.start * _NANOSECONDS) + own.to_unix,
            end=round(phase.end * _NANOSECONDS) + own.to_unix,
            attributes=begun_with(own.origin.given, attributes(phase)),
            error=Failure((), error, error) if error else None,
            event=False,
        )

    def end_real(self, span: SpanData) -> None:
        """End the span that the application's tracer has begun, where it has, as `span` says."""
        own = self.phase.token
        if not isinstance(own, _PhaseContext) or own.real is None:
            return
        if span.error is not None:
            own.real.set_attribute(names.ERROR_TYPE, span.error.error_type)
            own.real.set_status(Status(StatusCode.ERROR, span.error.message))
        own.real.end(end_time=span.end)

    def is_sampled(self, route: Route) -> bool:
        """Whether traces get it."""
        return bool(route.lanes) and _context_of(self.phase, self.context, route).origin.sampled


def event(phase: Phase, span: SpanData) -> Event:
    """The `phase` event of the file."""
    return events.phase(
        name=phase.name,
        schema=phase.schema,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_id,
        start=span.start,
        end=span.end,
        error=phase.error,
    )


def title(phase: Phase) -> str:
    """A span's name: `parse OrderPricing`; just the name where it is of no schema, as a user's."""
    return f"{phase.name} {phase.schema}" if phase.schema else phase.name


def attributes(phase: Phase) -> tuple[tuple[str, str], ...]:
    """What a span says of its phase."""
    schema = ((names.SCHEMA_NAME, phase.schema),) if phase.schema else ()
    return (*schema, (names.ERROR_TYPE, phase.error)) if phase.error else schema


def _context_of(phase: Phase, context: Context, route: Route) -> _PhaseContext:
    if not isinstance(phase.token, _PhaseContext):
        began = phase.token if isinstance(phase.token, Context) else context
        above = _context_of(phase.parent, began, route) if phase.parent else None
        own = _made(phase, began, above, route)
        if own is None:
            own = _below(above, route) if above else _at_top(phase, began, route)
        phase.token = own
    return phase.token


def _made(
    phase: Phase, context: Context, above: _PhaseContext | None, route: Route
) -> _PhaseContext | None:
    """Begun by the application's tracer, where that makes our spans; None where it does not.

    On the owner's thread, since most phases are over before anybody knows where spans go.
    """
    if route.native is None or (above and above.real is None):
        return None
    inside = set_span_in_context(above.real, context) if above and above.real else context
    to_unix = above.to_unix if above else anchor()
    start = round(phase.start * _NANOSECONDS) + to_unix
    span = route.native.begin(title(phase), inside, start, dict(attributes(phase)))
    if span is None:
        return None
    own = span.get_span_context()
    trace_id, span_id = own.trace_id.to_bytes(16, "big"), own.span_id.to_bytes(8, "big")
    found = origin(inside, root_origin(False, route.ids))
    found = found._replace(trace_id=trace_id, sampled=False)
    return _PhaseContext(trace_id, span_id, found, to_unix, span)


def _below(above: _PhaseContext, route: Route) -> _PhaseContext:
    span_id = ids.span_id(route.ids)
    inherited = above.origin
    inside = Origin(
        above.trace_id,
        above.span_id,
        inherited.flags,
        remote=False,
        sampled=inherited.sampled,
        tracestate=inherited.tracestate,
    )
    return _PhaseContext(above.trace_id, span_id, inside, above.to_unix)


def _at_top(phase: Phase, context: Context, route: Route) -> _PhaseContext:
    """Under the caller's current span, or the root of a trace of its own."""
    found = origin(context, root_origin(bool(route.root), route.ids))
    if found.trace_id is None and route.root is None:
        attributes = {names.SCHEMA_NAME: phase.schema} if phase.schema else {}
        ask = question(route.sampler, route.ids, title(phase), attributes)
        found = origin(ask(context), found)
    trace_id = found.trace_id or ids.trace_ids(route.ids, 1).tobytes()
    return _PhaseContext(trace_id, ids.span_id(route.ids), found, anchor())
