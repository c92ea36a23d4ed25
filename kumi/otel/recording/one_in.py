"""One run in so many: decided before a run, which then takes no readings."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class OneIn:
    """Admits one run in `every` of a program; the others leave nothing but a count.

    Each program is counted by itself. Were all counted together, and two schemas took turns, one
    of them would always be the one that is left out.
    """

    __slots__ = ("_every", "_looks", "_skip", "_tick")

    def __init__(self, every: int) -> None:
        self._every = every
        self._tick, self._skip = count().__next__, count().__next__  # one step on any thread
        self._looks = 0

    def of(self, admit: Callable[[], Any]) -> Callable[[], Any]:
        """What a run asks, in the place of `admit`."""
        if self._every == 1:
            return admit
        every, tick, skip = self._every, self._tick, self._skip

        def admit_one() -> Any:
            if tick() % every:
                skip()
                return None
            return admit()

        return admit_one

    def skipped(self) -> int:
        """How many runs were not admitted. Called by one thread at a time."""
        self._looks += 1
        return self._skip() - self._looks + 1
