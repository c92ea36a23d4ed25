"""The OTLP records of a layout, all of one width, with places to stamp what differs.

A record begins with ids, flags and times; the tracestate, where there is one, has room between
them. The attributes that vary stand at its end, behind a filler; where samplers gave attributes,
all those of the run's span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kumi.spans import attributes as names
from kumi_exporters.stamp import wire

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.spans.layout import Layout, Row
    from kumi.spans.limits import Kept, Limits

_SPANS = 2
_RUN_NUMBER = 8


class Mould(NamedTuple):
    """What records are made from: all that blocks with the same records have in common.

    `state_room` bytes are for the tracestate, `run_room` for the attributes of the run's span where
    they are not the same for all runs; 0 where there is no need.
    """

    layout: Layout
    limits: Limits
    process: str
    kept: str
    state_room: int = 0
    run_room: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """The records (rows, width) of one run, and where to stamp; offsets are from a record's start.

    `shared` is the stretch from the trace id to the parent's first six bytes, the same for all
    spans of a run but for the two bytes of `span_id + 6`. `run_number` is 0 where the attributes of
    the run's span are stamped as a whole.
    """

    mould: Mould
    text: NDArray[np.uint8]
    shared: slice
    trace_id: int
    flags: int
    trace_state: int
    span_id: int
    parent_id: int
    start_time: int
    end_time: int
    run_number: int
    run_attributes: int
    cells: int


def records(mould: Mould) -> Records:
    """The records of a layout within limits."""
    rows, head = mould.layout.rows, _head(mould.state_room)
    kept = mould.layout.within(mould.limits)
    bodies = [_body(row, left, mould) for row, left in zip(rows, kept, strict=True)]
    ends = [_varying(row, mould) for row in rows]
    contents = max(len(body) + len(end) for body, end in zip(bodies, ends, strict=True))
    longest = contents + len(wire.INTERNAL)  # the filler says the kind, on each
    start = wire.field(_SPANS, bytes(len(head) + longest))[: -len(head) - longest]
    texts = [
        start + _numbered(head, number, row) + filled(body, longest - len(end)) + end
        for number, (row, body, end) in enumerate(zip(rows, bodies, ends, strict=True))
    ]
    first = len(start)
    span_id = first + 26 + mould.state_room
    return Records(
        mould=mould,
        text=np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), -1),
        shared=slice(first, span_id + 16),
        trace_id=first + 2,
        flags=first + 20,
        trace_state=first + 24,
        span_id=span_id,
        parent_id=span_id + 10,
        start_time=span_id + 19,
        end_time=span_id + 28,
        run_number=0 if mould.run_room else _run_number(texts[0], mould.process),
        run_attributes=len(texts[0]) - mould.run_room,
        cells=len(texts[0]) - 8,
    )


def trace_state(text: str, room: int) -> bytes:
    """A tracestate in `room` bytes: at least what `room_for` says of it."""
    return filled(wire.field(wire.TRACE_STATE, text.encode()), room)


def filled(fields: bytes, room: int) -> bytes:
    """Fields in `room` bytes: two more than they have, or just as many."""
    return fields + wire.filler(room - len(fields))


def room_for(content: bytes) -> int:
    """The room for a field with this content and all that are not much longer: a power of two."""
    return max(64, 1 << (len(content) + 6).bit_length())


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


def _body(row: Row, kept: Kept, mould: Mould) -> bytes:
    about = wire.field(wire.NAME, row.name.encode()) + wire.UNSET_STATUS
    if row.parent is None and mould.run_room:
        return about
    return about + wire.attributes(kept)


def _varying(row: Row, mould: Mould) -> bytes:
    if row.parent is not None:
        return wire.counted_attribute(names.OPERATION_ROWS) if row.operation else b""
    if mould.run_room:
        return wire.filler(mould.run_room)
    run_id = mould.process + "0" * _RUN_NUMBER
    return wire.attribute(names.RUN_ID, run_id) + wire.attribute(names.RUN_KEPT, mould.kept)


def _run_number(record: bytes, process: str) -> int:
    text = process.encode() + b"0" * _RUN_NUMBER
    return record.rindex(text) + len(process)
