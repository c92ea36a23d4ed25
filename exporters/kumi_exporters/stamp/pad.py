"""The OTLP records of one layout for many runs, with every place in them that is stamped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kumi.spans.block import HAS_IS_REMOTE, IS_REMOTE
from kumi_exporters.stamp import digits, wire
from kumi_exporters.stamp.cells import Cells
from kumi_exporters.stamp.page import Page
from kumi_exporters.stamp.records import filled, trace_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi_exporters.stamp.records import Records

_PREFIX = "V6"
_SHIFTS = np.arange(0, 56, 7)
_MORE = np.array([0x80] * 7 + [0], np.uint8)
_ROOT = np.frombuffer(wire.NO_PARENT + wire.filler(8), np.uint8)


class Pad:
    """Stamps blocks of at most `page.runs` runs of one layout."""

    def __init__(self, records: Records, runs: int, front: int) -> None:
        layout, self.records = records.mould.layout, records
        self.page = page = Page(records.text, runs, front)
        self._starts = np.array([row.start for row in layout.rows])
        self._ends = np.array([row.end for row in layout.rows])
        self._parent_of = np.array([row.parent or 0 for row in layout.rows])
        text = records.text
        self._shared = np.empty((runs, records.shared.stop - records.shared.start), np.uint8)
        self._shared[:] = text[0, records.shared]
        self._stretches = page.view(f"V{self._shared.shape[1]}", records.shared.start)
        self._span_rows = page.view("<u2", records.span_id + 6)
        self._parent_rows = page.view("<u2", records.parent_id + 6)
        self._span_numbers = _pairs(text, records.span_id + 6)
        self._parent_numbers = _pairs(text, records.parent_id + 6)
        self._start_times = page.view("<i8", records.start_time)
        self._end_times = page.view("<i8", records.end_time)
        run = slice(0, 1)
        self._run_numbers = page.view("<u8", records.run_number, run)[:, 0]
        self._run_room = records.mould.run_room
        self._run_attributes = page.view(f"V{self._run_room}", records.run_attributes, run)[:, 0]
        self._run_flags = page.view("<u4", records.flags, run)[:, 0]
        self._run_parents = page.view("V10", records.parent_id - 2, run)[:, 0]
        self._parents: tuple[bytes, NDArray[np.void]] = (b"", np.empty(0, "V10"))
        self._cells = Cells(page, layout, records.cells, _varints)

    def stamp(self, block: Block, w3c_flags: int, given: Sequence[bytes]) -> None:
        """Write a block over the one before.

        `given` are the attributes of each run's span, where the page has room for them.
        """
        runs = len(block)
        flags = (block.flags & np.uint8(w3c_flags)).astype(np.uint32) | np.uint32(HAS_IS_REMOTE)
        self._stamp_shared(block, flags)
        self._start_times[:runs] = block.readings.take(self._starts, axis=1)
        self._end_times[:runs] = block.readings.take(self._ends, axis=1)
        self._stamp_runs(block.numbers, given)
        if b"\1" in block.remote.tobytes():  # a tenth of the cost of `any`
            self._run_flags[:runs] = flags | block.remote.astype(np.uint32) * np.uint32(IS_REMOTE)
        parents = block.parents.tobytes()
        if self._parents[0] != parents:  # runs of a request follow each other, and so do roots
            self._parents = parents, _parents(block.parents)
        self._run_parents[:runs] = self._parents[1]
        self._cells.stamp(block.sizes)
        for part in range(1, block.prefixes.shape[1]):
            self._stamp_more_ids(block, part)

    def _stamp_runs(self, numbers: NDArray[np.uint32], given: Sequence[bytes]) -> None:
        runs = len(numbers)
        if self._run_room:
            texts = b"".join([filled(each, self._run_room) for each in given])
            self._run_attributes[:runs] = np.frombuffer(texts, self._run_attributes.dtype)
        else:
            octets = digits.hexadecimal(digits.octets(numbers))
            self._run_numbers[:runs] = octets.view(np.uint64)[:, 0]

    def _stamp_shared(self, block: Block, flags: NDArray[np.uint32]) -> None:
        runs, at = len(block), self.records
        prefixes = block.prefixes[:, 0]
        self._put(runs, at.trace_id, block.trace_ids)
        self._put(runs, at.flags, flags.view(np.uint8).reshape(runs, 4))
        self._put(runs, at.span_id, prefixes)
        self._put(runs, at.parent_id, prefixes)
        if block.tracestates:
            room = at.mould.state_room
            states = b"".join([trace_state(text, room) for text in block.tracestates])
            self._put(runs, at.trace_state, np.frombuffer(states, np.uint8).reshape(runs, -1))
        self._stretches[:runs] = self._shared[:runs].view(self._stretches.dtype)
        self._span_rows[:runs] = self._span_numbers
        self._parent_rows[:runs] = self._parent_numbers

    def _put(self, runs: int, offset: int, octets: NDArray[np.uint8]) -> None:
        start = offset - self.records.shared.start
        self._shared[:runs, start : start + octets.shape[1]] = octets

    def _stamp_more_ids(self, block: Block, part: int) -> None:
        """The rows of each further 65,536 have a prefix of their own."""
        runs, rows = len(block), slice(part << 16, (part + 1) << 16)
        prefixes = np.ascontiguousarray(block.prefixes[:, part]).view(_PREFIX)
        self.page.view(_PREFIX, self.records.span_id, rows)[:runs] = prefixes
        below = np.flatnonzero(self._parent_of >> 16 == part)
        self.page.view(_PREFIX, self.records.parent_id)[:runs, below] = prefixes


def _varints(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Eight bytes each, seven bits a byte; all but the last say that more follow."""
    octets = (numbers[..., None] >> _SHIFTS & 0x7F).astype(np.uint8) | _MORE
    return octets.view(np.uint64)[..., 0]


def _parents(parents: NDArray[np.uint8]) -> NDArray[np.void]:
    """The field of the parent's id; of roots, ten bytes that mean nothing."""
    fields = np.empty((len(parents), 10), np.uint8)
    fields[:, :2] = np.frombuffer(wire.PARENT_ID, np.uint8)
    fields[:, 2:] = parents
    fields[~parents.any(axis=1)] = _ROOT
    return fields.view("V10")[:, 0]


def _pairs(text: NDArray[np.uint8], offset: int) -> NDArray[np.uint16]:
    """Two bytes of each row."""
    return np.ascontiguousarray(text[:, offset : offset + 2]).view("<u2")[:, 0]
