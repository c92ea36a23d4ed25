"""Filters: which events of a profile count. They are data here, and each engine applies them.

Some are answered by the line of an event alone: its schema, declaration, operation, run, when it
began and how long it took. For others one has to know what other lines say, once a process
(`service`, `resource` in `profile_start`) or once a program (origins of declarations). These become
sets of processes and of declarations, by `informed`, once such lines are known.

Of a filter with several names any will do, and all filters have to be met. An event without the
key that a filter asks for is left out: a run has no declaration, and a phase is of no run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kumi.profiles.event_line import of_kind
from kumi.profiles.moments import strict_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.event_line import Event, Timed


class FromEdge(NamedTuple):
    """A moment by the profile: so many nanoseconds behind its beginning, or before its end."""

    ns: int
    before_end: bool = False


class Filters(NamedTuple):
    """What is asked; an empty tuple, or None, lets every event pass.

    `runs` are ids, or how they begin: the first eight digits are a process. What began at `since`
    or later counts, and before `until` (Unix nanoseconds). `resources` are pairs of a key and a
    value. `processes` and `places`, pairs of schema and declaration, are what `informed` finds.
    """

    schemas: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    min_ns: int = 0
    origins: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    since: int | FromEdge | None = None
    until: int | FromEdge | None = None
    processes: frozenset[str] | None = None
    places: frozenset[tuple[str, str]] | None = None

    @property
    def ask_nothing(self) -> bool:
        """Whether every event passes."""
        return self == Filters()

    @property
    def ask_elsewhere(self) -> bool:
        """Whether other lines than an event's own say if it passes."""
        return bool(self.origins or self.services or self.resources)

    def informed(self, events: Iterable[Event]) -> Filters:
        """The same, with what lines of processes and programs among the events say of them."""
        if not self.ask_elsewhere:
            return self
        known = list(events)
        processes = frozenset(_processes(known, self))
        places = frozenset(_places(known, self.origins))
        return self._replace(
            processes=processes if self.services or self.resources else None,
            places=places if self.origins else None,
        )

    def admit(self, event: Timed) -> bool:
        """Whether the event counts. Edges of the profile have to be moments by now."""
        return (
            event.ns >= self.min_ns
            and (not self.schemas or event.schema in self.schemas)
            and (not self.declarations or event.declaration in self.declarations)
            and (not self.operations or self._is_asked(event))
            and (not self.runs or (event.run or "").startswith(self.runs))
            and (self.processes is None or event.process in self.processes)
            and (self.places is None or (event.schema, event.declaration) in self.places)
            and ((self.since is None and self.until is None) or self._is_in_time(event))
        )

    def _is_asked(self, event: Timed) -> bool:
        return event.kind == "vm_operation" and event.name in self.operations

    def _is_in_time(self, event: Timed) -> bool:
        began = strict_moment(event.timestamp) if event.started is None else event.started
        return (
            began is not None
            and (not isinstance(self.since, int) or began >= self.since)
            and (not isinstance(self.until, int) or began < self.until)
        )


def said(value: Any) -> str:
    """A value of a resource as one types it: a text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _processes(events: list[Event], filters: Filters) -> Iterator[str]:
    """The processes of the services that are asked for, with the resource attributes."""
    asked: dict[str, set[str]] = {}
    for key, value in filters.resources:
        asked.setdefault(key, set()).add(value)
    for event in of_kind(events, "profile_start"):
        process, resource = event.get("process"), event.get("resource")
        attributes = resource if isinstance(resource, dict) else {}
        if (
            isinstance(process, str)
            and (not filters.services or event.get("service") in filters.services)
            and all(
                key in attributes and said(attributes[key]) in values
                for key, values in asked.items()
            )
        ):
            yield process


def _places(events: list[Event], origins: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The declarations that schemas have from these origins, their own ones included."""
    for schema, declaration, origin in declared_origins(events):
        if origin in origins:
            yield schema, declaration


def declared_origins(events: Iterable[Event]) -> Iterator[tuple[str, str, str]]:
    """Schema, declaration, and the schema that the declaration was written in."""
    for event in of_kind(events, "program"):
        schema, declarations = event.get("schema"), event.get("declarations")
        for described in declarations if isinstance(declarations, list) else ():
            match described:
                case [str(name), _, _, str() | None as origin, *_] if isinstance(schema, str):
                    yield schema, name, origin or schema
