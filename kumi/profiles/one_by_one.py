"""Lines that Python reads one by one, whatever counts the others, counted alike.

These are events that are kept whole, such as `program`, and lines of which only the one rule of
`kumi.profiles.event_line` knows what they are. Few lines of a profile are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import UNCOUNTED, read_line
from kumi.profiles.typical import rows_class

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event, Timed
    from kumi.profiles.filters import Filters


class CountedEvent(NamedTuple):
    """What timed events are counted under. `ns` is None where filters leave an event out."""

    kind: str
    ns: int | None
    schema: str | None
    name: str | None
    declaration: str | None
    origin: str | None
    position: int | None
    function: str | None
    program: str | None
    process: str | None
    error: str | None
    rows_class: int
    started: int | None
    run: str | None
    rows: int
    cpu: int | None


class OneByOne:
    """Counts lines: how many of each kind, the events that are kept whole, and the timed ones."""

    def __init__(self, filters: Filters) -> None:
        self.kinds: Counter[str | None] = Counter()
        self.uncounted: list[Event] = []
        self.timed: Counter[CountedEvent] = Counter()
        self._filters = filters

    def add(self, line: bytes, times: int = 1) -> None:
        """Count a line that occurs so often."""
        found = read_line(line)
        if found.timed:
            self.timed[_counted(found.timed, self._filters)] += times
        else:
            self.kinds[found.kind] += times
            if found.event and found.kind in UNCOUNTED:
                self.uncounted += [found.event] * times


def _counted(event: Timed, filters: Filters) -> CountedEvent:
    return CountedEvent(
        event.kind,
        event.ns if filters.admit(event) else None,
        event.schema,
        event.name,
        event.declaration,
        event.origin,
        event.position,
        event.function,
        event.program,
        event.process,
        event.error,
        rows_class(event.rows),
        event.started,
        event.run,
        event.rows,
        event.cpu,
    )
