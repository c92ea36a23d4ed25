"""What happened, grouped by whatever is asked: schemas, origins, services, runs, several of them.

Operations are grouped where the profile has some, by their self times; else declarations, else
runs, as far as they have the keys that are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.engine import GROUP_COLUMNS, GROUP_KEYS
from kumi.profiles.event_line import of_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kumi.profiles.engine import Distribution, Engine, Key, Tally
    from kumi.profiles.event_line import Event

_KINDS: Final = {
    "vm_operation": frozenset(GROUP_KEYS),
    "vm_declaration": frozenset(GROUP_KEYS) - {"operation", "function", "index"},
    "vm_run": frozenset({"schema", "service", "process", "run", "error"}),
}
_EACH_OPERATION: Final = ("schema", "name", "declaration", "position", "function")


class EventGroup(NamedTuple):
    """Events that have the same names, and their times (ns); `typical` is theirs without pauses.

    Percentiles are None where the group is made of several processes or declarations that are
    counted apart: those of the parts do not say what that of the whole is.
    """

    names: tuple[Key, ...]
    calls: int
    total: int
    rows: int
    typical: int
    longest: int
    p50: int | None
    p95: int | None
    p99: int | None


class Grouping(NamedTuple):
    """The groups, the longest first; `kind` is the event that was grouped."""

    by: tuple[str, ...]
    kind: str
    groups: tuple[EventGroup, ...]


def grouped(engine: Engine, events: Iterable[Event], by: tuple[str, ...]) -> Grouping:
    """The groups of the filtered events; `events` are the uncounted ones."""
    columns = tuple(dict.fromkeys(column for key in by for column in GROUP_COLUMNS[key]))
    names = _Names(list(events), by, columns)
    kind, tallies = _first(engine, by, columns)
    alike: dict[tuple[Key, ...], list[Tally]] = defaultdict(list)
    for tally in tallies:
        alike[names(tally.keys)].append(tally)
    finest = (*columns, *(key for key in _EACH_OPERATION if key not in columns))
    typical = _typical(engine.distributions(kind, finest), names)
    groups = [_group(found, each, typical[found]) for found, each in alike.items()]
    groups.sort(key=lambda group: (-group.total, list(map(str, group.names))))
    return Grouping(by, kind, tuple(groups))


def _first(
    engine: Engine, by: tuple[str, ...], columns: tuple[str, ...]
) -> tuple[str, list[Tally]]:
    """The first kind of event that there is, among those that have the keys."""
    for kind, known in _KINDS.items():
        if known.issuperset(by) and (tallies := engine.tallies(kind, columns)):
            return kind, tallies
    return "vm_operation", []


def _typical(
    found: Iterable[Distribution], names: Callable[[tuple[Key, ...]], tuple[Key, ...]]
) -> dict[tuple[Key, ...], int]:
    typical: dict[tuple[Key, ...], int] = defaultdict(int)
    for each in found:
        typical[names(each.keys)] += each.typical
    return typical


def _group(names: tuple[Key, ...], tallies: list[Tally], typical: int) -> EventGroup:
    one = tallies[0] if len(tallies) == 1 else None
    return EventGroup(
        names,
        sum(tally.calls for tally in tallies),
        sum(tally.total for tally in tallies),
        sum(tally.rows for tally in tallies),
        typical,
        max(tally.longest for tally in tallies),
        one and one.p50,
        one and one.p95,
        one and one.p99,
    )


class _Names:
    """The names that are asked for, of what engines count by."""

    def __init__(self, events: list[Event], by: tuple[str, ...], columns: tuple[str, ...]) -> None:
        self._by = by
        self._at = {column: at for at, column in enumerate(columns)}
        self._services = {
            event["process"]: event.get("service")
            for event in of_kind(events, "profile_start")
            if isinstance(event.get("process"), str)
        }

    def __call__(self, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple(self._name(key, keys) for key in self._by)

    def _name(self, key: str, keys: tuple[Key, ...]) -> Key:
        found = [keys[self._at[column]] for column in GROUP_COLUMNS[key]]
        if key == "origin":
            return found[0] if found[1] is None else found[1]
        if key == "service":
            service = self._services.get(str(found[0]))
            return service if isinstance(service, str) else None
        return found[0]
