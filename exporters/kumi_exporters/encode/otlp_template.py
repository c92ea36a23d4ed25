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
from kumi_exporters.encode.template import TemplateField, laid_out, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.layout import Layout, Row
    from kumi.spans.limits import Kept, Limits
    from kumi_exporters.encode.template import Part, Template

TRACE_ID, FLAGS = TemplateField("trace_id", 16), TemplateField("flags", 4)
SPAN_PREFIX, SPAN_ROW = TemplateField("span_prefix", 6), TemplateField("span_row", 2)
PARENT = TemplateField("parent", 10)  # the whole field, which a root does not have
PARENT_PREFIX, PARENT_ROW = TemplateField("parent_prefix", 6), TemplateField("parent_row", 2)
START, END = TemplateField("start", 8), TemplateField("end", 8)
NUMBER = TemplateField("run", 8)
ROWS = TemplateField("rows", 8)
SUMS = tuple(TemplateField(what.name, 8) for what in SUMMED)

_SPANS = 2
_COUNTED = {Varying.ROWS: ROWS, **dict(zip(SUMMED, SUMS, strict=True))}


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

    @property
    def state(self) -> TemplateField:
        """The place of the tracestate."""
        return TemplateField("tracestate", self.state_room)

    @property
    def run_attributes(self) -> TemplateField:
        """The place of all attributes of the run's span."""
        return TemplateField("run_attributes", self.run_room)


def otlp_template(mould: Mould) -> Template:
    """The records of one run that did not fail."""
    rows, kept = mould.layout.rows, mould.layout.within(mould.limits)
    heads = [list(_head(row, mould)) for row in rows]
    bodies = [_body(row, left, mould) for row, left in zip(rows, kept, strict=True)]
    ends = [list(_varying(row, mould)) for row in rows]
    widths = [len(body) + len(laid_out(end).text) for body, end in zip(bodies, ends, strict=True)]
    longest = max(widths) + len(wire.INTERNAL)  # the filler says the kind, on each
    size = len(laid_out(heads[0]).text) + longest
    start = wire.field(_SPANS, bytes(size))[:-size]
    parts = zip(heads, bodies, widths, ends, strict=True)
    return template(
        [
            laid_out([start, *head, body, wire.filler(longest - width), *end])
            for head, body, width, end in parts
        ]
    )


def record_bytes(mould: Mould) -> int:
    """How many bytes each record of a template has, without making one."""
    rows, kept = mould.layout.rows, mould.layout.within(mould.limits)
    head = len(laid_out(_head(rows[0], mould)).text)
    longest = max(
        len(_body(row, left, mould)) + len(laid_out(_varying(row, mould)).text)
        for row, left in zip(rows, kept, strict=True)
    )
    return len(wire.field(_SPANS, bytes(head + longest + len(wire.INTERNAL))))


def trace_state(text: str, room: int) -> bytes:
    """A tracestate in `room` bytes: at least what `room_for` says of it."""
    return filled(wire.field(wire.TRACE_STATE, text.encode()), room)


def filled(fields: bytes, room: int) -> bytes:
    """Fields in `room` bytes: two more than they have, or just as many."""
    return fields + wire.filler(room - len(fields))


def room_for(content: bytes) -> int:
    """The room for a field with this content and all that are not much longer: a power of two."""
    return max(64, 1 << (len(content) + 6).bit_length())


def _head(row: Row, mould: Mould) -> Iterator[Part]:
    """Ids, flags and times; ids end in the number of the row, and of the one above."""
    numbers = row.number, mould.layout.rows[row.parent or 0].number
    own, above = [(each & 0xFFFF).to_bytes(2, "big") for each in numbers]
    yield from (wire.TRACE_ID, TRACE_ID, wire.FLAGS, FLAGS)
    if mould.state_room:
        yield mould.state, trace_state("", mould.state_room)
    yield from (wire.SPAN_ID, SPAN_PREFIX, (SPAN_ROW, own))
    yield from ((PARENT, b""), wire.PARENT_ID, PARENT_PREFIX, (PARENT_ROW, above))
    yield from (wire.START_TIME, START, wire.END_TIME, END)


def _body(row: Row, kept: Kept, mould: Mould) -> bytes:
    about = wire.field(wire.NAME, row.name.encode()) + wire.UNSET_STATUS
    if row.parent is None and mould.run_room:
        return about
    return about + wire.attributes(kept)


def _varying(row: Row, mould: Mould) -> Iterator[Part]:
    """The attributes that vary; what varies in one stands in its last eight bytes."""
    if row.parent is None and mould.run_room:
        yield mould.run_attributes, wire.filler(mould.run_room)
        return
    for name, what in row.varying:
        if what is Varying.KEPT:
            yield wire.attribute(name, mould.kept)
            continue
        number = what is Varying.RUN
        whole = wire.attribute(name, f"{mould.process}{0:08x}") if number else wire.counted(name)
        place = NUMBER if number else _COUNTED[what]
        yield from (whole[: -place.width], (place, whole[-place.width :]))
