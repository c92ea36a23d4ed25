"""The OTLP records of one layout for many runs, with their fields filled in, a field at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kumi.spans.block import HAS_IS_REMOTE, IS_REMOTE
from kumi_exporters.encode import digits, wire
from kumi_exporters.encode import otlp_template as fields
from kumi_exporters.encode.buffer import Buffer
from kumi_exporters.encode.fillers import Parents, Prefixes, RowCounts, Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi_exporters.encode.otlp_template import Mould
    from kumi_exporters.encode.template import Template

_SHIFTS = np.arange(0, 56, 7)
_MORE = np.array([0x80] * 7 + [0], np.uint8)
_ROOT = np.frombuffer(wire.NO_PARENT + wire.filler(8), np.uint8)
_RUN = slice(0, 1)


class OtlpStamp:
    """Stamps blocks of at most `buffer.runs` runs of one mould."""

    def __init__(self, mould: Mould, template: Template, runs: int, front: int) -> None:
        layout, self._mould = mould.layout, mould
        self.buffer = buffer = Buffer(template, runs, front)
        self._starts = np.array([row.start for row in layout.rows])
        self._ends = np.array([row.end for row in layout.rows])
        self._shared = Shared(
            buffer,
            (fields.TRACE_ID, fields.FLAGS, fields.SPAN_PREFIX, fields.PARENT_PREFIX)
            + ((mould.state,) if mould.state_room else ()),
            own=(fields.SPAN_ROW, fields.PARENT_ROW),
        )
        self._prefixes = Prefixes(buffer, layout, fields.SPAN_PREFIX, fields.PARENT_PREFIX)
        self._parents = Parents(buffer, fields.PARENT, _parents)
        self._counts = RowCounts(buffer, layout, fields.ROWS, _varints)
        self._start_times, self._end_times = buffer.view(fields.START), buffer.view(fields.END)
        self._run_flags = buffer.view(fields.FLAGS, _RUN)[:, 0]
        of_run = mould.run_attributes if mould.run_room else fields.NUMBER
        self._run_varies = buffer.view(of_run) if of_run in template.places else None
        summaries = [row.summary for row in layout.rows if row.summary is not None]
        self._summaries = np.array(summaries, np.intp)
        self._sums = [buffer.view(field) for field in fields.SUMS] if summaries else []

    def stamp(self, block: Block, w3c_flags: int, given: Sequence[bytes]) -> None:
        """Write a block over the one before.

        `given` are the attributes of each run's span, where the mould has room for them.
        """
        runs = len(block)
        flags = (block.flags & np.uint8(w3c_flags)).astype(np.uint32) | np.uint32(HAS_IS_REMOTE)
        self._stamp_shared(block, flags)
        self._start_times[:runs] = block.readings.take(self._starts, axis=1)
        self._end_times[:runs] = block.readings.take(self._ends, axis=1)
        if self._run_varies is not None:
            self._run_varies[:runs] = self._of_runs(block.numbers, given)
        if b"\1" in block.remote.tobytes():  # a tenth of the cost of `any`
            self._run_flags[:runs] = flags | block.remote.astype(np.uint32) * np.uint32(IS_REMOTE)
        self._prefixes.fill(block.prefixes)
        self._parents.fill(block.parents)
        self._counts.fill(block.sizes)
        if block.sums is not None:
            self._fill_sums(block.sums.take(self._summaries, axis=1))

    def _fill_sums(self, sums: NDArray[np.int64]) -> None:
        for which, view in enumerate(self._sums):
            view[: len(sums)] = _varints(sums[:, :, which])

    def _stamp_shared(self, block: Block, flags: NDArray[np.uint32]) -> None:
        runs, part = len(block), self._shared.part
        part(fields.TRACE_ID)[:runs] = block.trace_ids
        part(fields.FLAGS)[:runs] = flags.view(np.uint8).reshape(runs, 4)
        part(fields.SPAN_PREFIX)[:runs] = block.prefixes[:, 0]
        part(fields.PARENT_PREFIX)[:runs] = block.prefixes[:, 0]
        if block.tracestates:
            room = self._mould.state_room
            states = b"".join([fields.trace_state(text, room) for text in block.tracestates])
            part(self._mould.state)[:runs] = np.frombuffer(states, np.uint8).reshape(runs, -1)
        self._shared.copy(runs)

    def _of_runs(self, numbers: NDArray[np.uint32], given: Sequence[bytes]) -> NDArray[np.void]:
        room = self._mould.run_room
        if not room:
            return digits.hexadecimal(digits.octets(numbers)).view(np.uint64)
        texts = b"".join([fields.filled(each, room) for each in given])
        return np.frombuffer(texts, self._mould.run_attributes.word)[:, None]


def _varints(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Eight bytes each, seven bits a byte; all but the last say that more follow."""
    octets = (numbers[..., None] >> _SHIFTS & 0x7F).astype(np.uint8) | _MORE
    return octets.view(np.uint64)[..., 0]


def _parents(parents: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The field of the parent's id; of roots, ten bytes that mean nothing."""
    texts = np.empty((len(parents), fields.PARENT.width), np.uint8)
    texts[:, :2] = np.frombuffer(wire.PARENT_ID, np.uint8)
    texts[:, 2:] = parents
    texts[~parents.any(axis=1)] = _ROOT
    return texts
