"""A source: the readings of one program that wait to become spans."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from kumi.hooks import FailedRun
from kumi.spans.recorder import runs_per_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.layout import Layout

Run: TypeAlias = tuple[bytes, Any]
Failed: TypeAlias = tuple[FailedRun, Any]
Batch: TypeAlias = list[Run] | FailedRun


class Source:
    """A program's layout, and the queue that its runs go through in their order.

    Runs are appended by their callers and taken by whoever drains; neither needs a lock.
    """

    __slots__ = ("layout", "queue")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.queue: deque[Run | Failed] = deque()

    def batches(self) -> Iterator[Batch]:
        """What is in the queue by now, in its order: runs by the blockful, each failure alone."""
        most, left = runs_per_block(self.layout), len(self.queue)
        runs: list[Run] = []
        while left > 0 and (item := self.take()):
            left -= 1
            if isinstance(item[0], FailedRun):
                if runs:
                    yield runs
                yield item[0]
                runs = []
            else:
                runs.append((item[0], item[1]))
            if len(runs) == most:
                yield runs
                runs = []
        if runs:
            yield runs

    def take(self) -> Run | Failed | None:
        """The oldest run, or None where there is none: somebody else may have taken it."""
        try:
            return self.queue.popleft()
        except IndexError:
            return None
