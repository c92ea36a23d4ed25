"""Blocks as lines of the event file, stamped into lines that stay: some 30 ns each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans.events import line
from kumi.spans.run_events import run_events
from kumi_exporters.stamp import digits
from kumi_exporters.stamp.lines import lines
from kumi_exporters.stamp.recent import Recent
from kumi_exporters.stamp.sheet import EARLIEST, LONGEST, Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kumi.spans.block import Block


class JsonlStamper:
    """Turns blocks into lines; keeps the lines of recent layouts, within some memory."""

    def __init__(self) -> None:
        self._sheets: Recent[Sheet] = Recent(lambda sheet: sheet.page.memory)

    def encode(self, block: Block) -> tuple[bytes | memoryview, int]:
        """The lines of a block, and how many; valid until the next call.

        Failed runs, and what is too long or too large for its place, go event by event.
        """
        if not _fits(block):
            written = [line(event) for event in run_events(block)]
            return b"".join(written), len(written)
        return self._sheet(block).stamp(block), len(block) * len(block.layout.rows)

    def _sheet(self, block: Block) -> Sheet:
        key = (block.layout, block.process, block.kept)
        sheet = self._sheets.get(key)
        if sheet is not None and sheet.page.runs >= len(block):
            return sheet
        runs = 1 << (len(block) - 1).bit_length()
        text = sheet.lines if sheet else lines(*key)
        return self._sheets.put(key, Sheet(block.layout, runs, text))


def _fits(block: Block) -> bool:
    if block.failure is not None or not len(block):
        return False
    first = digits.smallest(block.readings[:, 0])
    last = digits.largest(block.readings[:, -1])
    return (
        first >= EARLIEST
        and last - first < LONGEST
        and (not block.sizes.size or _has_place(block.sizes))
    )


def _has_place(sizes: NDArray[np.int64]) -> bool:
    return digits.smallest(sizes) >= 0 and digits.largest(sizes) < digits.MOST_COUNT
