"""The tracks of a timeline: on each of them one thing is over before the next one begins.

Which thread a run was on is not recorded, and viewers draw only what lies beside or inside each
other. So runs get as many tracks as ran at once. A file has the runs of a program in the order in
which they ended, so that the first and the last of these three find room on one track:

    begin   end    free before it           track
        0    40    none                     1
       10    60    1, from 40 on            2    it began while the first one ran
       50    80    1, from 40, 2, from 60   1
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Track(NamedTuple):
    """A track by its numbers, which no other process and no other track has."""

    process: int
    number: int


class Tracks:
    """All tracks of all processes, made as they are needed."""

    def __init__(self) -> None:
        self._numbers = 0
        self._processes: dict[str, int] = {}
        self._names: dict[Track, str] = {}
        self._ends: dict[tuple[str, ...], list[tuple[int, Track]]] = {}

    def beside(self, process: str, key: tuple[str, ...], start: int, end: int) -> Track:
        """Where something finds room that took from `start` to `end`, among what has its key.

        `key` begins with the name that the tracks are shown by.
        """
        ends = self._ends.setdefault((process, *key), [])
        last = bisect_right(ends, start, key=lambda each: each[0]) - 1
        track = self._new(process, key[0]) if last < 0 else ends.pop(last)[1]
        insort(ends, (end, track))
        return track

    def behind(self, process: str, key: tuple[str, ...], start: int, ns: int) -> tuple[Track, int]:
        """The one track of a key, and where something begins there that took so long.

        That is at `start`, or later where what came before it has not ended by then.
        """
        ends = self._ends.setdefault((process, *key), [])
        end, track = ends.pop() if ends else (0, self._new(process, key[0]))
        begin = max(start, end)
        ends.append((begin + ns, track))
        return track, begin

    def processes(self) -> Iterator[tuple[int, str]]:
        """Number and key of each process."""
        yield from ((number, process) for process, number in self._processes.items())

    def named(self) -> Iterator[tuple[Track, str]]:
        """The tracks in the order in which they were made."""
        yield from self._names.items()

    def _new(self, process: str, name: str) -> Track:
        if process not in self._processes:
            self._processes[process] = self._next()
        track = Track(self._processes[process], self._next())
        self._names[track] = name
        return track

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers
