"""What is known of a moment: collections of garbage, the kernel's delays, our own thread at work.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import duration, of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.event_line import Event


class Cause(NamedTuple):
    """Why a calculation was interrupted, and for how long of the time that is asked about (ns)."""

    cause: str
    ns: int


class KnownPauses:
    """The `pause` events of a profile, by when they were."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._known: list[tuple[int, int, int, str]] = []
        for event in of_kind(events, "pause"):
            start, end = event.get("start_unix_nano"), event.get("end_unix_nano")
            cause, ns = event.get("cause"), held(event)
            if isinstance(cause, str) and type(start) is int and type(end) is int and ns:
                self._known.append((start, end, ns, cause))

    def during(self, started: int | None, ns: int) -> tuple[Cause, ...]:
        """What happened within `ns` from `started` on, what took longest first.

        A pause of the kernel's says how long it was within a window, and not when: of that no more
        is counted than the time asked about and the window have in common.
        """
        if started is None:
            return ()
        found: dict[str, int] = {}
        for start, end, took, cause in self._known:
            common = min(end, started + ns) - max(start, started)
            if common > 0:
                found[cause] = found.get(cause, 0) + min(common, took)
        causes = (Cause(cause, min(took, ns)) for cause, took in found.items())
        return tuple(sorted(causes, key=lambda cause: (-cause.ns, cause.cause)))


def held(event: Event) -> int | None:
    """The nanoseconds that a pause held up a run, or None where the event does not say.

    Of most pauses that is from their start to their end; of the kernel's these are the window in
    which the delay was found, and only the milliseconds say how long it was.
    """
    ns = duration(event)
    ms = event.get("duration_ms")
    return ns if ns is None or ms is None else duration({"duration_ms": ms})
