"""The event stream itself, filtered, a line an event."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kumi.letters import harmless_json
from kumi.profiles.engine import LineCounts
from kumi.profiles.event_line import TIMED, parse, timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.engine import Filters, Key
    from kumi.profiles.event_line import Event, Timed
    from kumi.profiles.profile_file import ProfileFile


class Raw:
    """The lines that pass, without the malformed ones; `lines` counts what was read so far."""

    def __init__(self, files: Sequence[ProfileFile], filters: Filters) -> None:
        self._files = files
        self._filters = filters
        self._kinds: Counter[Key] = Counter()
        self._first_malformed: tuple[str, int] | None = None

    @property
    def lines(self) -> LineCounts:
        """How the lines divide."""
        return LineCounts.of(self._kinds, self._first_malformed)

    def __iter__(self) -> Iterator[str]:
        for profile in self._files:
            for number, line in profile.lines():
                event, found = _read(line)
                self._kinds[event["event"] if event else None] += 1
                if event is None:
                    self._first_malformed = self._first_malformed or (profile.name, number)
                elif self._filters.ask_nothing or (found and self._filters.admit(found)):
                    yield harmless_json(line.strip().decode())


def _read(line: bytes) -> tuple[Event | None, Timed | None]:
    """The event, if it is sound, and its figures, if it is timed."""
    event = parse(line)
    if event is None or event["event"] not in TIMED:
        return event, None
    found = timed(event)
    return (event, found) if found else (None, None)
