"""One run in so many: decided before a run, which then takes no readings."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SAYS = len("count(")


class OneIn:
    """Admits one run in `every` of a program; the others leave nothing but a count.

    Each program is counted by itself. Were all counted together, and two schemas took turns, one
    of them would always be the one that is left out.
    """

    __slots__ = ("_asked", "_every")

    def __init__(self, every: int) -> None:
        self._every = every
        self._asked = count()

    def of(self, admit: Callable[[], Any]) -> Callable[[], Any]:
        """What a run asks, in the place of `admit`."""
        if self._every == 1:
            return admit
        every, number = self._every, self._asked.__next__  # one step on any thread

        def admit_one() -> Any:
            return None if number() % every else admit()

        return admit_one

    def skipped(self) -> int:
        """How many runs were not admitted: with one in 3, of 7 that asked these 4: 2, 3, 5 and 6.

        How many have asked the counter says as a text only, unless one more asks. A second counter,
        of those that are not admitted, would be a quarter of what such a run costs.
        """
        asked = int(repr(self._asked)[_SAYS:-1])
        return asked + -asked // self._every
