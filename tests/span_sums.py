"""What spans add up to, whether they are whole or summaries: equal before and after folding."""

from collections import Counter
from typing import Any, NamedTuple


class Timed(NamedTuple):
    """As much of a span as its sums are made of."""

    trace_id: bytes
    start: int
    end: int
    attributes: dict[str, Any]


def sums(spans):
    """How many spans of each kind there are in each trace, and how many nanoseconds they took.

    `spans` are of `kumi.spans.block` or of the SDK; `Counter`s of both by trace, schema,
    declaration, operation and function.
    """
    counts, times = Counter(), Counter()
    for trace_id, start, end, attributes in map(_parts, spans):
        key = trace_id, *(attributes.get(name) for name in KEYS)
        counts[key] += attributes.get("aggregation.span_count", 1)
        times[key] += attributes.get("aggregation.duration_total_ns", end - start)
    return +counts, +times


KEYS = {
    "kumi.schema.name": "schema",
    "kumi.declaration.name": "declaration",
    "kumi.operation.name": "operation",
    "kumi.operation.function": "function",
}
"""What tells kinds of spans apart: attributes, and what events call them."""


def recorded(events):
    """The spans of a file's events."""
    return [
        Timed(
            bytes.fromhex(event["trace_id"]),
            event["start_unix_nano"],
            event["end_unix_nano"],
            {name: event.get(key) for name, key in KEYS.items()},
        )
        for event in events
    ]


def _parts(span):
    if hasattr(span, "context"):
        trace_id = span.context.trace_id.to_bytes(16, "big")
        return trace_id, span.start_time, span.end_time, span.attributes
    return span.trace_id, span.start, span.end, dict(span.attributes)


def lie_inside(spans):
    """Whether all spans of `kumi.spans.block` lie within their parents, where these are here."""
    by_id = {(span.trace_id, span.span_id): span for span in spans}
    assert len(by_id) == len(spans)
    pairs = [(span, by_id.get((span.trace_id, span.parent_id))) for span in spans]
    return all(
        above.start <= span.start and span.end <= above.end for span, above in pairs if above
    )
