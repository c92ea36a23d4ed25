"""The engine for small files: importing more than the standard library would take longest."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kumi.profiles.clock_share import takes_a_reading
from kumi.profiles.counted_lines import CountedLines
from kumi.profiles.engine import KEYS, Distribution, LongReading, Tally
from kumi.profiles.event_line import UNCOUNTED, Event, Timed
from kumi.profiles.typical import MOST, groups, is_pause, rows_class, usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Names, Reading
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles


class PythonEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self.uncounted: list[Event] = []
        lines = CountedLines(profiles.files)
        found = self._read(lines, filters)
        if filters.ask_elsewhere:
            found = _narrowed(found, filters.informed([*profiles.starts, *self.uncounted]))
        self._alike = [_Alike(names, readings) for names, readings in found.items()]
        self.lines = lines.counts

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        self._alike = [
            alike.less(costs.get(alike.process or "", 0))
            if alike.kind == "vm_operation" and takes_a_reading(alike.name)
            else alike
            for alike in self._alike
        ]

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        return [_tally(key, alike) for key, alike in self._by(keys, kind).items()]

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        found = []
        for key, alike in self._by(keys, kind).items():
            classes: dict[int, list[Reading]] = defaultdict(list)
            for reading in chain.from_iterable([each.readings for each in alike]):
                classes[rows_class(reading[1])].append(reading)
            found += [_distribution(key, each) for each in classes.values()]
        return found

    def _by(self, keys: tuple[str, ...], kind: str) -> dict[tuple[Key, ...], list[_Alike]]:
        pick = itemgetter(*map(("kind", *KEYS, "run").index, keys))
        found = defaultdict[Any, list[_Alike]](list)
        for alike in self._alike:
            if alike.kind == kind and "run" in keys:
                for run, each in alike.by_run():
                    found[pick((*each.names, run))].append(each)
            elif alike.kind == kind:
                found[pick(alike.names)].append(alike)
        alone = len(keys) == 1  # then what is picked is no tuple
        return {(key,) if alone else key: alike for key, alike in found.items()}

    def _read(self, lines: CountedLines, filters: Filters) -> dict[Names, list[Reading]]:
        """The readings that pass, by their names."""
        found: dict[Names, list[Reading]] = defaultdict(list)
        all_pass, admit = filters.ask_nothing, filters.admit
        for timed, event, _ in lines:
            if timed:
                names, reading = timed
                if all_pass or admit(Timed(*names, *reading)):
                    found[names].append(reading)
            elif event and event["event"] in UNCOUNTED:
                self.uncounted.append(event)
        return found


class _Alike:
    """The readings of events that have the same names. What is summed once is kept."""

    def __init__(self, names: Names, readings: list[Reading]) -> None:
        self.names, self.readings = names, readings
        self.kind, _, self.name, *_, self.process, _ = names
        self.times = sorted([reading[0] for reading in readings])
        self.total = sum(self.times)
        self.rows = sum([reading[1] for reading in readings])
        cpu = [reading[2] for reading in readings if reading[2] is not None]
        self.cpu = sum(cpu) if cpu else None

    def less(self, cost: int) -> _Alike:
        """The same, each shorter by so many nanoseconds, and none shorter than nothing."""
        return _Alike(self.names, [(max(0, ns - cost), *rest) for ns, *rest in self.readings])

    def by_run(self) -> Iterator[tuple[str | None, _Alike]]:
        """The same, divided by their runs."""
        found: dict[str | None, list[Reading]] = defaultdict(list)
        for reading in self.readings:
            found[reading[3]].append(reading)
        for run, readings in found.items():
            yield run, _Alike(self.names, readings)


def _narrowed(found: dict[Names, list[Reading]], filters: Filters) -> dict[Names, list[Reading]]:
    """What passes, now that all lines of processes and programs are known."""
    return {
        names: passing
        for names, readings in found.items()
        if (passing := [each for each in readings if filters.admit(Timed(*names, *each))])
    }


def _tally(key: tuple[Key, ...], alike: list[_Alike]) -> Tally:
    one = alike[0]
    times, total, rows, cpu = one.times, one.total, one.rows, one.cpu
    if len(alike) > 1:
        times = sorted(chain.from_iterable([each.times for each in alike]))
        total, rows = sum([each.total for each in alike]), sum([each.rows for each in alike])
        said = [each.cpu for each in alike if each.cpu is not None]
        cpu = sum(said) if said else None
    p50, p95, p99 = percentile(times, 50), percentile(times, 95), percentile(times, 99)
    return Tally(key, len(times), total, rows, times[-1], p50, p95, p99, cpu)


def _distribution(key: tuple[Key, ...], readings: list[Reading]) -> Distribution:
    times = sorted([reading[0] for reading in readings])
    medians = tuple([times[rank] for _, rank in groups(len(times))])
    of = usual(medians)
    paused = [each for each in readings if is_pause(each[0], of)] if is_pause(times[-1], of) else []
    rows, excess = sum([each[1] for each in readings]), sum([each[0] - of for each in paused])
    first: dict[int, Reading] = {}
    for reading in sorted(paused, key=_when):
        first.setdefault(reading[0], reading)
    longest = [first[ns] for ns in sorted(first, reverse=True)[:MOST]]
    named = tuple([LongReading(ns, ns - of, started, run) for ns, _, _, run, started, _ in longest])
    return Distribution(key, len(times), rows, medians, len(paused), excess, named)


def _when(reading: Reading) -> tuple[bool, int, bool, str]:
    """The order of their beginnings; whatever is not said comes last."""
    run, started = reading[3:5]
    return started is None, started or 0, run is None, run or ""


def percentile(times: list[int], percent: int) -> int:
    """The smallest of the sorted times that so many percent of them did not exceed: see Tally.

    >>> percentile([10, 10, 20, 90], 50), percentile([10, 10, 20, 90], 95)
    (10, 90)
    """
    rank = (percent * len(times) + 99) // 100  # rounded up, in integers
    return times[rank - 1]
