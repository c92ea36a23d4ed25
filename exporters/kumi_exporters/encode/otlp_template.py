"""The spans of a layout as a template of OTLP records, all of one width.

Protocol Buffers let fields come in any order, a number have more bytes than it needs, and a field
come twice, of which the last counts. So a record begins with ids, flags and times, which stand at
one offset in all records; then comes what is constant, then a filler that says the span's kind as
often as there is room, and at its end the attributes that vary. Where samplers gave attributes, all
those of the run's span are filled in there.

    0a…  trace id  flags  [tracestate]  span id  parent  times | name, attributes | filler | rows
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kumi.spans.span_fields import SUMMED, Varying
from kumi_exporters.encode import wire
from kumi_exporters.encode.stamp import last_bytes
from kumi_exporters.encode.template import template, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.layout import Layout, Row
    from kumi.spans.limits import Limits
    from kumi_exporters.encode.template import FieldName, Part, Template

SUMS: tuple[FieldName, ...] = ("span_count", "total", "shortest", "longest")
"""The fields of what a summary says, in the order of `SUMMED`."""

_SPANS = 2
_WORD = 8
_COUNTED: dict[Varying, FieldName] = {Varying.ROWS: "rows", **dict(zip(SUMMED, SUMS, strict=True))}


class Mould(NamedTuple):
    """What a template is made from: all that blocks with the same records have in common.

    `state_room` bytes are for the tracestate, `run_room` for the attributes of the run's span where
    they are not the same for all runs; 0 where there is no need.
    """

    layout: Layout
    limits: Limits
    process: str
    kept: str
    state_room: int = 0
    run_room: int = 0


def otlp_template(mould: Mould) -> Template:
    """The records of one run that did not fail."""
    rests = [_rest(number, row, mould) for number, row in enumerate(mould.layout.rows)]
    heads = [[*_head(*lasts, mould.state_room)] for lasts in last_bytes(mould.layout)]
    widths = [len(body) + width(end) for body, end in rests]
    longest = max(widths) + len(wire.INTERNAL)  # the filler says the kind, on each
    size = width(heads[0]) + longest
    start = wire.field(_SPANS, bytes(size))[:-size]
    return template(
        (start, *head, body, wire.filler(longest - own), *end)
        for head, (body, end), own in zip(heads, rests, widths, strict=True)
    )


def record_bytes(mould: Mould) -> int:
    """How many bytes each record of a template has."""
    return int(otlp_template(mould).text.shape[1])


def trace_state(text: str, room: int) -> bytes:
    """A tracestate in `room` bytes: at least what `room_for` says of it."""
    return filled(wire.field(wire.TRACE_STATE, text.encode()), room)


def filled(fields: bytes, room: int) -> bytes:
    """Fields in `room` bytes: two more than they have, or just as many."""
    return fields + wire.filler(room - len(fields))


def room_for(content: bytes) -> int:
    """The room for a field with this content and all that are not much longer: a power of two."""
    return max(64, 1 << (len(content) + 6).bit_length())


def _head(own: bytes, above: bytes, state_room: int) -> Iterator[Part]:
    """Ids, flags and times; ids end in the number of the row, and of the one above."""
    yield from (wire.TRACE_ID, ("trace_id", bytes(16)), wire.FLAGS, ("flags", bytes(4)))
    if state_room:
        yield "tracestate", trace_state("", state_room)
    yield from (wire.SPAN_ID, ("span_prefix", bytes(6)), ("span_row", own), ("parent", b""))
    yield from (wire.PARENT_ID, ("parent_prefix", bytes(6)), ("parent_row", above))
    yield from (("parent_end", b""), wire.START_TIME, ("start", bytes(8)))
    yield from (wire.END_TIME, ("end", bytes(8)))


def _rest(number: int, row: Row, mould: Mould) -> tuple[bytes, list[Part]]:
    """What is the same in all runs; and the attributes that vary, behind the filler."""
    about = wire.field(wire.NAME, row.name.encode()) + wire.UNSET_STATUS
    if row.parent is None and mould.run_room:
        return about, [("given", wire.filler(mould.run_room))]
    kept = mould.layout.within(mould.limits)[number]
    varying = [part for name, what in row.varying for part in _attribute(name, what, mould)]
    return about + wire.attributes(kept), varying


def _attribute(name: str, what: Varying, mould: Mould) -> tuple[Part, ...]:
    """An attribute that varies; what varies in it stands in its last eight bytes."""
    if what is Varying.KEPT:
        return (wire.attribute(name, mould.kept),)
    if what is Varying.RUN:
        field: FieldName = "run"
        whole = wire.attribute(name, f"{mould.process}{0:08x}")
    else:
        field, whole = _COUNTED[what], wire.counted(name)
    return whole[:-_WORD], (field, whole[-_WORD:])
