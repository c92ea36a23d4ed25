"""The engine for small files: nothing but the standard library, since imports are what it saves."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kumi.profiles.engine import Filters, Group, Lines
from kumi.profiles.lines import TIMED, WHOLE, Event, Timed, parse, timed

if TYPE_CHECKING:
    from kumi.profiles.engine import Key
    from kumi.profiles.sources import Opened


class SmallEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, opened: Opened, filters: Filters) -> None:
        self.whole: list[Event] = []
        self._filters = filters
        self._timed: Counter[Timed] = Counter()
        self._kinds: Counter[Key] = Counter()
        self._first_malformed: tuple[str, int] | None = None
        for source in opened.sources:
            for number, line in source.lines():
                self._take(parse(line), source.name, number)

    @property
    def lines(self) -> Lines:
        """How the lines divide."""
        return Lines.of(self._kinds, self._first_malformed)

    def groups(self, kind: str, keys: tuple[str, ...]) -> list[Group]:
        """The filtered events of a kind, by these keys."""
        times: dict[tuple[Key, ...], Counter[int]] = defaultdict(Counter)
        rows: Counter[tuple[Key, ...]] = Counter()
        for event, calls in self._timed.items():
            if event.kind == kind:
                key = tuple(getattr(event, name) for name in keys)
                times[key][event.ns] += calls
                rows[key] += event.rows * calls
        return [_group(key, counted, rows[key]) for key, counted in times.items()]

    def _take(self, event: Event | None, name: str, number: int) -> None:
        kind: str | None = event["event"] if event else None
        if event and kind in TIMED:
            kind = self._count(event)
        elif event and kind in WHOLE:
            self.whole.append(event)
        self._kinds[kind] += 1
        if kind is None and self._first_malformed is None:
            self._first_malformed = (name, number)

    def _count(self, event: Event) -> str | None:
        """Count a timed event; its kind, or None where it is malformed."""
        found = timed(event)
        if found is None:
            return None
        if self._filters.admit(found):
            self._timed[found] += 1
        return found.kind


def _group(key: tuple[Key, ...], counted: Counter[int], rows: int) -> Group:
    calls = counted.total()
    ascending = sorted(counted.items())
    return Group(
        keys=key,
        calls=calls,
        total=sum(ns * times for ns, times in ascending),
        rows=rows,
        longest=ascending[-1][0],
        p50=_percentile(ascending, 50 * calls),
        p95=_percentile(ascending, 95 * calls),
        p99=_percentile(ascending, 99 * calls),
    )


def _percentile(ascending: list[tuple[int, int]], hundredfold: int) -> int:
    """The first time at which the cumulated count, times 100, has reached `hundredfold`."""
    seen = 0
    for ns, times in ascending:
        seen += times
        if seen * 100 >= hundredfold:
            return ns
    raise AssertionError("a share of all is reached at the end of all")
