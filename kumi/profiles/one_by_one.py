"""Lines that Python reads one by one, whatever counts the others, counted alike.

These are events that are kept whole, such as `program`, and lines of which only the one rule of
`kumi.profiles.event_line` knows what they are. Few lines of a profile are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kumi.profiles.counted_times import (
    NAMES,
    NOT_SAID,
    CountedTimes,
    GroupTimes,
    NamedGroup,
    in_order,
)
from kumi.profiles.event_line import UNCOUNTED, read_line
from kumi.profiles.typical import LONGER, rows_class

if TYPE_CHECKING:
    from kumi.profiles.counted_times import Began, Names
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
    """Counts lines: `untimed` of each kind, the events that are kept whole, and the timed ones."""

    def __init__(self, filters: Filters, *, by_run: bool = False) -> None:
        self.untimed: Counter[str | None] = Counter()
        self.uncounted: list[Event] = []
        self.timed: Counter[CountedEvent] = Counter()
        self._filters = filters
        self._names = (*NAMES, "run") if by_run else NAMES

    def add(self, line: bytes, times: int = 1) -> None:
        """Count a line that occurs so often."""
        found = read_line(line)
        if found.timed:
            self.timed[_counted(found.timed, self._filters)] += times
        else:
            self.untimed[found.kind] += times
            if found.event and found.kind in UNCOUNTED:
                self.uncounted += [found.event] * times

    def kinds(self) -> Counter[str | None]:
        """How many lines there are of each kind, whatever the filters."""
        found = self.untimed.copy()
        for event, calls in self.timed.items():
            found[event.kind] += calls
        return found

    def counted_times(self) -> CountedTimes:
        """The times that pass the filters."""
        groups = _Groups()
        rows = [
            (groups.add(self._names_of(event), event, calls), event.ns, calls)
            for event, calls in self.timed.items()
            if event.ns is not None
        ]
        times = GroupTimes(*np.array(rows, np.int64).reshape(-1, 3).T)
        return CountedTimes(groups.found, times, groups.first)

    def _names_of(self, event: CountedEvent) -> Names:
        return tuple([getattr(event, name) for name in self._names])


class _Groups:
    """Groups as they are found, one after the other."""

    def __init__(self) -> None:
        self.found: list[NamedGroup] = []
        self._numbers: dict[tuple[Names, int], int] = {}
        self._began: dict[tuple[int, int], Began] = {}

    def add(self, names: Names, event: CountedEvent, calls: int) -> int:
        """The number of the group with such names, which has so many more events like this one."""
        number = self._numbers.setdefault((names, event.rows_class), len(self.found))
        if number == len(self.found):
            self.found.append(NamedGroup(names, event.rows_class, 0, None))
        group = self.found[number]
        cpu = group.cpu if event.cpu is None else (group.cpu or 0) + event.cpu * calls
        self.found[number] = group._replace(rows=group.rows + event.rows * calls, cpu=cpu)
        if event.ns and event.ns > LONGER:
            began = event.started, event.run
            known = self._began.setdefault((number, event.ns), began)
            self._began[number, event.ns] = min(known, began, key=in_order)
        return number

    def first(self, group: int, ns: int) -> Began:
        """When the first that took so long began."""
        return self._began.get((group, ns), NOT_SAID)


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
