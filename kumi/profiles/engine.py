"""What a breakdown asks of a profile, whichever way it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from kumi.profiles.event_line import KNOWN

if TYPE_CHECKING:
    from collections import Counter

    from kumi.profiles.event_line import Event, Timed

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


class LineCounts(NamedTuple):
    """How the lines of all files divide. `first_malformed` is (file, line number from 1)."""

    events: dict[str, int]
    other: int
    malformed: int
    first_malformed: tuple[str, int] | None

    @classmethod
    def of(cls, kinds: Counter[Key], first_malformed: tuple[str, int] | None) -> LineCounts:
        """From how many lines there are of each event; None stands for malformed ones."""
        known = {kind: kinds[kind] for kind in KNOWN if kinds[kind]}
        other = kinds.total() - kinds[None] - sum(known.values())
        return cls(known, other, kinds[None], first_malformed)

    @property
    def readable(self) -> int:
        """Lines with an event that we know."""
        return sum(self.events.values())


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
