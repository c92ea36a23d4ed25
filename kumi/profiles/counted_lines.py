"""The lines of a profile, counted: events that we know, events of others, and malformed lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kumi.profiles.event_line import KNOWN, read_line
from kumi.profiles.own_lines import OwnLines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kumi.profiles.event_line import Event, Names, Reading
    from kumi.profiles.profile_file import ProfileFile

CountedLine: TypeAlias = "tuple[tuple[Names, Reading] | None, Event | None, bytes]"
"""What is counted of an event that took time, its keys where all were read, and its bytes."""


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


class CountedLines:
    """The lines of some files that are not malformed; all of them are counted as they are read."""

    def __init__(self, files: Sequence[ProfileFile]) -> None:
        self._files = files
        self._kinds: Counter[str | None] = Counter()
        self._first_malformed: tuple[str, int] | None = None

    def __iter__(self) -> Iterator[CountedLine]:
        """What each line says, and its bytes."""
        read, kinds = OwnLines().read, self._kinds
        for file in self._files:
            for number, line in file.lines():
                if own := read(line):
                    kinds[own[0][0]] += 1
                    yield own, None, line
                    continue
                kind, event, timed = read_line(line)
                kinds[kind] += 1
                if timed:
                    yield (timed.names, timed.reading), event, line
                elif event:
                    yield None, event, line
                elif self._first_malformed is None:
                    self._first_malformed = (file.name, number)

    @property
    def counts(self) -> LineCounts:
        """How the lines that were read so far divide."""
        return LineCounts.of(self._kinds, self._first_malformed)
