"""The OTLP records of one layout, laid out as a template and filled in, a field at a time.

Protocol Buffers let fields come in any order, a number have more bytes than it needs, and a field
come twice, of which the last counts. So a record begins with ids, flags and times, which stand at
one offset in all records; then comes what is constant, then a filler that says the span's kind as
often as there is room, and at its end the attributes that vary. Where samplers gave attributes, all
those of the run's span are filled in there.

    0a…  trace id  flags  [tracestate]  span id  parent  times | name, attributes | filler | rows
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kumi.spans.block import HAS_IS_REMOTE, IS_REMOTE
from kumi.spans.span_fields import SUMMED, Varying
from kumi_exporters.encode import digits, wire
from kumi_exporters.encode.stamp import Stamp
from kumi_exporters.encode.template import template, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout, Row
    from kumi.spans.limits import Limits
    from kumi_exporters.encode.template import FieldName, Part, Template

SUMS: tuple[FieldName, ...] = ("span_count", "total", "shortest", "longest")
"""The fields of what a summary says, in the order of `SUMMED`."""

_SPANS = 2
_WORD = 8
_FIELDS: dict[Varying, FieldName] = {
    Varying.RUN: "run",
    Varying.ROWS: "rows",
    **dict(zip(SUMMED, SUMS, strict=True)),
}
_SHIFTS = np.arange(0, 56, 7)
_MORE = np.array([0x80] * 7 + [0], np.uint8)


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
    head = [*_head(mould.state_room)]
    widths = [len(body) + width(end) for body, end in rests]
    longest = max(widths) + len(wire.INTERNAL)  # the filler says the kind, on each
    size = width(head) + longest
    start = wire.field(_SPANS, bytes(size))[:-size]
    return template(
        (start, *head, body, wire.filler(longest - own), *end)
        for (body, end), own in zip(rests, widths, strict=True)
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


def _head(state_room: int) -> Iterator[Part]:
    """Ids, flags and times."""
    yield from (wire.TRACE_ID, ("trace_id", bytes(16)), wire.FLAGS, ("flags", bytes(4)))
    if state_room:
        yield "tracestate", trace_state("", state_room)
    yield from (wire.SPAN_ID, ("span_prefix", bytes(6)), ("span_row", bytes(2)), ("parent", b""))
    yield from (wire.PARENT_ID, ("parent_prefix", bytes(6)), ("parent_row", bytes(2)))
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
    said = f"{mould.process}{0:08x}"
    whole = wire.attribute(name, said) if what is Varying.RUN else wire.counted(name)
    return whole[:-_WORD], (_FIELDS[what], whole[-_WORD:])


def _varints(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Eight bytes each, seven bits a byte; all but the last say that more follow."""
    octets = (numbers[..., None] >> _SHIFTS & 0x7F).astype(np.uint8) | _MORE
    return octets.view(np.uint64)[..., 0]


class OtlpStamp(Stamp):
    """Stamps blocks as records of one mould."""

    ids = staticmethod(lambda octets: octets)
    counts = staticmethod(_varints)
    root = staticmethod(lambda _: wire.NO_PARENT + wire.filler(8))  # ten bytes that mean nothing
    shared = "trace_id", "parent_prefix"

    def __init__(self, mould: Mould, template: Template, runs: int, front: int) -> None:
        super().__init__(mould.layout, template, runs, front)
        self._mould = mould
        self._summary_of = np.array([row.summary or 0 for row in mould.layout.rows])

    def stamp(self, block: Block, w3c_flags: int, given: Sequence[bytes]) -> None:
        """Write a block over the one before.

        `given` are the attributes of each run's span, where the mould has room for them.
        """
        runs, mould = slice(len(block)), self._mould
        flags = (block.flags & np.uint8(w3c_flags)).astype(np.uint32) | np.uint32(HAS_IS_REMOTE)
        shared: dict[FieldName, NDArray[Any]] = {"flags": flags[:, None]}
        if block.tracestates:
            states = [trace_state(text, mould.state_room) for text in block.tracestates]
            shared["tracestate"] = _fields(states)
        self.fill_alike(block, shared)
        self.fill("start", block.readings.take(self.starts, axis=1), runs)
        self.fill("end", block.readings.take(self.ends, axis=1), runs)
        if given:
            self.fill("given", _fields([filled(each, mould.run_room) for each in given]), runs)
        if b"\1" in block.remote.tobytes():  # a tenth of the cost of `any`
            remote = flags | block.remote.astype(np.uint32) * np.uint32(IS_REMOTE)
            self.fill_first("flags", remote[:, None], runs)
        if block.sums is not None:
            sums = block.sums.take(self._summary_of, axis=1)
            for which, field in enumerate(SUMS):
                self.fill(field, _varints(sums[:, :, which]), runs)


def _fields(texts: Sequence[bytes]) -> NDArray[Any]:
    """Texts of one width, a run each: (runs, 1)."""
    return digits.words(np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), -1))
