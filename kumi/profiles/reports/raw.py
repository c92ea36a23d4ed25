"""The event stream itself, filtered, a line an event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kumi.profiles.lines import TIMED, parse, timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.engine import Filters
    from kumi.profiles.sources import Source

_STEERING: Final = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Raw:
    """The lines that pass; what is malformed is left out and counted as they are read."""

    def __init__(self, sources: Sequence[Source], filters: Filters) -> None:
        self.malformed = 0
        self.first_malformed: tuple[str, int] | None = None
        self.shown = 0
        self._sources = sources
        self._filters = filters

    def __iter__(self) -> Iterator[str]:
        for source in self._sources:
            for number, line in source.lines():
                event = parse(line)
                is_timed = event is not None and event["event"] in TIMED
                found = timed(event) if event and is_timed else None
                if event is None or (is_timed and found is None):
                    self._skip(source.name, number)
                elif self._filters.ask_nothing or (found and self._filters.admit(found)):
                    self.shown += 1
                    yield _STEERING.sub(_escaped, line.strip().decode())

    def _skip(self, name: str, number: int) -> None:
        self.malformed += 1
        self.first_malformed = self.first_malformed or (name, number)


def _escaped(letter: re.Match[str]) -> str:
    """What could steer a terminal, in JSON's own notation."""
    return f"\\u{ord(letter[0]):04x}"
