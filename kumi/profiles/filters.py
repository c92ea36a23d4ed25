"""Filters: which events of a profile count. They are data here, and each engine applies them.

Most are answered by the line of an event alone: its schema, declaration and that one's origin,
operation, run, when it began and how long it took. For others one has to know what other lines say,
once a process (`service`, `resource` in `profile_start`). These become sets of processes, by
`informed`, once such lines are known.

Of a filter with several names any will do, and all filters have to be met. An event without the
key that a filter asks for is left out: a run has no declaration and no origin, and a phase is of no
run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kumi.profiles.event_line import of_kind
from kumi.profiles.moments import strict_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.event_line import Event, Timed


_WRITTEN: Final = ("vm_declaration", "vm_operation")
"""The events of what stands in some schema, which need not be the one that ran."""


class FromEdge(NamedTuple):
    """A moment by the profile: so many nanoseconds behind its beginning, or before its end."""

    ns: int
    before_end: bool = False


class Filters(NamedTuple):
    """What is asked; an empty tuple, or None, lets every event pass.

    `runs` are ids, or how they begin: the first eight digits are a process. What began at `since`
    or later counts, and before `until` (Unix nanoseconds). `resources` are pairs of a key and a
    value. `processes` are what `informed` finds.
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

    @property
    def ask_nothing(self) -> bool:
        """Whether every event passes."""
        return self == Filters()

    @property
    def ask_elsewhere(self) -> bool:
        """Whether other lines than an event's own say if it passes."""
        return bool(self.services or self.resources)

    def informed(self, events: Iterable[Event]) -> Filters:
        """The same, with what lines of processes among the events say of them."""
        if not self.ask_elsewhere:
            return self
        return self._replace(processes=frozenset(_processes(events, self)))

    def admit(self, event: Timed) -> bool:
        """Whether the event counts. Edges of the profile have to be moments by now."""
        return (
            event.ns >= self.min_ns
            and (not self.schemas or event.schema in self.schemas)
            and (not self.declarations or event.declaration in self.declarations)
            and (not self.operations or self._is_asked(event))
            and (not self.runs or (event.run or "").startswith(self.runs))
            and (self.processes is None or event.process in self.processes)
            and (not self.origins or self._is_from(event))
            and ((self.since is None and self.until is None) or self._is_in_time(event))
        )

    def _is_asked(self, event: Timed) -> bool:
        return event.kind == "vm_operation" and event.name in self.operations

    def _is_from(self, event: Timed) -> bool:
        origin = event.schema if event.origin is None else event.origin
        return event.kind in _WRITTEN and origin in self.origins

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


def _processes(events: Iterable[Event], filters: Filters) -> Iterator[str]:
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
