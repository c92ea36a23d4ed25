"""Notes: what is told beside runs, phases and looks at memory, kept until the owner comes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from kumi.otel.log import trouble
from kumi.otel.phases import EndedPhase, event
from kumi.spans.readable import to_readable

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.observations import Phase
    from kumi.otel.delivery import Delivery
    from kumi.otel.route import Route
    from kumi.spans.events import Event

    Note: TypeAlias = EndedPhase | Event

_MOST = 10_000
_AT_ONCE = 200


class Notes:
    """A bounded queue of notes: where nobody drains it, the oldest give way, and are counted."""

    def __init__(self) -> None:
        self._kept: deque[Note] = deque()
        self._lost: deque[int] = deque()

    def are_waiting(self) -> bool:
        """Whether there are any."""
        return bool(self._kept)

    def are_half_full(self) -> bool:
        """Whether just this note makes it so: somebody should come now."""
        return len(self._kept) == _MOST // 2

    def phase(self, phase: Phase, context: Context) -> None:
        """Note a phase that ended in `context`."""
        self.event(EndedPhase(phase, context))

    def event(self, note: Note) -> None:
        """Note an event of the file."""
        self._kept.append(note)
        if len(self._kept) > _MOST and self._take() is not None:
            self._lost.append(1)

    def lost(self) -> int:
        """How many found no room since this was asked."""
        lost = 0
        while self._lost:
            lost += self._lost.popleft()
        return lost

    def clear(self) -> None:
        """Forget them, as a child does with its parent's."""
        self._kept.clear()
        self._lost.clear()

    def deliver(self, delivery: Delivery) -> None:
        """Hand on what there is by now: events to the file, spans to the traces."""
        left = len(self._kept)
        while left > 0 and self._kept:
            self._deliver(min(left, _AT_ONCE), delivery)
            left -= _AT_ONCE

    def _deliver(self, count: int, delivery: Delivery) -> None:
        noted: list[Event] = []
        ended: list[ReadableSpan] = []
        for _ in range(count):
            note = self._take()
            if isinstance(note, EndedPhase):
                _tell(note, delivery.route, noted, ended)
            elif note is not None:
                noted.append(note)
        delivery.events(noted)
        delivery.ended(ended)

    def _take(self) -> Note | None:
        """The oldest note, where nobody else has just taken it."""
        try:
            return self._kept.popleft()
        except IndexError:
            return None


def _tell(
    note: EndedPhase, route: Route | None, noted: list[Event], ended: list[ReadableSpan]
) -> None:
    if route is None:
        return
    try:
        span = note.span(route)
        noted.append(event(note.phase, span))
        if note.is_sampled(route):
            ended.append(to_readable(span, route.resource, route.limits))
    except Exception as error:  # noqa: BLE001 - an id generator or a sampler is anybody's code
        trouble("noting a phase", error)
