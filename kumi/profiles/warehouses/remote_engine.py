"""The engine for profiles that are counted elsewhere: only figures are fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from kumi.ir.ops import OPCODES
from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.figure_rows import distribution, tally
from kumi.profiles.passing_sql import passes
from kumi.profiles.strict_line import loads
from kumi.profiles.warehouses.first_readings import said_of
from kumi.profiles.warehouses.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.profiles.engine import Distribution, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.figure_rows import Longest
    from kumi.profiles.filters import Filters
    from kumi.profiles.warehouses.statements import CountedTable

_FREE: Final = [opcode.name for opcode in OPCODES if opcode.free]


class Warehouse(Protocol):
    """Where a profile has been counted."""

    @property
    def table(self) -> CountedTable:
        """The table `counted`: as `sql/setup.sql` has it, but for names, which are plain.

        Its column `first` is the text that `first_of` makes.
        """

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises UnreadableError where it fails."""


class RemoteEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, warehouse: Warehouse, filters: Filters) -> None:
        self._warehouse, self._passes = warehouse, passes(filters)
        self._costs: Mapping[str, int] = {}
        kinds = self._counted("SELECT kind, sum(calls) FROM {} GROUP BY kind")
        self.lines = LineCounts.of({kind: int(calls) for kind, calls in kinds}, None)

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one."""
        found = self._counted("SELECT entire, calls FROM {} WHERE entire IS NOT NULL")
        return [loads(entire.encode()) for entire, calls in found for _ in range(int(calls))]

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        self._costs = costs

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        rows = self._asked("tallies", kind, keys)
        return [tally(row[: len(keys)], row[len(keys) :]) for row in rows]

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        return [
            distribution(row[: len(keys)], figures, map(_longest, longest))
            for row in self._asked("distributions", kind, keys)
            for *figures, longest in (row[len(keys) :],)
        ]

    def _asked(self, name: str, kind: str, keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
        parameters = {"kind": kind, "free": _FREE}
        made = statement(
            name, self._warehouse.table, keys, parameters, passes=self._passes, costs=self._costs
        )
        return self._warehouse.rows(made)

    def _counted(self, statement: str) -> list[tuple[Any, ...]]:
        return self._warehouse.rows(statement.format(self._warehouse.table.name))


def _longest(reading: tuple[int, str]) -> Longest:
    ns, first = reading
    return (ns, *said_of(first))
