"""Budgets of traces: how much of each recent one was sent, and what a run costs of it.

A trace may have so many spans of ours, and so many bytes of them. Both are one number here: a run
costs its share of the first or of the second, whichever is more. With room for 10,000 spans and
3,750,000 bytes a run of 10 spans and 3,000 bytes costs a thousandth of the budget, and one of 7,500
bytes two; so neither is ever exceeded, whatever the runs of a trace are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from kumi_exporters.encode.otlp_stamp import Mould, record_bytes, room_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout

MOST_BYTES: Final = 3_750_000
TREE_BYTES: Final = 240_000
"""What a trace may have of whole runs, and of trees of summaries besides: 4 MB with what stands
around them in messages."""
_RECENT: Final = 2_000


class Budgets:
    """What recent traces have spent, of `most_spans` each.

    Of the traces that had a run lately 2,000 are remembered, or twice as many; one that comes back
    later begins anew.
    """

    def __init__(self, most_spans: int) -> None:
        self.whole = most_spans * MOST_BYTES
        self._most_spans = most_spans
        self._record_bytes: WeakKeyDictionary[Layout, int] = WeakKeyDictionary()
        self._recent: dict[bytes, int] = {}
        self._older: dict[bytes, int] = {}

    def cost(self, block: Block, layout: Layout | None = None) -> int:
        """What a run of a block costs; or what it would, with another layout of its program."""
        layout = layout or block.layout
        spans = len(layout.rows)
        if spans > self._most_spans:  # whatever its bytes are; a long program has many
            return spans * MOST_BYTES
        return max(spans * MOST_BYTES, self.size(block, layout) * self._most_spans)

    def size(self, block: Block, layout: Layout) -> int:
        """How many bytes of OTLP a run of a block is, with a layout of its program."""
        each = self._record_bytes.get(layout)
        if each is None:
            mould = Mould(layout, block.limits, block.process, block.kept)
            each = self._record_bytes[layout] = record_bytes(mould)
        if block.tracestates:
            each += max([room_for(state.encode()) for state in block.tracestates])
        return len(layout.rows) * each

    def spent(self, trace: bytes) -> int:
        """What a trace has spent."""
        spent = self._recent.get(trace)
        return self._older.pop(trace, 0) if spent is None else spent

    def take(self, trace: bytes, each: int, wanted: int) -> int:
        """How many of the `wanted` runs the trace has budget for: they take it."""
        spent = self.spent(trace)
        fit = min(wanted, max(0, self.whole - spent) // each)
        self._recent[trace] = spent + fit * each
        return fit

    def lacking(self, traces: Sequence[bytes], each: int) -> list[int]:
        """Of runs of these traces, those for which they have no budget; the others take it.

        A call for each run would cost twice as much as this does.
        """
        if traces.count(traces[0]) == len(traces):  # most often: the runs of one request
            return [*range(self.take(traces[0], each, len(traces)), len(traces))]
        recent, older, most = self._recent, self._older, self.whole - each
        lacking = []
        for run, trace in enumerate(traces):
            spent = recent.get(trace)
            if spent is None:
                spent = older.pop(trace, 0)
            if spent > most:
                recent[trace] = spent
                lacking.append(run)
            else:
                recent[trace] = spent + each
        return lacking

    def overdraw(self, trace: bytes, each: int) -> None:
        """Spend what there may be no budget for."""
        self._recent[trace] = self.spent(trace) + each

    def forgotten(self) -> Iterable[bytes]:
        """The traces that are not remembered any more, where there are too many."""
        if len(self._recent) <= _RECENT:
            return ()
        gone, self._older, self._recent = self._older, self._recent, {}
        return gone
