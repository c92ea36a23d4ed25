"""What is told beside runs, phases and looks at memory, kept until the owner comes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from kumi.otel.delivery.phases import EndedPhase, event
from kumi.otel.log import trouble
from kumi.spans.readable import to_readable

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.observations import Phase
    from kumi.otel.delivery.outputs import Outputs
    from kumi.otel.delivery.route import Route
    from kumi.spans.events import Event

    Pending: TypeAlias = EndedPhase | Event

_MOST = 10_000
_AT_ONCE = 200


class PendingEvents:
    """A bounded queue: where nobody drains it, the oldest give way, and are counted.

    Callers append without a lock, and may be as many threads as they like; so each step is one
    call of a deque, and whoever finds it empty has only come second.
    """

    def __init__(self) -> None:
        self._kept: deque[Pending] = deque()
        self._lost: deque[int] = deque()

    def are_waiting(self) -> bool:
        """Whether there are any."""
        return bool(self._kept)

    def are_half_full(self) -> bool:
        """Whether just the last one makes it so: somebody should come now."""
        return len(self._kept) == _MOST // 2

    def add_phase(self, phase: Phase, context: Context) -> None:
        """Keep a phase that ended in `context`."""
        self.add(EndedPhase(phase, context))

    def add(self, pending: Pending) -> None:
        """Keep an event of the file."""
        self._kept.append(pending)
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

    def deliver(self, outputs: Outputs) -> None:
        """Hand on what there is by now: events to the file, spans to the traces."""
        left = len(self._kept)
        while left > 0 and self._kept:
            self._deliver(min(left, _AT_ONCE), outputs)
            left -= _AT_ONCE

    def _deliver(self, count: int, outputs: Outputs) -> None:
        told: list[Event] = []
        spans: list[ReadableSpan] = []
        for _ in range(count):
            pending = self._take()
            if isinstance(pending, EndedPhase):
                _tell(pending, outputs.route, told, spans)
            elif pending is not None:
                told.append(pending)
        outputs.events(told)
        outputs.spans(spans)

    def _take(self) -> Pending | None:
        """The oldest, where nobody else has just taken it."""
        try:
            return self._kept.popleft()
        except IndexError:
            return None


def _tell(
    pending: EndedPhase, route: Route | None, told: list[Event], spans: list[ReadableSpan]
) -> None:
    if route is None:
        return
    try:
        span = pending.span(route)
        told.append(event(pending.phase, span))
        pending.end_real(span)
        if pending.is_sampled(route):
            spans.append(to_readable(span, route.resource, route.limits))
    except Exception as error:  # noqa: BLE001 - an id generator or a sampler is anybody's code
        trouble("noting a phase", error)
