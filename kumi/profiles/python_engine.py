"""The engine for small files: nothing but the standard library, since imports are what it saves."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kumi.profiles.engine import Filters, LineCounts, Tally
from kumi.profiles.event_line import TIMED, UNCOUNTED, Event, Timed, parse, timed

if TYPE_CHECKING:
    from kumi.profiles.engine import Key
    from kumi.profiles.open_profiles import OpenProfiles


class PythonEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self.uncounted: list[Event] = []
        self._filters = filters
        self._timed: dict[str, list[Timed]] = defaultdict(list)
        self._kinds: Counter[Key] = Counter()
        self._first_malformed: tuple[str, int] | None = None
        for profile in profiles.files:
            for number, line in profile.lines():
                self._take(parse(line), profile.name, number)

    @property
    def lines(self) -> LineCounts:
        """How the lines divide."""
        return LineCounts.of(self._kinds, self._first_malformed)

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        pick = itemgetter(*map(Timed._fields.index, keys))
        found: dict[Any, list[Timed]] = defaultdict(list)
        for event in self._timed[kind]:
            found[pick(event)].append(event)
        alone = len(keys) == 1  # then what is picked is no tuple
        return [_tally((key,) if alone else key, events) for key, events in found.items()]

    def _take(self, event: Event | None, name: str, number: int) -> None:
        kind: str | None = event["event"] if event else None
        if event and kind in TIMED:
            kind = self._count(event)
        elif event and kind in UNCOUNTED:
            self.uncounted.append(event)
        self._kinds[kind] += 1
        if kind is None and self._first_malformed is None:
            self._first_malformed = (name, number)

    def _count(self, event: Event) -> str | None:
        """Count a timed event; its kind, or None where it is malformed."""
        found = timed(event)
        if found is None:
            return None
        if self._filters.admit(found):
            self._timed[found.kind].append(found)
        return found.kind


def _tally(key: tuple[Key, ...], events: list[Timed]) -> Tally:
    """What the events say together. A percentile: how many have to pass, rounded up."""
    times = sorted([event.ns for event in events])
    calls = len(times)
    return Tally(
        key,
        calls,
        sum(times),
        sum([event.rows for event in events]),
        times[-1],
        times[(50 * calls + 99) // 100 - 1],
        times[(95 * calls + 99) // 100 - 1],
        times[(99 * calls + 99) // 100 - 1],
    )
