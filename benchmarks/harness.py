"""Measuring side by side: rounds in which every case takes its turn, in CPU time of the process.

CPU time counts every thread, so that work moved to a worker is not lost from sight. A ratio or a
difference is taken round by round and only then summed up, so that a noisy stretch of the machine
hits both sides alike.
"""

from __future__ import annotations

import gc
import statistics
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from time import process_time_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


@dataclass(frozen=True)
class Case:
    """Something to measure: `body(times)` does it so often, within `around`, once a round.

    What `around` does to enter and to leave is not timed. `per` is how many things (operations,
    spans) are done each time; figures are per thing.
    """

    name: str
    body: Callable[[int], object]
    times: int
    per: int = 1
    around: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True)
class Series:
    """One value a round, in ns of CPU per thing (or a quotient of such)."""

    values: tuple[float, ...]

    def __sub__(self, other: Series) -> Series:
        return Series(tuple(a - b for a, b in zip(self.values, other.values, strict=True)))

    def __truediv__(self, other: Series) -> Series:
        return Series(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))

    def times(self, factor: float) -> Series:
        """Every value, multiplied."""
        return Series(tuple(value * factor for value in self.values))

    def summary(self) -> tuple[float, float, float]:
        """Median, lower and upper quartile."""
        lower, median, upper = statistics.quantiles(self.values, n=4)
        return median, lower, upper


def measure(cases: list[Case], rounds: int) -> dict[str, Series]:
    """Run every case once a round, `rounds` times; the first round, which warms up, is dropped."""
    values: dict[str, list[float]] = {case.name: [] for case in cases}
    gc.collect()
    for number in range(rounds + 1):
        for case in cases:
            spent = _once(case)
            if number:
                values[case.name].append(spent)
        progress(number, rounds)
    return {name: Series(tuple(column)) for name, column in values.items()}


def _once(case: Case) -> float:
    with case.around():
        case.body(max(1, case.times // 8))  # specialises the code that this round runs
        begun = process_time_ns()
        case.body(case.times)
        return (process_time_ns() - begun) / case.times / case.per


def progress(number: int, rounds: int) -> None:
    """Where somebody is watching, say how far it is."""
    if sys.stderr.isatty():
        print(f"\rround {number} of {rounds}", end="\n" * (number == rounds), file=sys.stderr)
