"""The engine for large files of our own: all is counted by position, and NumPy makes the figures.

It needs no database, whose start and statements would take longer than reading a file of some
megabytes.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.profiles.clock_share import takes_a_reading
from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.engine import KEYS
from kumi.profiles.event_line import Timed
from kumi.profiles.filters import Filters
from kumi.profiles.positions.times_by_name import GroupTimes, NamedGroup, TimesByName, in_order
from kumi.profiles.typical import LONGER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from kumi.profiles.engine import Distribution, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.one_by_one import CountedEvent, OneByOne
    from kumi.profiles.positions.own_files import OwnFiles
    from kumi.profiles.positions.run_counts import RunCounts
    from kumi.profiles.positions.times_by_name import Began, Names

_NAMES = ("kind", *KEYS)
_NOT_SAID = (None, None)


class OwnEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, own: OwnFiles, filters: Filters) -> None:
        self._others = own.others
        kinds = own.others.kinds + own.runs.kinds()
        for event, calls in own.others.timed.items():
            kinds[event.kind] += calls
        malformed = ((file.profile.name, file.first_malformed) for file in own.files)
        self.lines = LineCounts.of(
            kinds, next(((name, number) for name, number in malformed if number), None)
        )
        one_by_one = _OneByOneTimes(own.others, len(own.runs.groups))
        self._groups = [*_groups_of(own.runs), *one_by_one.groups]
        by_run = own.runs.times.counted()
        columns = zip((by_run.group, by_run.ns, by_run.calls), one_by_one.columns, strict=True)
        self._times = GroupTimes(*map(np.concatenate, columns))
        self._began = _Began(own.runs, one_by_one)
        if filters.ask_elsewhere:
            self._narrow(filters.informed(self.uncounted))
        self._figures = TimesByName(self._groups, self._times, self._began)

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one."""
        return self._others.uncounted

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        less = [_cost(_event(group), costs) for group in self._groups]
        self._figures = TimesByName(self._groups, self._times, self._began, less)

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
        admitted = [elsewhere.admit(_event(group)) for group in self._groups]
        rows = np.array(admitted, np.bool_)[self._times.group]
        self._times = self._times.at(np.flatnonzero(rows))
        self._groups = [
            group if passes else group._replace(rows=0, cpu=None)
            for group, passes in zip(self._groups, admitted, strict=True)
        ]


def _asked(kind: str, keys: tuple[str, ...]) -> Callable[[NamedGroup], Names | None]:
    """What the keys are in a group, None where it is of another kind."""
    at = [_NAMES.index(key) for key in keys]
    pick: Callable[[Names], Any] = itemgetter(*at)
    if len(at) == 1:  # then what is picked is no tuple
        return lambda group: (pick(group.names),) if group.names[0] == kind else None
    return lambda group: pick(group.names) if group.names[0] == kind else None


def _event(group: NamedGroup) -> Timed:
    """An event of the group, of which only its names are right."""
    return Timed._make([*group.names, 0, 0, None, None, None, None])


def _cost(event: Timed, costs: Mapping[str, int]) -> int:
    reads = event.kind == "vm_operation" and takes_a_reading(event.name)
    return costs.get(event.process or "", 0) if reads else 0


def _groups_of(runs: RunCounts) -> list[NamedGroup]:
    return [
        NamedGroup(event[: len(_NAMES)], rows_class, runs.rows[number], runs.cpu.get(number))
        for number, (event, rows_class) in enumerate(runs.groups)
    ]


class _OneByOneTimes:
    """Lines that were read one by one, as groups that are numbered from `start`."""

    def __init__(self, others: OneByOne, start: int) -> None:
        self.groups: list[NamedGroup] = []
        self.began: dict[tuple[int, int], Began] = {}
        self._numbers: dict[tuple[Names, int], int] = {}
        self._start = start
        found = [
            (self._counted(event, calls), event.ns, calls)
            for event, calls in others.timed.items()
            if event.ns is not None
        ]
        self.columns: NDArray[np.int64] = np.array(found, np.int64).reshape(-1, 3).T

    def _counted(self, event: CountedEvent, calls: int) -> int:
        names: Names = (event.kind, *(getattr(event, key) for key in KEYS))
        known = self._numbers.setdefault((names, event.rows_class), len(self.groups))
        if known == len(self.groups):
            self.groups.append(NamedGroup(names, event.rows_class, 0, None))
        group = self.groups[known]
        cpu = group.cpu if event.cpu is None else (group.cpu or 0) + event.cpu * calls
        self.groups[known] = group._replace(rows=group.rows + event.rows * calls, cpu=cpu)
        self._note_began(known + self._start, event)
        return known + self._start

    def _note_began(self, group: int, event: CountedEvent) -> None:
        if event.ns and event.ns > LONGER:
            began = event.started, event.run
            known = self.began.setdefault((group, event.ns), began)
            self.began[group, event.ns] = min(known, began, key=in_order)


class _Began:
    """When the first of equally long events of a group began, and in which run."""

    def __init__(self, runs: RunCounts, others: _OneByOneTimes) -> None:
        self._groups, self._others = runs.groups, others.began
        self._firsts = runs.times.firsts()

    def __call__(self, group: int, ns: int) -> Began:
        if group >= len(self._groups):
            return self._others.get((group, ns), _NOT_SAID)
        start, end = np.searchsorted(self._firsts.group, [group, group + 1])
        at = start + np.searchsorted(self._firsts.ns[start:end], ns)
        if at == end or self._firsts.ns[at] != ns:
            return _NOT_SAID
        process = self._groups[group].event.process
        return int(self._firsts.started[at]), f"{process}{int(self._firsts.run[at]):08x}"
