"""The OTLP records of a layout, all of one width, with places to stamp what differs.

A record begins with ids, flags and times; the tracestate, where there is one, has room between
them. The attributes that vary stand at its end, behind a filler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kumi.spans import attributes as names
from kumi_exporters.stamp import wire

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.spans.layout import Layout, Row

_SPANS = 2
_RUN_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Records:
    """The records (rows, width) of one run, and where to stamp; offsets are from a record's start.

    `shared` is the stretch from the trace id to the parent's first six bytes, the same for all
    spans of a run but for the two bytes of `span_id + 6`.
    """

    text: NDArray[np.uint8]
    shared: slice
    trace_id: int
    flags: int
    trace_state: int
    room: int
    span_id: int
    parent_id: int
    start_time: int
    end_time: int
    run_number: int
    cells: int


def records(layout: Layout, process: str, kept: str, room: int) -> Records:
    """The records of `layout`, with `room` bytes for a tracestate."""
    head = _head(room)
    bodies = [_body(row) for row in layout.rows]
    ends = [_varying(row, process, kept) for row in layout.rows]
    longest = max(len(body) + len(end) for body, end in zip(bodies, ends, strict=True))
    start = wire.field(_SPANS, bytes(len(head) + longest))[: -len(head) - longest]
    texts = [
        start + _numbered(head, number, row) + _widened(body, longest - len(end)) + end
        for number, (row, body, end) in enumerate(zip(layout.rows, bodies, ends, strict=True))
    ]
    first = len(start)
    span_id = first + 26 + room
    return Records(
        text=np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), -1),
        shared=slice(first, span_id + 16),
        trace_id=first + 2,
        flags=first + 20,
        trace_state=first + 24,
        room=room,
        span_id=span_id,
        parent_id=span_id + 10,
        start_time=span_id + 19,
        end_time=span_id + 28,
        run_number=_run_number(texts[0], process),
        cells=len(texts[0]) - 8,
    )


def trace_state(text: str, room: int) -> bytes:
    """A tracestate in `room` bytes, which must be more than `room_for` says of it."""
    content = text.encode()
    plain = wire.field(wire.TRACE_STATE, content)
    spare = room - len(plain)
    if spare % 2:
        lengths = len(wire.number(len(content)))
        plain = wire.field(wire.TRACE_STATE, content, lengths + 1)
    return plain + wire.filler(room - len(plain))


def room_for(text: str) -> int:
    """The room for a tracestate and all that are not much longer: a power of two."""
    return max(64, 1 << (len(text.encode()) + 4).bit_length())


def _head(room: int) -> bytes:
    return (
        wire.TRACE_ID
        + bytes(16)
        + wire.FLAGS
        + bytes(4)
        + (trace_state("", room) if room else b"")
        + wire.SPAN_ID
        + bytes(8)
        + wire.PARENT_ID
        + bytes(8)
        + wire.START_TIME
        + bytes(8)
        + wire.END_TIME
        + bytes(8)
    )


def _numbered(head: bytes, number: int, row: Row) -> bytes:
    """The head with the low two bytes of the span's id and its parent's."""
    before, after = head[:-30], head[-18:]
    return (
        before
        + (number & 0xFFFF).to_bytes(2, "big")
        + wire.PARENT_ID
        + bytes(6)
        + ((row.parent or 0) & 0xFFFF).to_bytes(2, "big")
        + after
    )


def _body(row: Row) -> bytes:
    constant = [wire.attribute(key, value) for key, value in row.attributes]
    name = wire.field(wire.NAME, row.name.encode())
    return wire.INTERNAL + name + wire.UNSET_STATUS + b"".join(constant)


def _varying(row: Row, process: str, kept: str) -> bytes:
    if row.parent is None:
        run_id = process + "0" * _RUN_NUMBER
        return wire.attribute(names.RUN_ID, run_id) + wire.attribute(names.RUN_KEPT, kept)
    return wire.counted_attribute(names.OPERATION_ROWS) if row.operation else b""


def _widened(body: bytes, width: int) -> bytes:
    if (width - len(body)) % 2:
        body = wire.INTERNAL_IN_THREE + body.removeprefix(wire.INTERNAL)
    return body + wire.filler(width - len(body))


def _run_number(record: bytes, process: str) -> int:
    text = process.encode() + b"0" * _RUN_NUMBER
    return record.rindex(text) + len(process)
