"""The event stream itself, filtered, a line an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.letters import harmless_json
from kumi.profiles.event_line import read_line
from kumi.profiles.line_counts import LineCounter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.engine import Filters
    from kumi.profiles.event_line import EventLine
    from kumi.profiles.line_counts import LineCounts
    from kumi.profiles.profile_file import ProfileFile


class RawEvents:
    """The lines that pass, without the malformed ones; `lines` counts what was read so far."""

    def __init__(self, files: Sequence[ProfileFile], filters: Filters) -> None:
        self._files = files
        self._filters = filters
        self._counter = LineCounter()

    @property
    def lines(self) -> LineCounts:
        """How the lines divide."""
        return self._counter.counts

    def __iter__(self) -> Iterator[str]:
        for profile in self._files:
            for number, line in profile.lines():
                found = read_line(line)
                self._counter.add(found.kind, profile.name, number)
                if found.event and self._admits(found):
                    yield harmless_json(line.strip().decode())

    def _admits(self, line: EventLine) -> bool:
        if self._filters.ask_nothing:
            return True
        return line.timed is not None and self._filters.admit(line.timed)
