"""The spans of events that are of no run: phases, and ordinary spans of other tracers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event as SpanEvent
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags, TraceState
from opentelemetry.trace.status import Status, StatusCode

from kumi.observations import Phase
from kumi.otel.delivery.phases import attributes as phase_attributes
from kumi.otel.delivery.phases import title
from kumi.replay.described import attributes
from kumi.replay.placement import placement
from kumi.spans.block import HAS_IS_REMOTE, SpanData
from kumi.spans.failed import Failure
from kumi.spans.readable import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.profiles.event_line import Event
    from kumi.replay.placement import Placement

_SAMPLED = 0x01
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
"""What taking a span's event apart raises where it is not as docs/event-file.md has it."""


def phase_span(event: Event) -> SpanData | None:
    """The span of a `phase` event; None where it has no ids or times."""
    at, error = placement(event), event.get("error")
    if at is None:
        return None
    phase = Phase(event["name"], event.get("schema"), 0.0, None, error=error)
    return SpanData(
        row=0,
        name=title(phase),
        trace_id=at.trace_id,
        span_id=at.span_id,
        parent_id=at.parent_id,
        parent_remote=False,
        flags=HAS_IS_REMOTE | _SAMPLED,
        tracestate="",
        start=at.start,
        end=at.end,
        attributes=phase_attributes(phase),
        error=Failure((), error, error) if error else None,
        event=False,
    )


class OrdinarySpans:
    """The spans of `span` events. Those that follow each other mostly have one resource."""

    def __init__(self) -> None:
        self._said: Any = None
        self._resource = Resource({})

    def span(self, event: Event) -> ReadableSpan | None:
        """The span of an event; None where that is not as docs/event-file.md has it."""
        at = placement(event)
        try:
            return at and self._span(event, at)
        except _MALFORMED:
            return None

    def _span(self, event: Event, at: Placement) -> ReadableSpan:
        dropped = event["dropped"]
        context = _context(event, event["trace_flags"], event["trace_state"])
        return ReadableSpan(
            name=str(event["name"]),
            context=context,
            parent=_parent(context, at),
            resource=self._resource_of(event["resource"]),
            attributes=counted(attributes(event["attributes"]), int(dropped["attributes"])),
            events=_bounded([_event(said) for said in event["events"]], dropped["events"]),
            links=_bounded([_link(said) for said in event["links"]], dropped["links"]),
            kind=SpanKind[event["kind"]],
            status=_status(event["status"]),
            start_time=at.start,
            end_time=at.end,
            instrumentation_scope=_scope(event["scope"]),
        )

    def _resource_of(self, said: Any) -> Resource:
        if said != self._said:
            self._said, self._resource = said, Resource(attributes(said))
        return self._resource


def _context(said: Event, flags: int = _SAMPLED, state: str = "") -> SpanContext:
    trace_id, span_id = int(said["trace_id"], 16), int(said["span_id"], 16)
    states = TraceState.from_header([state]) if state else TraceState()
    return SpanContext(trace_id, span_id, False, TraceFlags(flags), states)


def _parent(own: SpanContext, at: Placement) -> SpanContext | None:
    if at.parent_id is None:
        return None
    span_id = int.from_bytes(at.parent_id, "big")
    return SpanContext(own.trace_id, span_id, False, own.trace_flags, own.trace_state)


def _event(said: Event) -> SpanEvent:
    return SpanEvent(said["name"], attributes(said["attributes"]), int(said["time_unix_nano"]))


def _link(said: Event) -> Link:
    return Link(_context(said), attributes(said["attributes"]))


def _bounded(items: Sequence[Any], dropped: int) -> BoundedList[Any]:
    """The items, in what the SDK asks for how many there were more."""
    bounded = BoundedList.from_seq(len(items), items)
    bounded.dropped = int(dropped)
    return bounded


def _status(said: Event) -> Status:
    code = StatusCode[said["code"]]
    return Status(code, said["description"] if code is StatusCode.ERROR else None)


def _scope(said: Any) -> InstrumentationScope | None:
    if said is None:
        return None
    more = attributes(said["attributes"])
    return InstrumentationScope(said["name"], said["version"], said["schema_url"], more)
