"""One run in so many: decided before a run, which then takes no readings.

Why this is not a counter and a division: most runs of a service are asked this and nothing else,
and the division alone is a third of the answer. So a run takes the next of some numbers that were
laid out before, and is admitted where that is 0. Numbers that have come to their end are followed
by others. With one in 3, and stretches of 6:

    runs     1  2  3  4  5  6 | 7  8
    numbers  0  1  2  0  1  2 | 0  1      1, 4 and 7 are admitted

Threads ask at the same time, signals and finalizers amid each other: so each step is one call.
"""

from __future__ import annotations

from operator import length_hint
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_TOGETHER = 1024
"""Runs of a stretch, where fewer would do: to begin another takes as long as ten of them do."""


class OneIn:
    """Admits one run in `every` of a program; the others leave nothing but a count.

    Each program is counted by itself. Were all counted together, and two schemas took turns, one
    of them would always be the one that is left out.
    """

    __slots__ = ("_every", "_stretch")

    def __init__(self, every: int) -> None:
        self._every = every
        often = _TOGETHER // every
        self._stretch = _Stretch((*range(every),) * often if often else range(every))

    def of(self, admit: Callable[[], Any]) -> Callable[[], Any]:
        """What a run asks, in the place of `admit`."""
        if self._every == 1:
            return admit

        numbers = self._stretch.numbers

        def admit_one() -> Any:
            nonlocal numbers
            while True:
                for number in numbers:
                    return None if number else admit()
                numbers = self._numbers_left()

        return admit_one

    def _numbers_left(self) -> Iterator[int]:
        stretch = self._stretch
        if not length_hint(stretch.numbers):
            stretch = self._stretch = stretch.next()
        return stretch.numbers

    def skipped(self) -> int:
        """How many runs were not admitted: with one in 3, of 7 that asked 2, 3, 5 and 6."""
        asked = self._stretch.asked()
        return asked + -asked // self._every


class _Stretch:
    """Some runs on end, each of which takes one of `numbers`, in one step; so many were `before`.

    Whoever finds it at its end goes on to the next one, which is the same for all who do; whoever
    comes back to it, since another thread was slower, finds the way from there once more.
    """

    __slots__ = ("_all", "_next", "before", "numbers")

    def __init__(self, numbers: Sequence[int], before: int = 0) -> None:
        self.numbers = iter(numbers)
        self._all = numbers
        self.before = before
        self._next: dict[None, _Stretch] = {}

    def next(self) -> _Stretch:
        """The stretch after this one: only one of those that are made at the same time counts."""
        made = _Stretch(self._all, self.before + len(self._all))
        return self._next.setdefault(None, made)

    def asked(self) -> int:
        """How many runs have taken a number, of this stretch, those before it and after it."""
        stretch = self
        while stretch._next:
            stretch = stretch._next[None]
        return stretch.before + len(self._all) - length_hint(stretch.numbers)
