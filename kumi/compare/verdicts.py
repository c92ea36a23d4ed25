"""What is said of an operation, or of a schema's runs: slower, faster, or that nothing can be said.

Why not a test of significance: within one process such a test is sure of differences between equal
code, because what biases a process (see `measuring`) biases all of its runs. What repeats over
processes is real. So each measurement gives one ratio of medians (`turns` says how a process finds
it), and their median is judged:

    a Map over 1,000 rows      process 1      2      3      4      5
    median before, ns               4100   4350   4080   4120   4500
    median after, ns                4540   4310   4490   4580   4960
    after / before                 1.107  0.991  1.100  1.112  1.102      the median: 1.102

It is 10.2 % slower, whatever happened in process 2. The median must exceed 5 %, and all processes
but one half of that: so by chance four of five must be biased in the same direction, three of them
by more than 5 %. On a machine with seven times more to do than it has processors for, the median
alone was wrong about equal code in 10 of 1,000 comparisons, both together in 2. The difference must
exceed 20 ns as well, as the clock is not better than that; of what takes less than 200 ns on both
sides nothing is said, since reading the clock takes a good part of it.

Recordings are made one after the other, and between two of them a busy machine may become twice as
slow. Their ratios are taken in the same way, and besides the sides must lie apart: the slowest of
the one below the fastest of the other. Those five processes as five recordings a side would not:

    before   4080 ------------------ 4500
    after              4310 ---------------------------- 4960             they overlap

Of five equal recordings a side, in whatever order they came, one in 252 has all of one side above
the other. docs/comparing.md has how often all this errs.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.compare.sides import Rounds

Verdict = Literal["slower", "faster", "same", "all alike", "unsteady", "below the clock", "too few"]

CLOCK: Final = 200
"""Nanoseconds: of what is shorter on both sides nothing is said."""
FEWEST: Final = 5
"""Of so many times at least a median is made, in each measurement."""


ENOUGH: Final = 5
"""So many measurements a side tell small differences from noise."""


class Threshold(NamedTuple):
    """What a difference has to exceed: a part of the old time, and nanoseconds.

    `apart` asks that no measurement of the one side lies among those of the other; without it
    all measurements but one must differ by half of the part.
    """

    part: float
    ns: int
    apart: bool = False


SMALL: Final = Threshold(0.05, 20)
LARGE: Final = Threshold(0.30, 100)


class Times(NamedTuple):
    """The two sides of one thing that was timed.

    The figures (ns) are the medians of all measurements, `ratio` and `difference` those of new to
    old within the measurements. All are None where there is nothing to compare.
    """

    verdict: Verdict | None = None
    old: int | None = None
    new: int | None = None
    ratio: float | None = None
    difference: int | None = None


def judged(
    old: Sequence[Rounds | None],
    new: Sequence[Rounds | None],
    fewest: int,
    limit: Threshold,
) -> Times:
    """What is said of two sides, whose measurements belong together pair by pair.

    `fewest` is the least number of times that one of their medians is made of.

    >>> before, after = [4100, 4350, 4080, 4120, 4500], [4540, 4310, 4490, 4580, 4960]
    >>> judged([(ns,) for ns in before], [(ns,) for ns in after], 900, SMALL)
    Times(verdict='slower', old=4120, new=4540, ratio=1.102..., difference=440)
    """
    pairs = [_pair(a, b) for a, b in zip(old, new, strict=True) if a and b]
    if not pairs:
        return Times()
    befores, afters, ratios, differences = zip(*pairs, strict=True)
    before, after = round(median(befores)), round(median(afters))
    ratio, difference = median(ratios), round(median(differences))
    if max(before, after) < CLOCK:
        verdict: Verdict = "below the clock"
    elif fewest < FEWEST:
        verdict = "too few"
    else:
        verdict = _direction(ratio, difference, limit)
        if verdict != "same":
            is_steady = _are_apart(befores, afters) if limit.apart else _agree(ratios, limit)
            verdict = verdict if is_steady else "unsteady"
    return Times(verdict, before, after, ratio, difference)


class _Pair(NamedTuple):
    """The two sides of one measurement: medians of its rounds, and of what differs in each."""

    old: float
    new: float
    ratio: float
    difference: float


def _pair(old: Rounds, new: Rounds) -> _Pair:
    rounds = list(zip(old, new, strict=True))
    ratio = median(b / max(a, 1) for a, b in rounds)
    return _Pair(median(old), median(new), ratio, median(b - a for a, b in rounds))


def _direction(ratio: float, difference: int, limit: Threshold) -> Verdict:
    if ratio > 1 + limit.part and difference > limit.ns:
        return "slower"
    if ratio < 1 / (1 + limit.part) and difference < -limit.ns:
        return "faster"
    return "same"


def _are_apart(old: Sequence[float], new: Sequence[float]) -> bool:
    return max(old) < min(new) or max(new) < min(old)


def _agree(ratios: Sequence[float], limit: Threshold) -> bool:
    """Whether all but one of them (of two, both) differ by half of the threshold, in one direction.

    >>> _agree([0.991, 1.03, 1.07, 1.08, 1.1], SMALL), _agree([0.991, 1.02, 1.07, 1.08, 1.1], SMALL)
    (True, False)
    """
    half = 1 + limit.part / 2
    most = len(ratios) - (len(ratios) > 2)  # noqa: PLR2004 - one of two is no exception
    return sum(ratio > half for ratio in ratios) >= most or (
        sum(ratio < 1 / half for ratio in ratios) >= most
    )
