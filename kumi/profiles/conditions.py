"""Under which conditions operations were timed: memory in use, pauses.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import of_kind
from kumi.profiles.known_pauses import held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.event_line import Event


class Memory(NamedTuple):
    """Resident bytes at the first and the last snapshot, and the most of any."""

    first: int
    last: int
    peak: int
    snapshots: int


class PauseTotals(NamedTuple):
    """What interrupted calculations, by cause. Nanoseconds."""

    cause: str
    calls: int
    total: int
    longest: int


def memory(events: Iterable[Event]) -> Memory | None:
    """Memory over the snapshots, in order of their time."""
    taken = [
        (event["timestamp"], event["rss_bytes"])
        for event in of_kind(events, "memory")
        if isinstance(event.get("timestamp"), str) and type(event.get("rss_bytes")) is int
    ]
    if not taken:
        return None
    resident = [size for _, size in sorted(taken)]
    return Memory(resident[0], resident[-1], max(resident), len(resident))


def pauses(events: Iterable[Event]) -> tuple[PauseTotals, ...]:
    """The pauses, the longest together first."""
    found: dict[str, list[int]] = {}
    for event in of_kind(events, "pause"):
        cause, ns = event.get("cause"), held(event)
        if isinstance(cause, str) and ns is not None:
            found.setdefault(cause, []).append(ns)
    by_cause = (PauseTotals(cause, len(ns), sum(ns), max(ns)) for cause, ns in found.items())
    return tuple(sorted(by_cause, key=lambda pause: (-pause.total, pause.cause)))
