"""What goes through the stages: runs of one program, as they were kept, as columns, as a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kumi.otel.delivery.run_queue import size
from kumi.spans.block import only_sampled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from kumi.otel.delivery.run_queue import RunQueue, Runs
    from kumi.spans.block import Block
    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout

_TOGETHER = 2000
"""Spans: programs that have less than this go on together, the others a block at a time."""


class Claim:
    """What one of two threads is to do, the first that comes to it.

    At the end there may be two that count, the owner and who waits for it in vain.
    """

    __slots__ = ("_unclaimed",)

    def __init__(self) -> None:
        self._unclaimed = [None]

    def take(self) -> bool:
        """Whether nobody has taken it yet; in one step, which no other thread can divide."""
        try:
            self._unclaimed.pop()
        except IndexError:
            return False
        return True

    @property
    def is_taken(self) -> bool:
        """Whether somebody has."""
        return not self._unclaimed


@dataclass(slots=True, eq=False)
class Batch:
    """Runs of one program, and how far they have come: so that the end can count them anywhere.

    `kept` is why they are, as `kumi.run.kept` has it. `folded` are the numbers, among its sampled
    runs, of those of which traces get summaries only. `may_be_handed`: the contexts of some may be
    what their callers made of them, a `HandedRun`. Who takes `counting` counts the runs, and who
    takes `sending` says what became of their spans for traces.
    """

    layout: Layout
    runs: Runs
    decoded: Decoded | None = None
    block: Block | None = None
    kept: str = "all"
    may_be_handed: bool = False
    folded: Sequence[int] = ()
    counting: Claim = field(default_factory=Claim)
    sending: Claim = field(default_factory=Claim)

    @property
    def run_count(self) -> int:
        """How many runs this is: before they are columns, as many as there were."""
        return size(self.runs) if self.decoded is None else len(self.decoded)

    @property
    def span_count(self) -> int:
        """How many spans this is; before there is a block, as if no run had failed."""
        if self.block is not None:
            return self.block.span_count
        return self.run_count * len(self.layout.rows)

    @property
    def in_traces(self) -> NDArray[np.bool_] | None:
        """Which of the runs have spans of their own in traces; None where none can have any."""
        if self.block is None or not self.sending.is_taken:
            return None
        if not self.folded:
            return self.block.sampled
        found = self.block.sampled.copy()
        found[np.flatnonzero(found)[self.folded]] = False
        return found


def rounds(
    queues: Iterable[RunQueue], in_hand: list[Batch], blockfuls: int = 1
) -> Iterator[list[Batch]]:
    """What waits now, in parts of some megabytes of output; runs of many programs go together.

    Of a program it takes so many `blockfuls` at a time, as long as they are no more runs than a
    block may have.
    It is `in_hand` from the moment when it is in no queue any more, until that is cleared.
    """
    for queue in queues:
        left = len(queue.queue)
        while left > 0 and (taken := queue.take(blockfuls)):
            handed = queue.may_be_handed
            in_hand += [Batch(queue.layout, runs, may_be_handed=handed) for runs in taken]
            queue.hand.clear()
            left -= sum(map(size, taken))
            if sum(batch.span_count for batch in in_hand) >= _TOGETHER:
                yield in_hand
    if in_hand:
        yield in_hand


def sampled(batches: Iterable[Batch]) -> list[tuple[Batch, Block]]:
    """The batches of which traces get something, each with the block of that."""
    blocks = [(batch, batch.block and only_sampled(batch.block)) for batch in batches]
    return [(batch, block) for batch, block in blocks if block is not None]
