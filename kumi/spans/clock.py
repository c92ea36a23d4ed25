"""One monotonic clock, tied to wall time."""

from __future__ import annotations

from time import perf_counter_ns, time_ns


def anchor() -> int:
    """What to add to a reading of `perf_counter`, in nanoseconds, to get Unix time.

    The best of three: the one whose two looks at the monotonic clock lie closest together.
    """
    return min(_attempt(), _attempt(), _attempt())[1]


def _attempt() -> tuple[int, int]:
    before = perf_counter_ns()
    wall = time_ns()
    after = perf_counter_ns()
    return after - before, wall - (before + after) // 2
