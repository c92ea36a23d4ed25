"""The queue between the callers of one program and the owner: the one appends, the other takes."""

from __future__ import annotations

import struct
from collections import deque
from contextlib import suppress
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from kumi.ir.readings import ends_format
from kumi.observations import FailedRun
from kumi.spans.identify import MOST_RUNS, runs_per_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kumi.spans.layout import Layout

Run: TypeAlias = tuple[bytes, Any]
Failed: TypeAlias = tuple[FailedRun, Any]
Runs: TypeAlias = "list[Run] | FailedRun"

MOST_SHORT = 2048
"""Of runs that are trimmed: what a block costs whatever is in it is shared by more."""


class RunQueue:
    """A program's layout, and the queue that its runs go through in their order.

    Runs are appended by their callers and taken by the owner; neither needs a lock. What is taken
    is in `hand` until somebody else answers for it, since the end may be counted at any moment.
    `may_be_handed` says that spans of some may have been made already, by their callers. A run may
    be *trimmed*: a rule had no use for more of it than its two ends.
    """

    __slots__ = ("_most", "_trimmed", "hand", "layout", "may_be_handed", "queue")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.queue: deque[Run | Failed] = deque()
        self.hand: list[Run | Failed] = []
        self.may_be_handed = False
        self._trimmed = struct.calcsize(ends_format(times_cpu=layout.times_cpu))
        self._most = 0

    @property
    def can_be_trimmed(self) -> bool:
        """Whether a run has more than its two ends."""
        alone = self.layout.run_alone
        return self.layout.readings > alone.readings or bool(self.layout.axes)

    def take(self, blockfuls: int = 1) -> list[tuple[Layout, Runs]]:
        """The oldest runs in their order, with the layout of what there is of them.

        At most some blockfuls, or more where the last ones were trimmed. Each failure is alone.
        """
        most = max(self._most, min(MOST_RUNS, blockfuls * runs_per_block(self.layout)))
        with suppress(IndexError):  # a run without room drops some at the same time
            self.hand.extend(map(_popleft, repeat(self.queue, most)))
        taken = self._apart(self.hand)
        self._most = MOST_SHORT if taken and taken[-1][0] is not self.layout else 0
        return taken

    def is_trimmed(self, packed: bytes) -> bool:
        """Whether these are a run's two ends."""
        return len(packed) == self._trimmed and self.can_be_trimmed

    def _apart(self, taken: list[Run | Failed]) -> list[tuple[Layout, Runs]]:
        """Runs of one kind together; most often all are of one, which is looked at first."""
        if _are_alike(taken):
            return [(self._layout_of(taken[0]), cast("list[Run]", taken.copy()))]
        return [
            (layout, some)
            for layout, items in groupby(taken, key=self._layout_of)
            for some in _failures_apart(list(items))
        ]

    def _layout_of(self, run: Run | Failed) -> Layout:
        packed = run[0]
        is_trimmed = isinstance(packed, bytes) and self.is_trimmed(packed)
        return self.layout.run_alone if is_trimmed else self.layout

    @property
    def waiting(self) -> int:
        """How many runs nobody else answers for yet."""
        return len(self.queue) + len(self.hand)

    def drop_down_to(self, runs: int) -> int:
        """Drop the oldest until `runs` are left; how many that were."""
        dropped = 0
        with suppress(IndexError):  # the owner takes some at the same time
            while len(self.queue) > runs:
                self.queue.popleft()
                dropped += 1
        return dropped


def _are_alike(taken: list[Run | Failed]) -> bool:
    """Whether all are packed runs, and all are whole or all are trimmed."""
    try:
        sizes = set(map(len, [run for run, _ in cast("list[Run]", taken)]))
    except TypeError:  # one has failed
        return False
    return len(sizes) == 1


def size(runs: Runs) -> int:
    """How many runs these are."""
    return 1 if isinstance(runs, FailedRun) else len(runs)


def _failures_apart(taken: list[Run | Failed]) -> Iterator[Runs]:
    for failed, items in groupby(taken, key=lambda item: isinstance(item[0], FailedRun)):
        if failed:
            yield from (cast("Failed", item)[0] for item in items)
        else:
            yield cast("list[Run]", list(items))


_popleft: Callable[[deque[Any]], Any] = deque.popleft
