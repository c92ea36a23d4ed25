"""How often each time occurs: numbers sorted and counted, some millions at a time.

A group and nanoseconds are one number, so that sorting is all that counting takes:

    group 3, 1,200 ns    3 << 40 | 1200

What was counted is kept sorted, with how often it occurred; new numbers are merged into it once
there are many. So memory is bounded by how many different times there are.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_BITS: Final = 40
LONGEST: Final = 1 << _BITS  # nanoseconds, 18 minutes; what took longer is read one by one
MOST_GROUPS: Final = 1 << (62 - _BITS)
_AT_ONCE: Final = 1 << 20


class Counted(NamedTuple):
    """Groups, nanoseconds and how often; where one is asked, when the first began, in which run."""

    group: Numbers
    ns: Numbers
    calls: Numbers


class FirstLong(NamedTuple):
    """Of long times: when the first of equal ones began, and the second half of its run's id."""

    group: Numbers
    ns: Numbers
    started: Numbers
    run: Numbers


class TimeCounts:
    """Counts times by group."""

    def __init__(self) -> None:
        self._keys = self._calls = np.empty(0, np.int64)
        self._pending: list[Numbers] = []
        self._pending_size = 0
        self._firsts = np.empty((3, 0), np.int64)
        self._pending_firsts: list[Numbers] = []

    def add(self, groups: Numbers, ns: Numbers) -> None:
        """Count these, each shorter than LONGEST."""
        self._pending.append((groups << _BITS | ns).reshape(-1))
        self._pending_size += ns.size
        if self._pending_size > _AT_ONCE:
            self._merge()

    def add_long(self, groups: Numbers, ns: Numbers, started: Numbers, runs: Numbers) -> None:
        """Note when and in which run these began; they are counted besides."""
        self._pending_firsts.append(np.stack([groups << _BITS | ns, started, runs]))

    def calls(self, groups: int) -> list[int]:
        """How many times each of so many groups has."""
        self._merge()
        edges = np.searchsorted(self._keys, np.arange(groups + 1) << _BITS).tolist()
        return [int(self._calls[start:end].sum()) for start, end in pairwise(edges)]

    def counted(self) -> Counted:
        """Everything so far, which is given away: it can be asked for once."""
        self._merge()
        keys, calls = self._keys, self._calls
        self._keys = self._calls = np.empty(0, np.int64)
        groups = keys >> _BITS
        keys &= LONGEST - 1
        return Counted(groups, keys, calls)

    def firsts(self) -> FirstLong:
        """The first of the long times."""
        self._merge_firsts()
        keys, started, runs = self._firsts
        return FirstLong(keys >> _BITS, keys & (LONGEST - 1), started, runs)

    def _merge(self) -> None:
        new = np.concatenate([*self._pending, np.empty(0, np.int64)])
        self._pending, self._pending_size = [], 0
        new.sort()
        begins = _begins(new)
        self._add_sorted(new[begins], np.diff(begins, append=len(new)))
        self._merge_firsts()

    def _add_sorted(self, keys: Numbers, calls: Numbers) -> None:
        """Add to the calls of the numbers that are known, and insert the others."""
        at = np.searchsorted(self._keys, keys)
        are_known = at < len(self._keys)
        are_known[are_known] = self._keys[at[are_known]] == keys[are_known]
        self._calls[at[are_known]] += calls[are_known]
        self._keys = np.insert(self._keys, at[~are_known], keys[~are_known])
        self._calls = np.insert(self._calls, at[~are_known], calls[~are_known])

    def _merge_firsts(self) -> None:
        keys, started, runs = np.concatenate([self._firsts, *self._pending_firsts], axis=1)
        self._pending_firsts = []
        order = np.lexsort((runs, started, keys))
        order = order[_begins(keys[order])]
        self._firsts = np.stack([keys[order], started[order], runs[order]])


def _begins(ordered: Numbers) -> NDArray[np.intp]:
    """Where in sorted numbers each one stands first."""
    changes = np.diff(ordered, prepend=ordered[:1] - 1) if len(ordered) else ordered
    return np.flatnonzero(changes)
