"""How the lines of a profile divide: events that we know, others, and malformed lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import KNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping


class LineCounts(NamedTuple):
    """How many lines of each kind all files have. `first_malformed` is (file, number from 1)."""

    events: dict[str, int]
    other: int
    malformed: int
    first_malformed: tuple[str, int] | None

    @classmethod
    def of(
        cls, kinds: Mapping[str | None, int], first_malformed: tuple[str, int] | None
    ) -> LineCounts:
        """From how many lines there are of each event; None stands for malformed ones."""
        malformed = kinds.get(None, 0)
        known = {kind: kinds[kind] for kind in KNOWN if kinds.get(kind)}
        other = sum(kinds.values()) - malformed - sum(known.values())
        return cls(known, other, malformed, first_malformed)

    @property
    def readable(self) -> int:
        """Lines with an event that we know."""
        return sum(self.events.values())


class LineCounter:
    """Counts lines while they are read one by one."""

    def __init__(self) -> None:
        self._kinds: Counter[str | None] = Counter()
        self._first_malformed: tuple[str, int] | None = None

    def add(self, kind: str | None, file: str, number: int) -> None:
        """Count the line of that number in a file; its kind is None where it is malformed."""
        self._kinds[kind] += 1
        if kind is None and self._first_malformed is None:
            self._first_malformed = (file, number)

    @property
    def counts(self) -> LineCounts:
        """What was counted so far."""
        return LineCounts.of(self._kinds, self._first_malformed)
