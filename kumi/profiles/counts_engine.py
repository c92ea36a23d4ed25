"""The engine for large files: NumPy makes figures of what was counted, whoever has counted it.

Most lines of a profile are our own, and are read by position. A database counts what is left, lines
of others and columns: its start takes longer than reading some megabytes of our own.
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.profiles.clock_share import takes_a_reading
from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.counted_times import NAMES, CountedTimes, joined
from kumi.profiles.event_line import Timed
from kumi.profiles.filters import Filters
from kumi.profiles.times_by_name import TimesByName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kumi.profiles.counted_times import NamedGroup, Names
    from kumi.profiles.duckdb_counts import DuckDBCounts
    from kumi.profiles.engine import Distribution, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.positions.own_files import OwnFiles

_BY_RUN: Final = (*NAMES, "run")


class CountsEngine:
    """See `kumi.profiles.engine.Engine`. `foreign` has counted what `own` has left of its files."""

    def __init__(self, own: OwnFiles, foreign: DuckDBCounts | None, filters: Filters) -> None:
        self._others = own.others
        counts = (own.runs, own.others, foreign) if foreign else (own.runs, own.others)
        kinds = sum([each.kinds() for each in counts], Counter[str | None]())
        self.lines = LineCounts.of(kinds, next(_malformed(own, foreign), None))
        self._counted = joined(each.counted_times() for each in counts)
        if filters.ask_elsewhere:
            self._narrow(filters.informed([*own.starts, *self.uncounted]))
        self._figures = TimesByName(self._counted)

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one."""
        return self._others.uncounted

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        less = [_cost(_event(group), costs) for group in self._counted.groups]
        self._figures = TimesByName(self._counted, less)

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        return list(self._figures.tallies(_asked(kind, keys)))

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        by_keys = _asked(kind, keys)

        def by_rows(group: NamedGroup) -> Names | None:
            names = by_keys(group)
            return names and (*names, group.rows_class)

        return list(self._figures.distributions(by_rows))

    def _narrow(self, asked: Filters) -> None:
        """Leave what passes, now that all lines of processes and programs are known."""
        elsewhere = Filters(processes=asked.processes)
        groups, times, began = self._counted
        admitted = [elsewhere.admit(_event(group)) for group in groups]
        rows = np.array(admitted, np.bool_)[times.group]
        passing = [
            group if passes else group._replace(rows=0, cpu=None)
            for group, passes in zip(groups, admitted, strict=True)
        ]
        self._counted = CountedTimes(passing, times.at(np.flatnonzero(rows)), began)


def _asked(kind: str, keys: tuple[str, ...]) -> Callable[[NamedGroup], Names | None]:
    """What the keys are in a group, None where it is of another kind."""
    at = [_BY_RUN.index(key) for key in keys]
    pick: Callable[[Names], Any] = itemgetter(*at)
    if len(at) == 1:  # then what is picked is no tuple
        return lambda group: (pick(group.names),) if group.names[0] == kind else None
    return lambda group: pick(group.names) if group.names[0] == kind else None


def _event(group: NamedGroup) -> Timed:
    """An event of the group, of which only its names are right."""
    return Timed._make([*group.names[: len(NAMES)], 0, 0, None, None, None, None])


def _cost(event: Timed, costs: Mapping[str, int]) -> int:
    reads = event.kind == "vm_operation" and takes_a_reading(event.name)
    return costs.get(event.process or "", 0) if reads else 0


def _malformed(own: OwnFiles, foreign: DuckDBCounts | None) -> Iterator[tuple[str, int]]:
    """The first malformed line of each file that has one."""
    for number, file in enumerate(own.files):
        found = (file.first_malformed, foreign and foreign.first_malformed[number])
        if numbers := [line for line in found if line]:
            yield file.profile.name, min(numbers)
