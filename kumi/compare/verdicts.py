"""What is said of an operation, or of a schema's runs: slower, faster, or that nothing can be said.

Why not a test of significance: within one process such a test is sure of differences between equal
code, because what biases a process (see `measuring`) biases all of its runs. What repeats over
processes is real. So each measurement gives one ratio of medians, and their median is judged:

    a Map over 1,000 rows      process 1      2      3      4      5
    median before, ns               4100   4350   4080   4120   4500
    median after, ns                4540   4310   4490   4580   4960
    after / before                 1.107  0.991  1.100  1.112  1.102      the median: 1.102

It is 10.2 % slower, whatever happened in process 2. To be called slower by chance, three of five
processes must be biased by more than 5 % in the same direction. The difference must exceed 20 ns as
well, as the clock is not better than that; of what takes less than 200 ns on both sides nothing is
said, since reading the clock takes a good part of it. docs/comparing.md has how often that errs.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["slower", "faster", "same", "below the clock", "too few"]

CLOCK: Final = 200
"""Nanoseconds: of what is shorter on both sides nothing is said."""
FEWEST: Final = 5
"""Of so many times at least a median is made, in each measurement."""


class Threshold(NamedTuple):
    """What a difference has to exceed: both a part of the old time, and nanoseconds."""

    part: float
    ns: int


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


def threshold(measurements: int) -> Threshold:
    """What a difference has to exceed where each side has so many measurements."""
    if measurements >= 5:  # noqa: PLR2004 - what docs/comparing.md was measured with
        return Threshold(0.05, 20)
    return Threshold(0.15, 50) if measurements >= 3 else Threshold(0.30, 100)  # noqa: PLR2004 - the same


def judged(
    old: Sequence[int | None],
    new: Sequence[int | None],
    fewest: int,
    limit: Threshold,
) -> Times:
    """What is said of two sides: their medians, which belong together pair by pair.

    `fewest` is the least number of times that one of the medians is made of.

    >>> judged([4100, 4350, 4080, 4120, 4500], [4540, 4310, 4490, 4580, 4960], 900, threshold(5))
    Times(verdict='slower', old=4120, new=4540, ratio=1.102..., difference=440)
    """
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if a is not None and b is not None]
    if not pairs:
        return Times()
    before, after = (round(median(side)) for side in zip(*pairs, strict=True))
    ratio = median(b / max(a, 1) for a, b in pairs)
    difference = round(median(b - a for a, b in pairs))
    if max(before, after) < CLOCK:
        verdict: Verdict = "below the clock"
    elif fewest < FEWEST:
        verdict = "too few"
    else:
        verdict = _direction(ratio, difference, limit)
    return Times(verdict, before, after, ratio, difference)


def _direction(ratio: float, difference: int, limit: Threshold) -> Verdict:
    if ratio > 1 + limit.part and difference > limit.ns:
        return "slower"
    if ratio < 1 / (1 + limit.part) and difference < -limit.ns:
        return "faster"
    return "same"
