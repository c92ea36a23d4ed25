"""The wire format of protocol buffers, as far as spans need it.

Fields may come in any order, a number may have more bytes than it needs, and of a field that comes
twice the last counts: so records can be brought to one width without a byte that means anything.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.spans.limits import Kept

# Fields of opentelemetry.proto.trace.v1.Span
TRACE_ID = b"\x0a\x10"
SPAN_ID = b"\x12\x08"
TRACE_STATE = 3
PARENT_ID = b"\x22\x08"
NO_PARENT = b"\x22\x00"
NAME = 5
INTERNAL = b"\x30\x01"
INTERNAL_IN_THREE = b"\x30\x81\x00"
START_TIME = b"\x39"
END_TIME = b"\x41"
ATTRIBUTES = 9
DROPPED_ATTRIBUTES = b"\x50"
UNSET_STATUS = b"\x7a\x00"
FLAGS = b"\x85\x01"

_MORE = 0x80
_SEVEN = 0x7F
_SIGNED = 63
_SMALL = [bytes([value]) for value in range(_MORE)]


def number(value: int, width: int = 1) -> bytes:
    """A varint of at least `width` bytes."""
    if value <= _SEVEN and width == 1:
        return _SMALL[value]
    octets = bytearray()
    while value > _SEVEN or len(octets) + 1 < width:
        octets.append(value & _SEVEN | _MORE)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def field(tag: int, content: bytes) -> bytes:
    """A field of bytes."""
    return number(tag << 3 | 2) + number(len(content)) + content


def attributes(kept: Kept) -> bytes:
    """The attributes of a span, and how many were dropped.

    Raises ValueError for what the format cannot hold: half a character, an integer of 65 bits.
    """
    said = b"".join([attribute(key, value) for key, value in kept.attributes.items()])
    return said + DROPPED_ATTRIBUTES + number(kept.dropped) if kept.dropped else said


def attribute(key: str, value: Any) -> bytes:
    """One attribute of a span."""
    return field(ATTRIBUTES, pair(key, value))


def pair(key: str, value: Any) -> bytes:
    """A name and its value."""
    return _pair(key, _any(value))


def counted(key: str) -> bytes:
    """An integer attribute whose value, 1, takes the last eight bytes."""
    return field(ATTRIBUTES, _pair(key, b"\x18" + number(1, 8)))


def filler(count: int) -> bytes:
    """Bytes that say the kind, which every span says: 0, or 2 and more of them."""
    odd = count % 2
    return INTERNAL_IN_THREE * odd + INTERNAL * ((count - 3 * odd) // 2)


def _pair(key: str, value: bytes) -> bytes:
    return field(1, key.encode()) + field(2, value)


def _any(value: Any) -> bytes:
    """An AnyValue; an empty one means null."""
    if isinstance(value, str):
        return field(1, value.encode())
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, tuple):
        return field(5, b"".join([field(1, _any(item)) for item in value]))
    if isinstance(value, dict):
        return field(6, b"".join([field(1, pair(key, at)) for key, at in value.items()]))
    return field(7, value) if isinstance(value, bytes) else b""


def _number(value: float) -> bytes:
    if isinstance(value, bool):
        return b"\x10" + number(value)
    if isinstance(value, float):
        return b"\x21" + struct.pack("<d", value)
    if not -1 << _SIGNED <= value < 1 << _SIGNED:
        raise ValueError(f"{value} is no integer of 64 bits")
    return b"\x18" + number(value & (1 << _SIGNED + 1) - 1)
