"""Times that were counted by group, where a group is what names and rows are alike.

Whoever counts gives them so: what is read by position, one by one, or by DuckDB. Joined they are
one table, and `times_by_name` makes figures of it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from kumi.profiles.engine import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from kumi.profiles.engine import Key

    Numbers = NDArray[np.int64]
    Began = tuple[int | None, str | None]
    Names = tuple[Key, ...]

NAMES: Final = ("kind", *KEYS)
"""What of an event names its group; its run besides, where that is asked for."""
NOT_SAID: Final = (None, None)
_HALF: Final = 32


class NamedGroup(NamedTuple):
    """A group: its names are those of NAMES. Rows and CPU time are of all its events together."""

    names: Names
    rows_class: int
    rows: int
    cpu: int | None


class GroupTimes(NamedTuple):
    """How often each group has taken so long."""

    group: Numbers
    ns: Numbers
    calls: Numbers

    def at(self, rows: NDArray[np.intp]) -> GroupTimes:
        """These rows."""
        return GroupTimes(*(column[rows] for column in self))

    def total(self) -> int:
        """Nanoseconds of all, exactly: each half of them, times the calls, fits 63 bits."""
        high = np.dot(self.ns >> _HALF, self.calls)
        return (int(high) << _HALF) + int(np.dot(self.ns & (1 << _HALF) - 1, self.calls))


class CountedTimes(NamedTuple):
    """Groups, and their times by the numbers of groups.

    `began` says of a group and one of its longest times when the first that took so long began,
    and in which run.
    """

    groups: list[NamedGroup]
    times: GroupTimes
    began: Callable[[int, int], Began]


def joined(parts: Iterable[CountedTimes]) -> CountedTimes:
    """All of them, with groups numbered through, and the times in their order.

    A column at a time, so that of millions of times there are not two tables in the memory.
    """
    starts: list[int] = [0]
    groups: list[NamedGroup] = []
    asked: list[Callable[[int, int], Began]] = []
    columns: tuple[list[Numbers], ...] = ([], [], [])
    for part in parts:
        for column, more in zip(columns, _numbered(part, starts[-1]), strict=True):
            column.append(more)
        groups += part.groups
        asked.append(part.began)
        starts.append(len(groups))
        del part

    def began(group: int, ns: int) -> Began:
        number = bisect_right(starts, group) - 1
        return asked[number](group - starts[number], ns)

    return CountedTimes(groups, _in_order(columns), began)


def _numbered(part: CountedTimes, start: int) -> GroupTimes:
    """The times of a part, its groups numbered from `start` on."""
    of = part.times.group + start if start else part.times.group
    return part.times._replace(group=of)


def _in_order(columns: Sequence[list[Numbers]]) -> GroupTimes:
    """The parts of each column as one, the shortest times first; parts are given up."""
    _, ns, _ = columns
    order = np.argsort(np.concatenate(ns), kind="stable")
    return GroupTimes(*(_taken(column, order) for column in columns))


def _taken(parts: list[Numbers], order: NDArray[np.intp]) -> Numbers:
    whole = np.concatenate(parts)
    parts.clear()
    return whole[order]


def in_order(began: Began) -> tuple[bool, int, bool, str]:
    """The order of beginnings; whatever is not said comes last."""
    started, run = began
    return started is None, started or 0, run is None, run or ""
