"""Blocks into an event file, each program described before its first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans import events
from kumi.spans.json_lines import line
from kumi_exporters.encode.json_encoder import JsonEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.eventfile.event_file import EventFile


class BlockWriter:
    """Writes blocks for one process; used by one thread at a time."""

    def __init__(self, file: EventFile) -> None:
        self._file = file
        self.renew()

    def renew(self) -> None:
        """A forked child describes its programs itself, and has pages of its own."""
        self._encoder = JsonEncoder()
        self._described: set[str] = set()
        self._opening = 0

    def write(self, blocks: Sequence[Block], opening: int) -> int:
        """Append the lines of blocks in one piece; how many of them, one a span, are in the file.

        `opening` is what `ready` of the file says: one that was begun anew has its programs
        described again.
        """
        if opening != self._opening:
            self._opening = opening
            self._described.clear()
        for block in blocks:
            self._describe(block.layout)
        return self._file.write(*self._lines(blocks))

    def _lines(self, blocks: Sequence[Block]) -> tuple[bytes | memoryview, int]:
        """The lines, and how many; those of a single block are not copied."""
        if len(blocks) == 1:
            return self._encoder.encode(blocks[0])
        encoded = [(bytes(lines), count) for lines, count in map(self._encoder.encode, blocks)]
        return b"".join([lines for lines, _ in encoded]), sum(count for _, count in encoded)

    def _describe(self, layout: Layout) -> None:
        if layout.key in self._described:
            return
        if self._file.say(line(events.program(layout))):
            self._described.add(layout.key)
