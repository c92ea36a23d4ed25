"""Blocks into an event file, each program described before its first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans import events
from kumi_exporters.stamp.jsonl import JsonlStamper

if TYPE_CHECKING:
    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.files import EventFile


class BlockWriter:
    """Writes blocks for one process; used by one thread at a time."""

    def __init__(self, file: EventFile) -> None:
        self._file = file
        self.renew()

    def renew(self) -> None:
        """A forked child describes its programs itself, and has pages of its own."""
        self._stamper = JsonlStamper()
        self._described: set[str] = set()
        self._opening = 0

    def write(self, block: Block, opening: int) -> int:
        """Append the lines of a block, one a span; how many of them are in the file now.

        `opening` is what `ready` of the file says: one that was begun anew has its programs
        described again.
        """
        if opening != self._opening:
            self._opening = opening
            self._described.clear()
        self._describe(block.layout)
        return self._file.write(*self._stamper.encode(block))

    def _describe(self, layout: Layout) -> None:
        if layout.key in self._described:
            return
        if self._file.say(events.line(events.program(layout))):
            self._described.add(layout.key)
