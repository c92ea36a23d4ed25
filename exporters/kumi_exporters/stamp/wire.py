"""The wire format of protocol buffers, as far as spans need it.

Fields may come in any order, a number may have more bytes than it needs, and of a field that comes
twice the last counts: so records can be brought to one width without a byte that means anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kumi.spans.layout import AttributeValue

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
NOTHING = b"\x50\x00"  # dropped_attributes_count = 0
UNSET_STATUS = b"\x7a\x00"
FLAGS = b"\x85\x01"

_MORE = 0x80
_SEVEN = 0x7F


def number(value: int, width: int = 1) -> bytes:
    """A varint of at least `width` bytes."""
    octets = bytearray()
    while value > _SEVEN or len(octets) + 1 < width:
        octets.append(value & _SEVEN | _MORE)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def field(tag: int, content: bytes, width: int = 1) -> bytes:
    """A field of bytes; its length takes at least `width` bytes."""
    return number(tag << 3 | 2) + number(len(content), width) + content


def attribute(key: str, value: AttributeValue) -> bytes:
    """One attribute of a span."""
    return _attribute(key, _any(value))


def counted_attribute(key: str) -> bytes:
    """An integer attribute whose value, 1, takes the last eight bytes."""
    return _attribute(key, b"\x18" + number(1, 8))


def filler(count: int) -> bytes:
    """An even number of bytes that mean nothing."""
    return NOTHING * (count // 2)


def _attribute(key: str, value: bytes) -> bytes:
    return field(ATTRIBUTES, field(1, key.encode()) + field(2, value))


def _any(value: AttributeValue) -> bytes:
    if isinstance(value, str):
        return field(1, value.encode())
    if isinstance(value, int):
        return b"\x18" + number(value)
    return field(5, b"".join(field(1, _any(item)) for item in value))
