"""The event stream itself, filtered, a line an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.letters import harmless_json
from kumi.profiles.counted_lines import CountedLines
from kumi.profiles.event_line import Timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.counted_lines import LineCounts
    from kumi.profiles.filters import Filters
    from kumi.profiles.profile_file import ProfileFile


class RawEvents:
    """The lines that pass, without the malformed ones; `lines` counts what was read so far."""

    def __init__(self, files: Sequence[ProfileFile], filters: Filters) -> None:
        self._lines = CountedLines(files)
        self._filters = filters

    @property
    def lines(self) -> LineCounts:
        """How the lines that were read so far divide."""
        return self._lines.counts

    def __iter__(self) -> Iterator[str]:
        asks_nothing, admit = self._filters.ask_nothing, self._filters.admit
        for timed, _, line in self._lines:
            if asks_nothing or (timed and admit(Timed(*timed[0], *timed[1]))):
                yield harmless_json(line.strip().decode())
