"""Rules that keep: which runs are written whole, and which as the run alone.

Rules look at readings, where there are no ids yet, so that what they do not keep gets none, and is
never encoded. What a rule said of a run is `kumi.run.kept`: `slow`, `error`, or `none` where it
is the run alone; `all` where none was asked, and `sampled` where one run in so many is recorded at
all (which is decided before a run, see `kumi.otel.recording.one_in`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from kumi.otel.delivery.batch import Batch
from kumi.spans.identify import runs_per_block
from kumi.spans.origin import HandedRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from kumi.otel.settings import Settings
    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout

_MILLISECOND = 1_000_000
_RECENT = 512
_FEW = 30
_DECILE = 0.9
_BLOCKFULS = 4
"""Of runs, taken at a time where of most only the run will be left: what a block costs whatever is
in it, some 100 µs, is then shared by more. Not more, since all of them may turn out to be kept."""


class Rules:
    """The rules that settings ask for. `usual` is said of runs that no rule was asked about."""

    def __init__(self, settings: Settings) -> None:
        self.usual = "sampled" if settings.sample > 1 else "all"
        self._slow = _slowness(settings.slow_ms) if settings.ops else None
        self.blockfuls = 1 if self._slow is None else _BLOCKFULS

    def said_of(self, schema: str, nanoseconds: int, *, failed: bool) -> str:
        """What is said of one run, where it cannot wait for the owner; called on any thread.

        By what was slow when the owner looked last.
        """
        if self._slow is None:
            return self.usual
        if failed:
            return "error"
        return "slow" if nanoseconds >= self._slow.threshold(schema) else "none"

    def keep(self, batches: list[Batch]) -> None:
        """Leave the batches of what is kept, in one step: the end may count them at any moment."""
        if self._slow is not None:
            batches[:] = [part for batch in batches for part in self._parts(batch, self._slow)]
        elif self.usual != "all":
            for batch in batches:
                batch.kept = self.usual

    def _parts(self, batch: Batch, slow: Slowness) -> Iterator[Batch]:
        decoded = batch.decoded
        if decoded is None:  # it could not be decoded
            yield batch
        elif decoded.failure is not None:
            yield replace(batch, kept="error")
        else:
            durations = decoded.readings[:, -1] - decoded.readings[:, 0]
            kept = slow.of(batch.layout.program.schema, durations)
            if batch.may_be_handed:
                _follow_spans(kept, decoded.contexts)
            yield from _slow_and_others(batch, decoded, kept)


def _follow_spans(kept: NDArray[np.bool_], contexts: Sequence[object]) -> None:
    """Of a run whose spans were made already the file has what these say."""
    for run, context in enumerate(contexts):
        if isinstance(context, HandedRun):
            kept[run] = context.kept == "slow"


def _slow_and_others(batch: Batch, decoded: Decoded, kept: NDArray[np.bool_]) -> Iterator[Batch]:
    for part in _blockfuls(kept, batch.layout):
        yield Batch(batch.layout, batch.runs, decoded.only(part), kept="slow")
    if not kept.all():
        others = decoded.only(~kept)
        ends = replace(others, readings=others.readings[:, [0, -1]], sizes=others.sizes[:, :0])
        yield Batch(batch.layout.run_alone, batch.runs, ends, kept="none")


def _blockfuls(kept: NDArray[np.bool_], layout: Layout) -> Iterator[NDArray[np.bool_]]:
    """Which runs are kept, no more of them at a time than a block may have."""
    wanted, most = np.flatnonzero(kept), runs_per_block(layout)
    for first in range(0, len(wanted), most):
        part = np.zeros_like(kept)
        part[wanted[first : first + most]] = True
        yield part


class Slowness:
    """What is slow: from so many nanoseconds on."""

    def __init__(self, nanoseconds: float) -> None:
        self._nanoseconds = nanoseconds

    def of(self, schema: str, durations: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which runs of a schema are, in the order in which they ended."""
        del schema  # it is the same for all
        found: NDArray[np.bool_] = durations >= self._nanoseconds
        return found

    def threshold(self, schema: str) -> float:
        """From how many nanoseconds on a run is, as far as is known; called on any thread."""
        del schema  # it is the same for all
        return self._nanoseconds


class _RelativeSlowness(Slowness):
    """What is slow for its schema: so many times the running median, and beyond the ninth decile.

    Both are of the schema's last 512 durations before the run; nothing is slow until 30 are known.
    So with `3x` and durations around 10 µs a run of 40 µs is slow, unless one in ten is like that.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._recent: defaultdict[str, _Recent] = defaultdict(_Recent)
        self._thresholds: dict[str, float] = {}

    def of(self, schema: str, durations: NDArray[np.int64]) -> NDArray[np.bool_]:
        recent, factor = self._recent[schema], self._factor
        found = [recent.is_beyond(duration, factor) for duration in durations.tolist()]
        self._thresholds[schema] = recent.threshold(factor)
        return np.array(found, np.bool_)

    def threshold(self, schema: str) -> float:
        return self._thresholds.get(schema, inf)


class _Recent:
    """The last durations of a schema, in the order in which they came, and sorted."""

    def __init__(self) -> None:
        self._kept: deque[int] = deque()
        self._sorted: list[int] = []

    def is_beyond(self, duration: int, factor: float) -> bool:
        """Whether a duration is slow among those before it, of which it is one from now on."""
        found = duration >= self.threshold(factor)
        self._kept.append(duration)
        insort(self._sorted, duration)
        if len(self._kept) > _RECENT:
            oldest = self._kept.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]
        return found

    def threshold(self, factor: float) -> float:
        """The least duration that is slow among those known; none is while they are few."""
        known = self._sorted
        if len(known) < _FEW:
            return inf
        half = len(known) // 2
        median = (known[half] + known[~half]) / 2
        return max(factor * median, known[int(_DECILE * (len(known) - 1))] + 1)


def _slowness(said: float | str | None) -> Slowness | None:
    if said is None:
        return None
    if isinstance(said, str):
        return _RelativeSlowness(float(said.removesuffix("x")))
    return Slowness(said * _MILLISECOND)
