"""The event of an ordinary span, which some other tracer made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans.events import duration, times
from kumi.spans.json_lines import plain

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext

    from kumi.spans.events import Event


def ordinary_span(span: ReadableSpan) -> Event:
    """A span of some other tracer, with all that it carries."""
    context, scope = span.context, span.instrumentation_scope
    start, end = span.start_time or 0, span.end_time or span.start_time or 0
    return {
        "event": "span",
        "name": span.name,
        **duration(start, end),
        "kind": span.kind.name,
        "status": {"code": span.status.status_code.name, "description": span.status.description},
        "attributes": plain(span.attributes or {}),
        "events": [
            {
                "name": event.name,
                "time_unix_nano": event.timestamp,
                "attributes": plain(event.attributes or {}),
            }
            for event in span.events
        ],
        "links": [
            {**_context_ids(link.context), "attributes": plain(link.attributes or {})}
            for link in span.links
        ],
        "dropped": {
            "attributes": span.dropped_attributes,
            "events": span.dropped_events,
            "links": span.dropped_links,
        },
        "resource": plain(span.resource.attributes),
        "scope": scope
        and {
            "name": scope.name,
            "version": scope.version,
            "schema_url": scope.schema_url,
            "attributes": plain(scope.attributes or {}),
        },
        "trace_state": context.trace_state.to_header(),
        "trace_flags": int(context.trace_flags),
        **_context_ids(context),
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        **times(start, end),
    }


def _context_ids(context: SpanContext) -> Event:
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
