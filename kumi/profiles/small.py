"""The engine for small files: nothing but the standard library, since imports are what it saves."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from kumi.profiles.engine import Filters, Group, Lines
from kumi.profiles.lines import TIMED, WHOLE, Event, Timed, parse, timed

if TYPE_CHECKING:
    from kumi.profiles.engine import Key
    from kumi.profiles.sources import Opened

_NS: Final = Timed._fields.index("ns")


class SmallEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, opened: Opened, filters: Filters) -> None:
        self.whole: list[Event] = []
        self._filters = filters
        self._timed: dict[str, list[Timed]] = defaultdict(list)
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
        pick = itemgetter(*map(Timed._fields.index, keys), _NS)
        times: dict[tuple[Key, ...], list[int]] = defaultdict(list)
        rows: dict[tuple[Key, ...], int] = defaultdict(int)
        for event in self._timed[kind]:
            picked = pick(event)
            key = picked[:-1]
            times[key].append(picked[-1])
            rows[key] += event.rows
        return [_group(key, sorted(found), rows[key]) for key, found in times.items()]

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
            self._timed[found.kind].append(found)
        return found.kind


def _group(key: tuple[Key, ...], times: list[int], rows: int) -> Group:
    """What the times, in ascending order, say together."""
    return Group(
        keys=key,
        calls=len(times),
        total=sum(times),
        rows=rows,
        longest=times[-1],
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        p99=_percentile(times, 99),
    )


def _percentile(times: list[int], percent: int) -> int:
    """The first of the times with which `percent` of all have been passed."""
    return times[-(-len(times) * percent // 100) - 1]
