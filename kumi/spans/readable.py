"""Spans as the SDK knows them, for exporters that take nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, TraceFlags, TraceState
from opentelemetry.trace.status import Status, StatusCode

from kumi.spans import attributes as names
from kumi.spans.limits import DEFAULT, Limits
from kumi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from opentelemetry.sdk.resources import Resource

    from kumi.spans.block import SpanData
    from kumi.spans.failed import Failure


SCOPE = InstrumentationScope(names.SCOPE_NAME, __version__, names.SCHEMA_URL)
"""The instrumentation scope of every span of Kumi."""


def to_readable(
    span: SpanData,
    resource: Resource,
    limits: Limits = DEFAULT,
    scope: InstrumentationScope = SCOPE,
) -> ReadableSpan:
    """One span as an exporter of the SDK takes it. Its attributes are a mapping of its own."""
    return ReadableSpan(
        name=span.name,
        context=_context(span, span.span_id),
        parent=_context(span, span.parent_id, span.parent_remote) if span.parent_id else None,
        resource=resource,
        attributes=counted(*limits.of_span(span.attributes)),
        events=_events(span, limits),
        status=_status(span.error),
        start_time=span.start,
        end_time=span.end,
        instrumentation_scope=scope,
    )


def counted(attributes: dict[str, Any], dropped: int) -> Mapping[str, Any]:
    """Attributes in what the SDK asks for the number of those that were dropped."""
    if not dropped:
        return attributes
    bounded = BoundedAttributes(attributes=attributes)
    bounded.dropped = dropped
    return bounded


def _context(span: SpanData, span_id: bytes, remote: bool = False) -> SpanContext:
    return SpanContext(
        trace_id=int.from_bytes(span.trace_id, "big"),
        span_id=int.from_bytes(span_id, "big"),
        is_remote=remote,
        trace_flags=TraceFlags(span.flags & 0xFF),
        trace_state=_trace_state(span.tracestate),
    )


@lru_cache(maxsize=256)
def _trace_state(header: str) -> TraceState:
    return TraceState.from_header([header]) if header else TraceState()


def _status(error: Failure | None) -> Status:
    return Status(StatusCode.ERROR, error.message) if error else Status()


def _events(span: SpanData, limits: Limits) -> Sequence[Event]:
    if span.error is None or not span.event:
        return ()
    about = limits.of_event(
        (
            (names.EXCEPTION_TYPE, span.error.error_type),
            (names.EXCEPTION_MESSAGE, span.error.message),
        )
    )
    event = Event(names.EXCEPTION_EVENT, counted(*about), span.end)
    return BoundedList.from_seq(limits.events, [event])
