"""How many spans of ours a trace may get, where each is made by the application's own tracer.

Such a span costs its caller 20 to 150 µs, and backends keep only so many of a trace (sentry keeps
1,000). A loop of runs in one request must be no harm to either.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from operator import length_hint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_SPANS = 500
_TRACES = 1024


class TraceBudget:
    """What is left of 500 spans, or of `most`, in each of the last traces.

    One that is forgotten begins anew.

    Callers of several threads may be in one trace, and a signal's handler anywhere, so nothing here
    takes two steps that belong together: what is left of a trace is an iterator, and to take some
    of it is one call.
    """

    def __init__(self, most: int) -> None:
        self._most = min(most, _MOST_SPANS)
        self._left: dict[int, Iterator[int]] = {}

    def take(self, trace_id: int, sizes: Sequence[int]) -> int:
        """Take room for the largest of some ascending `sizes` that there is room for.

        Gives which of them, -1 where there is none for the smallest either.
        """
        left = self._left.get(trace_id)
        if left is None:
            left = self._left.setdefault(trace_id, iter(range(self._most)))
            self._forget()
        return next((at for at in reversed(range(len(sizes))) if _is_taken(left, sizes[at])), -1)

    def _forget(self) -> None:
        """Forget the trace that was met first; somebody else may be doing the same."""
        with suppress(RuntimeError, KeyError, StopIteration):
            while len(self._left) > _TRACES:
                del self._left[next(iter(self._left))]


def _is_taken(left: Iterator[int], spans: int) -> bool:
    """Whether so many were left, and have been taken.

    Should another thread have taken some between the look and the step, what is left is used up.
    """
    return length_hint(left) >= spans and len(list(islice(left, spans))) == spans
