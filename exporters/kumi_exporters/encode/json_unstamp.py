"""The lines of one layout, read back into the block that they were stamped from.

The template says where every field stands, so the columns of many runs are cut out of their bytes
at once, without a look at what is between. Whether the lines say just that is found by writing them
again: a run whose lines are not, byte for byte, those of the block made from them was written by
somebody else, or is damaged, and is left to whoever reads lines one by one.

    lines --cut out--> block --stamped--> lines'        a run is sound where lines' == lines
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from kumi.spans.block import Block
from kumi_exporters.encode import digits
from kumi_exporters.encode.json_stamp import JsonStamp, json_template
from kumi_exporters.encode.recent import room_for_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from opentelemetry.sdk.resources import Resource

    from kumi.spans.layout import Layout
    from kumi_exporters.encode.template import FieldName

_SAMPLED: Final = 0x01
_ID: Final = 16  # hex digits
_KIND: Final = len('{"event":"vm_operation"')
_TIME: Final = 19  # digits
_ROWS_OF_A_PREFIX: Final = 1 << 16
_EARLIEST: Final = 10**18
_LATEST: Final = 9 * 10**18
_LONGEST: Final = 10**15
_DECIMALS: Final = 6  # of milliseconds


class RunLines:
    """The lines of runs of `layout` that one `process` wrote, and kept for one reason.

    A run is `rows` lines of `width` bytes.
    """

    def __init__(self, layout: Layout, process: str, kept: str) -> None:
        self.layout, self.process, self._kept = layout, process, kept
        self._template = template = json_template(layout, process, kept)
        self.rows, self.width = template.text.shape
        self._stamp = JsonStamp(layout, template, 1)
        again: FieldName = (
            "cpu_upper" if layout.times_cpu else "run"
        )  # what differs again, behind the time
        places = template.places
        self._told = slice(places["milliseconds"][0].end, places[again][0].offset)
        self._telling = template.text[0, self._told].tobytes()
        self._second = template.text[1:2, :_KIND].tobytes()
        ends = {row.end: number for number, row in enumerate(layout.rows)}
        self._end_rows = [ends[slot] for slot in range(1, layout.readings)]
        of_axes = {layout.rows[number].axis: number for number in layout.operation_rows}
        self._sized_rows = {axis: row for axis, row in of_axes.items() if axis is not None}

    @property
    def size(self) -> int:
        """The bytes of a run."""
        return int(self.rows * self.width)

    @property
    def memory(self) -> int:
        """About how many bytes this holds on to."""
        return self._stamp.memory

    def may_begin_with(self, line: bytes) -> bool:
        """Whether a run's first line names this program, process and reason."""
        return len(line) == self.width and line[self._told] == self._telling

    def may_be(self, text: bytes) -> bool:
        """Whether a text has as many bytes and lines as a run of these, and a second line."""
        return (
            len(text) == self.size
            and text.startswith(self._second, self.width)
            and text.endswith(b"\n")
            and text.count(b"\n") == self.rows
        )

    def read(self, text: bytes, resource: Resource) -> Block:
        """The block of the runs in a text; its `sampled` says which are sound."""
        octets = np.frombuffer(text, np.uint8).reshape(-1, self.rows, self.width)
        block = self._block(octets, resource)
        sound = _are_in_range(block)
        block.readings[~sound], block.sizes[~sound] = _EARLIEST, 0
        if block.cpu is not None:
            block.cpu[~sound] = 0
        written = np.frombuffer(self._stamped(block), np.uint8).reshape(octets.shape)
        block.sampled = sound & (written == octets).all(axis=(1, 2))
        return block

    def _block(self, octets: NDArray[np.uint8], resource: Resource) -> Block:
        runs = len(octets)
        return Block(
            layout=self.layout,
            process=self.process,
            resource=resource,
            readings=self._readings(octets),
            sizes=self._sizes(octets),
            trace_ids=_from_hex(self._field(octets, "trace_id")),
            prefixes=self._prefixes(octets),
            parents=self._parents(octets),
            flags=np.full(runs, _SAMPLED, np.uint8),
            remote=np.zeros(runs, np.bool_),
            sampled=np.ones(runs, np.bool_),
            numbers=_from_hex(self._field(octets, "run")).view(">u4")[:, 0].astype("u4"),
            kept=self._kept,
            cpu=self._cpu(octets) if self.layout.times_cpu else None,
        )

    def _cpu(self, octets: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The nanoseconds of milliseconds with six decimals, and blanks before: `   12.345678`."""
        text = octets[:, 0, self._template.between("cpu_upper", "cpu")]
        figures = np.zeros((len(octets), 16), np.uint8)
        figures[:, 1:10], figures[:, 10:] = text[:, : -_DECIMALS - 1], text[:, -_DECIMALS:]
        upper, lower = np.moveaxis(_from_decimal(figures), 1, 0)
        nanoseconds: NDArray[np.int64] = upper * 10**8 + lower
        return nanoseconds

    def _field(
        self, octets: NDArray[np.uint8], field: FieldName, row: int = 0
    ) -> NDArray[np.uint8]:
        """A field of one row of each run: (runs, width) characters."""
        places = self._template.places[field]
        place = next(place for place in places if row < place.rows.stop)
        return octets[:, row, place.offset : place.end]

    def _readings(self, octets: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The start of the run, and the end of a row for each further reading."""
        between = self._template.between
        texts = np.zeros((len(octets), self.layout.readings, 24), np.uint8)
        texts[:, 0, -_TIME:] = octets[:, 0, between("start_upper", "start")]
        texts[:, 1:, -_TIME:] = octets[:, self._end_rows, between("end_upper", "end")]
        upper, middle, lower = np.moveaxis(_from_decimal(texts), 2, 0)
        readings: NDArray[np.int64] = upper * 10**16 + middle * 10**8 + lower
        return readings

    def _sizes(self, octets: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The cells of each axis, as an operation counts them of which it is the innermost."""
        sizes = np.zeros((len(octets), len(self.layout.axes)), np.int64)
        for axis, row in self._sized_rows.items():
            sizes[:, axis] = _from_decimal(self._field(octets, "rows", row))[:, 0]
        return sizes

    def _prefixes(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        firsts = range(0, self.rows, _ROWS_OF_A_PREFIX)
        texts = [_from_hex(self._field(octets, "span_prefix", row)) for row in firsts]
        return np.stack(texts, axis=1)

    def _parents(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        texts = octets[:, 0, self._template.between("parent", "parent_end")]
        parents = _from_hex(texts[:, 1 : 1 + _ID])
        parents[texts[:, 0] == ord("n")] = 0  # null
        return parents

    def _stamped(self, block: Block) -> memoryview:
        if self._stamp.runs < len(block):
            self._stamp = JsonStamp(self.layout, self._template, room_for_runs(len(block)))
        return self._stamp.stamp(block)


def _are_in_range(block: Block) -> NDArray[np.bool_]:
    """Which runs have times and sizes that a stamp has room for; anything may stand in a file."""
    times = block.readings
    first, last = times[:, 0], times[:, -1]
    in_range = (first >= _EARLIEST) & (last < _LATEST) & (last - first < _LONGEST)
    in_order = (times[:, 1:] >= times[:, :-1]).all(axis=1)
    return in_range & in_order & (block.sizes < digits.MOST_COUNT).all(axis=1)


_NIBBLES: Final = np.zeros(256, np.uint8)
_NIBBLES[list(b"0123456789abcdef")] = range(16)


def _from_hex(text: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(runs, n) bytes of (runs, 2n) hex digits; what is no digit counts as 0."""
    nibbles = _NIBBLES.take(text)
    octets: NDArray[np.uint8] = nibbles[:, ::2] * np.uint8(16) + nibbles[:, 1::2]
    return octets


def _from_decimal(text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Numbers of eight digits each, (…, n) of (…, 8n) characters; a blank or NUL counts as 0.

    All digits of a word at once: neighbours are put together, 1 and 1, then 2 and 2, then 4 and 4.
    """
    words = np.ascontiguousarray(text).view("<u8") & 0x0F0F0F0F0F0F0F0F
    words = (words * 10 + (words >> 8)) & 0x00FF00FF00FF00FF
    words = (words * 100 + (words >> 16)) & 0x0000FFFF0000FFFF
    return ((words * 10_000 + (words >> 32)) & 0xFFFFFFFF).astype(np.int64)
