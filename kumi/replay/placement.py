"""Where a recorded span lies: its ids and times, as every event of a span has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event

_TRACE_ID: Final = re.compile("(?!0{32})[0-9a-fA-F]{32}")
_SPAN_ID: Final = re.compile("(?!0{16})[0-9a-fA-F]{16}")
_MOST: Final = 1 << 63


class Placement(NamedTuple):
    """Ids, as bytes, and Unix nanoseconds."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    start: int
    end: int


def placement(event: Event) -> Placement | None:
    """Where the span of an event lies; None where it does not say so in full."""
    get = event.get
    above, start, end = get("parent_span_id"), get("start_unix_nano"), get("end_unix_nano")
    trace_id, span_id = _id(_TRACE_ID, get("trace_id")), _id(_SPAN_ID, get("span_id"))
    parent_id = None if above is None else _id(_SPAN_ID, above)
    if not trace_id or not span_id or (above is not None and not parent_id):
        return None
    if not (type(start) is type(end) is int and 0 <= start <= end < _MOST):
        return None
    return Placement(trace_id, span_id, parent_id, start, end)


def _id(form: re.Pattern[str], said: Any) -> bytes:
    return bytes.fromhex(said) if isinstance(said, str) and form.fullmatch(said) else b""
