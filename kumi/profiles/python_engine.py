"""The engine for small files: importing more than the standard library would take longest."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kumi.profiles.clock_share import takes_a_reading
from kumi.profiles.counted_lines import CountedLines
from kumi.profiles.engine import Distribution, LongReading, Tally
from kumi.profiles.event_line import UNCOUNTED, Event, EventLine, Timed
from kumi.profiles.typical import MOST, groups, is_pause, rows_class, usual

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.profiles.engine import Key
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles


class PythonEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self.uncounted: list[Event] = []
        self._filters = filters
        self._timed: dict[str, list[Timed]] = defaultdict(list)
        lines = CountedLines(profiles.files)
        for line, _ in lines:
            self._take(line)
        self.lines = lines.counts
        if filters.ask_elsewhere:
            self._narrow(filters.informed(self.uncounted))

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        self._timed["vm_operation"] = [
            event._replace(ns=max(0, event.ns - costs.get(event.process or "", 0)))
            if takes_a_reading(event.name)
            else event
            for event in self._timed["vm_operation"]
        ]

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        return [_tally(key, events) for key, events in self._by(keys, kind).items()]

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        found = []
        for key, events in self._by(keys, kind).items():
            alike: dict[int, list[Timed]] = defaultdict(list)
            for event in events:
                alike[rows_class(event.rows)].append(event)
            found += [_distribution(key, each) for each in alike.values()]
        return found

    def _by(self, keys: tuple[str, ...], kind: str) -> dict[tuple[Key, ...], list[Timed]]:
        pick = itemgetter(*map(Timed._fields.index, keys))
        found: dict[Any, list[Timed]] = defaultdict(list)
        for event in self._timed[kind]:
            found[pick(event)].append(event)
        alone = len(keys) == 1  # then what is picked is no tuple
        return {(key,) if alone else key: events for key, events in found.items()}

    def _narrow(self, filters: Filters) -> None:
        """Leave what passes, now that all lines of processes and programs are known."""
        for kind, events in self._timed.items():
            self._timed[kind] = [event for event in events if filters.admit(event)]

    def _take(self, line: EventLine) -> None:
        if line.timed:
            if self._filters.admit(line.timed):
                self._timed[line.timed.kind].append(line.timed)
        elif line.event and line.kind in UNCOUNTED:
            self.uncounted.append(line.event)


def _tally(key: tuple[Key, ...], events: list[Timed]) -> Tally:
    times = sorted([event.ns for event in events])
    rows = sum([event.rows for event in events])
    p50, p95, p99 = (percentile(times, percent) for percent in (50, 95, 99))
    cpu = [event.cpu for event in events if event.cpu is not None]
    spent = sum(cpu) if cpu else None
    return Tally(key, len(times), sum(times), rows, times[-1], p50, p95, p99, spent)


def _distribution(key: tuple[Key, ...], events: list[Timed]) -> Distribution:
    times = sorted([event.ns for event in events])
    medians = tuple([times[rank] for _, rank in groups(len(times))])
    of = usual(medians)
    paused = [event for event in events if is_pause(event.ns, of)]
    rows, excess = sum([event.rows for event in events]), sum([event.ns - of for event in paused])
    first: dict[int, Timed] = {}
    for event in sorted(paused, key=_when):
        first.setdefault(event.ns, event)
    longest = [first[ns] for ns in sorted(first, reverse=True)[:MOST]]
    named = tuple([LongReading(each.ns, each.ns - of, each.started, each.run) for each in longest])
    return Distribution(key, len(times), rows, medians, len(paused), excess, named)


def _when(event: Timed) -> tuple[bool, int, bool, str]:
    """The order of their beginnings; whatever is not said comes last."""
    return event.started is None, event.started or 0, event.run is None, event.run or ""


def percentile(times: list[int], percent: int) -> int:
    """The smallest of the sorted times that so many percent of them did not exceed: see Tally.

    >>> percentile([10, 10, 20, 90], 50), percentile([10, 10, 20, 90], 95)
    (10, 90)
    """
    rank = (percent * len(times) + 99) // 100  # rounded up, in integers
    return times[rank - 1]
