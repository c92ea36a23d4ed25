"""One span as an OTLP record, a field after the other: for spans that are of no block.

Three times as fast as the SDK's encoder by way of its own spans. A pair of name and value is
encoded once, since most stand in many spans.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from kumi.spans import attributes as names
from kumi.spans.limits import DEFAULT
from kumi_exporters.encode import wire

if TYPE_CHECKING:
    from kumi.spans.block import SpanData
    from kumi.spans.limits import Kept, Limits

_SPANS: Final = 2
_PARENT_ID: Final = 4
_EVENTS: Final = 11
_STATUS: Final = 15
_ERROR: Final = b"\x18\x02"  # fields of Status
_MESSAGE: Final = 2
_EVENT_TIME: Final = b"\x09"  # fields of Span.Event
_EVENT_NAME: Final = 2
_EVENT_ATTRIBUTES: Final = 3
_EVENT_DROPPED: Final = b"\x20"
_W3C_FLAGS: Final = 0xFF
_TIME: Final = struct.Struct("<Q")
_FLAGS: Final = struct.Struct("<I")


def otlp_record(span: SpanData, w3c_flags: int, limits: Limits = DEFAULT) -> bytes:
    """The span as it stands in a message; of its W3C flags only these are said.

    Raises ValueError for what the format cannot hold: half a character, an integer of 65 bits.
    """
    said = [
        wire.TRACE_ID,
        span.trace_id,
        wire.SPAN_ID,
        span.span_id,
        wire.field(_PARENT_ID, span.parent_id) if span.parent_id else b"",
        wire.field(wire.TRACE_STATE, span.tracestate.encode()) if span.tracestate else b"",
        wire.field(wire.NAME, span.name.encode()),
        wire.INTERNAL,
        wire.START_TIME,
        _TIME.pack(span.start),
        wire.END_TIME,
        _TIME.pack(span.end),
        wire.FLAGS,
        _FLAGS.pack(span.flags & (~_W3C_FLAGS | w3c_flags)),
        *_attributes(wire.ATTRIBUTES, wire.DROPPED_ATTRIBUTES, limits.of_span(span.attributes)),
        *_failure(span, limits),
    ]
    return wire.field(_SPANS, b"".join(said))


def _attributes(tag: int, dropped: bytes, kept: Kept) -> list[bytes]:
    said = [
        # A cache takes `(1,)` for `(1.0,)`: only what is no tuple is remembered.
        (_said if isinstance(value, tuple | list) else _attribute)(tag, name, value)
        for name, value in kept.attributes.items()
    ]
    return [*said, dropped + wire.number(kept.dropped)] if kept.dropped else said


def _said(tag: int, name: str, value: Any) -> bytes:
    return wire.field(tag, wire.pair(name, value))


_attribute: Final = lru_cache(maxsize=4096, typed=True)(_said)


def _failure(span: SpanData, limits: Limits) -> list[bytes]:
    """The status, and the event of an exception where the span has one."""
    error = span.error
    if error is None:
        return [wire.UNSET_STATUS]
    status = wire.field(_STATUS, _ERROR + wire.field(_MESSAGE, error.message.encode()))
    if not span.event or limits.events == 0:
        return [status]
    raised = (names.EXCEPTION_TYPE, error.error_type), (names.EXCEPTION_MESSAGE, error.message)
    about = _attributes(_EVENT_ATTRIBUTES, _EVENT_DROPPED, limits.of_event(raised))
    named = wire.field(_EVENT_NAME, names.EXCEPTION_EVENT.encode())
    event = b"".join([_EVENT_TIME, _TIME.pack(span.end), named, *about])
    return [wire.field(_EVENTS, event), status]
