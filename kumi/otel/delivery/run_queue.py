"""The queue between the callers of one program and the owner: the one appends, the other takes."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from kumi.observations import FailedRun
from kumi.spans.identify import MOST_RUNS, runs_per_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kumi.spans.layout import Layout

Run: TypeAlias = tuple[bytes, Any]
Failed: TypeAlias = tuple[FailedRun, Any]
Runs: TypeAlias = "list[Run] | FailedRun"


class RunQueue:
    """A program's layout, and the queue that its runs go through in their order.

    Runs are appended by their callers and taken by the owner; neither needs a lock. What is taken
    is in `hand` until somebody else answers for it, since the end may be counted at any moment.
    `may_be_handed` says that spans of some may have been made already, by their callers.
    """

    __slots__ = ("hand", "layout", "may_be_handed", "queue")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.queue: deque[Run | Failed] = deque()
        self.hand: list[Run | Failed] = []
        self.may_be_handed = False

    def take(self, blockfuls: int = 1) -> list[Runs]:
        """The oldest runs, at most some blockfuls, in their order; each failure is alone."""
        most = min(MOST_RUNS, blockfuls * runs_per_block(self.layout))
        with suppress(IndexError):  # a run without room drops some at the same time
            self.hand.extend(map(_popleft, repeat(self.queue, most)))
        return list(_failures_apart(self.hand))

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
