"""To the senders: runs whole or folded, and the summaries of those that were folded."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from kumi.otel.delivery.counts import TRACES_FAILED
from kumi.otel.delivery.fold import Fold, Folded
from kumi.otel.log import trouble
from kumi.spans.folded import tree_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from kumi.otel.delivery.sender import Sender
    from kumi.spans.block import Block
    from kumi.spans.identify import Identity


class ToTraces:
    """Gives runs to senders, within the budgets of traces, `most_spans` each.

    A sender whose exporter can take traces of any size gets all runs whole. Called on the owner's
    thread, but for `waiting`.
    """

    def __init__(self, most_spans: int) -> None:
        self._fold = Fold(most_spans)
        self.waiting = self._fold.waiting

    def fold(self, block: Block, senders: Sequence[Sender], id_generator: IdGenerator) -> Folded:
        """What senders with a budget get of runs, all of them sampled."""
        if not any(sender.has_budget for sender in senders):
            return Folded([block])
        try:
            return self._fold.fold(block, id_generator, perf_counter())
        except BaseException as error:  # noqa: BLE001 - id generators are anybody's code
            trouble("folding spans of runs", error)
            return Folded([], 0, range(len(block)), block.span_count)

    def send(self, runs: Sequence[tuple[Block, Folded]], senders: Sequence[Sender]) -> None:
        """Send runs: whole, or what was made of them. All is counted before any sender waits."""
        whole = [block for block, _ in runs]
        parts = [part for _, folded in runs for part in folded.blocks]
        for sender in senders:
            if sender.has_budget:
                sender.count_folded(sum(folded.spans for _, folded in runs))
                sender.count_lost(TRACES_FAILED, sum(folded.lost for _, folded in runs))
        sent = [(sender, parts if sender.has_budget else whole) for sender in senders]
        for sender, blocks in sent:
            sender.expect(blocks)
        for sender, blocks in sent:
            sender.blocks(blocks)

    def send_due(
        self, senders: Sequence[Sender], identity: Callable[[], Identity], now: float = inf
    ) -> None:
        """Send the summaries that are due, all there are where no time is said."""
        trees = self._fold.due(now)
        if not trees:
            return
        limited = [sender for sender in senders if sender.has_budget]
        try:
            blocks = list(tree_blocks(trees, identity()))
        except BaseException as error:  # noqa: BLE001 - id generators are anybody's code
            trouble("making summaries of folded spans", error)
            lost = sum(tree.span_count for tree in trees)
            for sender in limited:
                sender.count_lost(TRACES_FAILED, lost)
        else:
            for sender in limited:
                sender.expect(blocks)
                sender.blocks(blocks)
        trees.clear()

    def seconds_left(self) -> float | None:
        """Until summaries are due; None where none are waiting."""
        return self._fold.seconds_left(perf_counter())
