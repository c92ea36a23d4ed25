"""Figures of times that were counted by group.

All times stand in one table in their own order, so that to sort by whatever keys are asked for a
stable sort by the keys' number does: there, times of each key follow each other in order. Of a key
asked for that groups 0 and 2 have,

    group  2  0  1  2      ns  10  10  15  20      calls  1  2  1  1

it is 10, 10, 20 ns that occur 1, 2, 1 times, and `seen` is 1, 3, 4.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from kumi.profiles.counted_times import in_order
from kumi.profiles.engine import Distribution, LongReading, Tally
from kumi.profiles.typical import MOST, groups, longest_usual, usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from kumi.profiles.counted_times import Began, CountedTimes, NamedGroup, Names

_LARGEST: Final = 2**63 - 1


class TimesByName:
    """Tallies and distributions. `less` is what each group's times are less than as measured."""

    def __init__(self, counted: CountedTimes, less: Sequence[int] | None = None) -> None:
        self._groups, times, self._began = counted
        self._times, self._measured = times, times.ns
        if less:
            taken = np.maximum(times.ns - np.array(less, np.int64)[times.group], 0)
            order = np.argsort(taken, kind="stable")
            self._times, self._measured = times._replace(ns=taken).at(order), times.ns[order]

    def tallies(self, asked: Callable[[NamedGroup], Names | None]) -> Iterator[Tally]:
        """Those of all groups of which something is asked, by what it is."""
        for names, alike, rows in self._by(asked):
            times = self._times.at(rows)
            seen = np.cumsum(times.calls)
            calls = int(seen[-1])
            ranks = [-(-percent * calls // 100) for percent in (50, 95, 99)]
            p50, p95, p99 = times.ns[np.searchsorted(seen, ranks)].tolist()
            visited, cpu = sum(group.rows for group in alike), _cpu(alike)
            longest = int(times.ns[-1])
            yield Tally(names, calls, times.total(), visited, longest, p50, p95, p99, cpu)

    def distributions(self, asked: Callable[[NamedGroup], Names | None]) -> Iterator[Distribution]:
        """The same, where the last name that is asked for is the class of rows."""
        for names, alike, rows in self._by(asked):
            times = self._times.at(rows)
            seen = np.cumsum(times.calls)
            calls, visited = int(seen[-1]), sum(group.rows for group in alike)
            ranks = [rank for _, rank in groups(calls)]
            medians = tuple(times.ns[np.searchsorted(seen, ranks, side="right")].tolist())
            of = usual(medians)
            first = np.searchsorted(times.ns, min(longest_usual(of), _LARGEST), side="right")
            paused = times.at(np.arange(first, len(rows)))
            pauses = int(paused.calls.sum())
            excess, longest = paused.total() - of * pauses, self._longest(rows[first:])
            named = tuple(LongReading(ns, ns - of, *began) for ns, began in longest)
            yield Distribution(names[:-1], calls, visited, medians, pauses, excess, named)

    def _longest(self, rows: NDArray[np.intp]) -> Iterator[tuple[int, Began]]:
        """The longest times of some rows that differ, each with when and where it began first."""
        found: dict[int, list[Began]] = defaultdict(list)
        for row in rows[::-1].tolist():
            ns = int(self._times.ns[row])
            if ns not in found and len(found) == MOST:
                break
            group = int(self._times.group[row])
            found[ns].append(self._began(group, int(self._measured[row])))
        for ns, began in found.items():
            yield ns, min(began, key=in_order)

    def _by(
        self, asked: Callable[[NamedGroup], Names | None]
    ) -> Iterator[tuple[Names, list[NamedGroup], NDArray[np.intp]]]:
        """What is asked for, with its groups and the rows of the table that it has."""
        numbers: dict[Names | None, int] = {None: 0}
        names = [asked(group) for group in self._groups]
        of_group = [numbers.setdefault(each, len(numbers)) for each in names]
        keys = np.array(of_group, np.min_scalar_type(len(numbers)))[self._times.group]
        order = np.argsort(keys, kind="stable")
        ends = np.cumsum(np.bincount(keys, minlength=len(numbers))).tolist()
        alike: list[list[NamedGroup]] = [[] for _ in numbers]
        for number, group in zip(of_group, self._groups, strict=True):
            alike[number].append(group)
        for key, number in numbers.items():
            if key is not None and ends[number - 1] < ends[number]:
                yield key, alike[number], order[ends[number - 1] : ends[number]]


def _cpu(alike: list[NamedGroup]) -> int | None:
    said = [group.cpu for group in alike if group.cpu is not None]
    return sum(said) if said else None
