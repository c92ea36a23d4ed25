"""What runs of ours say, counted: how often each time occurs, by the names of its line.

Names are those of a line of the shape, so that a group is such a line and a power of two of rows
(see `kumi.profiles.typical`). Of rows and CPU time only the sum of a group is asked for.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from kumi.profiles.counted_times import NOT_SAID, CountedTimes, GroupTimes, NamedGroup
from kumi.profiles.positions.digit_columns import hexadecimal, moments
from kumi.profiles.positions.time_counts import LONGEST, TimeCounts
from kumi.profiles.typical import LONGER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.profiles.counted_times import Began
    from kumi.profiles.event_line import Timed
    from kumi.profiles.filters import Filters
    from kumi.profiles.positions.shapes import RunFigures, RunShape
    from kumi.profiles.positions.time_counts import FirstLong

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_CLASSES: Final = 64
_ANY_TIME: Final = 2**63 - 1


class LineGroup(NamedTuple):
    """Events that are counted together: one of them, and which power of two their rows are."""

    event: Timed
    rows_class: int


class RunCounts:
    """Counts runs. `rows` and `cpu` are sums by group; of `cpu` only where lines say it."""

    def __init__(self, filters: Filters) -> None:
        self.groups: list[LineGroup] = []
        self.times = TimeCounts()
        self.rows: Counter[int] = Counter()
        self.cpu: Counter[int] = Counter()
        self._left_out: Counter[str | None] = Counter()
        self._filters = filters
        self._shapes: dict[RunShape, _ShapeGroups] = {}

    def add(self, shape: RunShape, said: RunFigures) -> bool:
        """Count runs of a shape; none, and False, where they say what cannot be counted so."""
        numbers = hexadecimal(said.run)
        if numbers is None or (said.ns >= LONGEST).any():
            return False
        known = self._shapes.get(shape)
        if known is None:
            known = self._shapes[shape] = _ShapeGroups(shape, self._filters, self.groups)
        lines = known.lines
        self._leave_out(shape, known, said)
        if len(lines):
            self._count(known, _of_lines(said, lines), numbers)
        return True

    def kinds(self) -> Counter[str | None]:
        """How many lines there are of each kind, whatever the filters."""
        found, calls = self._left_out.copy(), self.times.calls(len(self.groups))
        for group, number in zip(self.groups, calls, strict=True):
            found[group.event.kind] += number
        return found

    def counted_times(self) -> CountedTimes:
        """The times that pass the filters. They can be asked for once."""
        groups = [
            NamedGroup(event.names, rows_class, self.rows[number], self.cpu.get(number))
            for number, (event, rows_class) in enumerate(self.groups)
        ]
        times = GroupTimes(*self.times.counted())
        return CountedTimes(groups, times, _Began(self.groups, self.times.firsts()))

    def _count(self, known: _ShapeGroups, said: RunFigures, numbers: Numbers) -> None:
        groups = known.groups(said.rows)
        passes = self._passing(known, said, numbers)
        if not passes.all():
            short = np.count_nonzero(~passes, axis=0).tolist()
            for event, calls in zip(known.events, short, strict=True):
                self._left_out[event.kind] += calls
        self.times.add(groups[passes], said.ns[passes])
        _add(self.rows, groups[passes], said.rows[passes])
        is_long = passes & known.are_operations & (said.ns > LONGER)
        if is_long.any():
            runs = np.broadcast_to(numbers[:, None], is_long.shape)[is_long]
            started = moments(said.starts[:, is_long])
            self.times.add_long(groups[is_long], said.ns[is_long], started, runs)
        if said.cpu is not None and known.events[0].kind == "vm_run":
            _add(self.cpu, groups[passes[:, 0], 0], said.cpu[passes[:, 0]])

    def _passing(
        self, known: _ShapeGroups, said: RunFigures, numbers: Numbers
    ) -> NDArray[np.bool_]:
        """Which events pass by what differs from run to run: (runs, lines)."""
        asked = self._filters
        passes = said.ns >= asked.min_ns
        if asked.runs:
            process = known.events[0].process
            ids = (f"{process}{number:08x}" for number in numbers.tolist())
            passes &= np.array([run.startswith(asked.runs) for run in ids])[:, None]
        if asked.since is not None or asked.until is not None:
            began = moments(said.starts.reshape(len(said.starts), -1)).reshape(said.ns.shape)
            since, until = (_within(moment) for moment in (asked.since, asked.until))
            passes &= True if since is None else began >= since
            passes &= True if until is None else began < until
        return passes

    def _leave_out(self, shape: RunShape, known: _ShapeGroups, said: RunFigures) -> None:
        if len(known.lines) < len(shape.events):
            out = set(range(len(shape.events))).difference(known.lines.tolist())
            for line in out:
                self._left_out[shape.events[line].kind] += len(said.ns)


class _Began:
    """When the first of equally long events of a group began, and in which run."""

    def __init__(self, groups: list[LineGroup], firsts: FirstLong) -> None:
        self._groups, self._firsts = groups, firsts

    def __call__(self, group: int, ns: int) -> Began:
        start, end = np.searchsorted(self._firsts.group, [group, group + 1])
        at = start + np.searchsorted(self._firsts.ns[start:end], ns)
        if at == end or self._firsts.ns[at] != ns:
            return NOT_SAID
        process = self._groups[group].event.process
        return int(self._firsts.started[at]), f"{process}{int(self._firsts.run[at]):08x}"


def _within(moment: object) -> int | None:
    """A moment that is asked for, as near to it as 64 bits hold; None where none is."""
    return max(0, min(moment, _ANY_TIME)) if isinstance(moment, int) else None


def _of_lines(said: RunFigures, lines: Numbers) -> RunFigures:
    if len(lines) == said.ns.shape[1]:
        return said
    return said._replace(
        ns=said.ns[:, lines], rows=said.rows[:, lines], starts=said.starts[:, :, lines]
    )


def _add(sums: Counter[int], groups: Numbers, values: Numbers) -> None:
    """Add values to the sums of their groups, exactly: a part of them fits 53 bits."""
    found = np.bincount(groups.reshape(-1), values.reshape(-1))
    for group in np.flatnonzero(np.bincount(groups.reshape(-1))).tolist():
        sums[group] += int(found[group])


class _ShapeGroups:
    """The groups of one shape: `lines` are those that pass the filters, whatever they take."""

    def __init__(self, shape: RunShape, filters: Filters, all_groups: list[LineGroup]) -> None:
        of_lines = filters._replace(runs=(), since=None, until=None, min_ns=0)
        admitted = [of_lines.admit(event) for event in shape.events]
        self.lines = np.flatnonzero(admitted)
        self.events = [shape.events[line] for line in self.lines]
        self.are_operations = np.array([event.kind == "vm_operation" for event in self.events])
        self._all = all_groups
        self._cells = np.arange(len(self.lines)) * _CLASSES
        self._known = np.full(len(self.lines) * _CLASSES, -1)

    def groups(self, rows: Numbers) -> Numbers:
        """The number of each one's group: (runs, lines)."""
        cells = self._cells + np.frexp(rows.astype(np.float64))[1]
        found = self._known[cells]
        if (found < 0).any():
            self._make(set(cells[found < 0].tolist()))
            found = self._known[cells]
        return found

    def _make(self, cells: set[int]) -> None:
        for cell in sorted(cells):
            self._known[cell] = len(self._all)
            self._all.append(LineGroup(self.events[cell // _CLASSES], cell % _CLASSES))
