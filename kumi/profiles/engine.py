"""What a breakdown asks of a profile, whichever way it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event, Timed
    from kumi.profiles.line_counts import LineCounts

Key = str | int | None

KEYS: Final = (
    "schema", "name", "declaration", "position", "function", "program", "process", "error",
)  # fmt: skip


class Tally(NamedTuple):
    """Events counted together. Times are integer nanoseconds.

    Percentiles are times that occurred: the smallest that at least such a share of all did not
    exceed.
    """

    keys: tuple[Key, ...]
    calls: int
    total: int
    rows: int
    longest: int
    p50: int
    p95: int
    p99: int


class Filters(NamedTuple):
    """Which timed events count; an empty tuple asks nothing. What lacks the key is left out."""

    schemas: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    min_ns: int = 0

    @property
    def ask_nothing(self) -> bool:
        """Whether every event passes."""
        return self == Filters()

    def admit(self, event: Timed) -> bool:
        """Whether the event counts."""
        return (
            event.ns >= self.min_ns
            and (not self.schemas or event.schema in self.schemas)
            and (not self.declarations or event.declaration in self.declarations)
            and (not self.operations or self._is_asked(event))
        )

    def _is_asked(self, event: Timed) -> bool:
        return event.kind == "vm_operation" and event.name in self.operations


class Engine(Protocol):
    """A profile that has been counted."""

    @property
    def lines(self) -> LineCounts:
        """How the lines divide, whatever the filters."""

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one: see `kumi.profiles.event_line.UNCOUNTED`."""

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these of KEYS, in no particular order."""
