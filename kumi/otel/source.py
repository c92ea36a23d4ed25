"""A source: the readings of one program that wait to become spans."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from kumi.hooks import FailedRun
from kumi.spans.recorder import runs_per_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kumi.spans.layout import Layout

Run: TypeAlias = tuple[bytes, Any]
Failed: TypeAlias = tuple[FailedRun, Any]
Batch: TypeAlias = list[Run] | FailedRun


class Source:
    """A program's layout, and the queue that its runs go through in their order.

    Runs are appended by their callers and taken by whoever drains; neither needs a lock. What is
    taken stays here until it is `given`: Ctrl-C may come at any moment.
    """

    __slots__ = ("_taken", "layout", "queue")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.queue: deque[Run | Failed] = deque()
        self._taken: list[Run | Failed] = []

    def batches(self) -> Iterator[Batch]:
        """What is in the queue by now, in its order: runs by the blockful, each failure alone.

        Each batch has to be `given` before the next one.
        """
        most, left = runs_per_block(self.layout), len(self.queue)
        while left > 0 or self._taken:
            if not self._taken:
                self._take(min(most, left))
                left -= most
            if self._taken:
                yield self._first()

    def given(self, batch: Batch) -> None:
        """Somebody else answers for a batch from now on."""
        del self._taken[: size(batch)]

    def drop(self) -> bool:
        """Drop the oldest run in the queue; False where there is none."""
        try:
            self.queue.popleft()
        except IndexError:
            return False
        return True

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.queue or self._taken)

    def clear(self) -> None:
        """Forget everything."""
        self.queue.clear()
        self._taken.clear()

    def _take(self, most: int) -> None:
        """In one step. Fewer than `most` where a run without room drops some at the same time."""
        with suppress(IndexError):
            self._taken.extend(map(_popleft, repeat(self.queue, most)))

    def _first(self) -> Batch:
        first = self._taken[0][0]
        if isinstance(first, FailedRun):
            return first
        failed = (n for n, (run, _) in enumerate(self._taken) if isinstance(run, FailedRun))
        return cast("list[Run]", self._taken[: next(failed, len(self._taken))])


def size(batch: Batch) -> int:
    """How many runs there are in a batch."""
    return 1 if isinstance(batch, FailedRun) else len(batch)


_popleft: Callable[[deque[Any]], Any] = deque.popleft
