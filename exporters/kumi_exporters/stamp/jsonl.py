"""Blocks as lines of the event file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans.events import line
from kumi.spans.run_events import run_events

if TYPE_CHECKING:
    from kumi.spans.block import Block


class JsonlStamper:
    """Turns blocks into lines."""

    def encode(self, block: Block) -> tuple[bytes | memoryview, int]:
        """The lines of a block, and how many; valid until the next call."""
        lines = [line(event) for event in run_events(block)]
        return b"".join(lines), len(lines)
