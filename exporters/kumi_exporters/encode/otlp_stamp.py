"""The OTLP records of one layout for many runs, with their fields filled in, a field at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kumi.spans.block import HAS_IS_REMOTE, IS_REMOTE
from kumi_exporters.encode import digits, wire
from kumi_exporters.encode.otlp_template import SUMS, filled, trace_state
from kumi_exporters.encode.stamp import RowFormat, Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi_exporters.encode.otlp_template import Mould
    from kumi_exporters.encode.template import FieldName, Template

_SHIFTS = np.arange(0, 56, 7)
_MORE = np.array([0x80] * 7 + [0], np.uint8)


def _varints(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Eight bytes each, seven bits a byte; all but the last say that more follow."""
    octets = (numbers[..., None] >> _SHIFTS & 0x7F).astype(np.uint8) | _MORE
    return octets.view(np.uint64)[..., 0]


class OtlpStamp(Stamp):
    """Stamps blocks as records of one mould."""

    form = RowFormat(
        ids=lambda octets: octets,
        counts=_varints,
        root=lambda _: wire.NO_PARENT + wire.filler(8),  # ten bytes that mean nothing
        shared=("trace_id", "parent_prefix"),
    )

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
