"""One monotonic clock, tied to wall time.

Why: readings must never go backwards, and time of day does, when it is set. So runs are timed by
`perf_counter`, and what is to be added to it is found anew for each block, since the two drift
apart. Python cannot read both clocks at once; so wall time is read between two looks at the other:

    perf_counter_ns   1_000_000_100        1_000_000_180      between them: 80 ns
    time_ns             1_737_369_045_123_456_789             taken for 1_000_000_140
    to be added         1_737_369_044_123_456_649             wrong by 40 ns at most

The thread may lose its processor between the looks. So that is done three times, and the closest
pair counts.
"""

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
