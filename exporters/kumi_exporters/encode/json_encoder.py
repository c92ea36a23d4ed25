"""Blocks as lines of the event file, stamped into lines that stay: some 30 ns each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans.json_lines import line
from kumi.spans.run_events import run_events
from kumi_exporters.encode import digits
from kumi_exporters.encode.json_stamp import JsonStamp, json_template
from kumi_exporters.encode.recent import Recent, room_for_runs

if TYPE_CHECKING:
    from kumi.spans.block import Block

_EARLIEST = 10**18  # nineteen digits, as all moments between 2001 and 2286 have
_LONGEST = 10**15


class JsonEncoder:
    """Turns blocks into lines; keeps the lines of recent layouts, within some memory."""

    def __init__(self) -> None:
        self._stamps: Recent[JsonStamp] = Recent(lambda stamp: stamp.memory)

    def encode(self, block: Block) -> tuple[bytes | memoryview, int]:
        """The lines of a block, and how many; valid until the next call.

        Failed runs, and what is too long or too large for its place, go event by event.
        """
        if not _fits(block):
            written = [line(event) for event in run_events(block)]
            return b"".join(written), len(written)
        return self._stamp(block).stamp(block), len(block) * len(block.layout.rows)

    def _stamp(self, block: Block) -> JsonStamp:
        key = (block.layout, block.process, block.kept)
        stamp = self._stamps.get(key)
        if stamp is not None and stamp.runs >= len(block):
            return stamp
        template = stamp.template if stamp else json_template(*key)
        made = JsonStamp(block.layout, template, room_for_runs(len(block)))
        return self._stamps.put(key, made)


def _fits(block: Block) -> bool:
    if block.failure is not None or not len(block):
        return False
    first = digits.smallest(block.readings[:, 0])
    last = digits.largest(block.readings[:, -1])
    return (
        first >= _EARLIEST
        and last - first < _LONGEST
        and digits.are_between(block.sizes, digits.MOST_COUNT)
        and (block.cpu is None or digits.are_between(block.cpu, _LONGEST))
    )
