"""Notes: what is told beside runs, phases and looks at memory, kept until the next drain."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kumi.otel.log import trouble
from kumi.otel.phases import EndedPhase, event
from kumi.spans.readable import to_readable

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.hooks import Phase
    from kumi.otel.journal import Journal
    from kumi.otel.route import Route
    from kumi.otel.sender import Sender
    from kumi.spans.events import Event

_MOST = 10_000


class Notes:
    """A bounded queue of notes: where nothing ever runs, the oldest give way."""

    def __init__(self) -> None:
        self._kept: deque[EndedPhase | Event] = deque(maxlen=_MOST)
        self.clear = self._kept.clear

    def phase(self, phase: Phase, context: Context) -> None:
        """Note a phase that ended in `context`."""
        self._kept.append(EndedPhase(phase, context))

    def event(self, event: Event) -> None:
        """Note an event of the file."""
        self._kept.append(event)

    def deliver(self, route: Route, journal: Journal | None, sender: Sender | None) -> None:
        """Hand on what was noted, in its order: events to the file, spans to the traces."""
        noted: list[Event] = []
        ended: list[ReadableSpan] = []
        while self._kept:
            note = self._kept.popleft()
            if isinstance(note, EndedPhase):
                _tell(note, route, noted, ended)
            else:
                noted.append(note)
        if journal is not None and noted:
            journal.events(noted)
        if sender is not None and ended:
            sender.ended(ended)


def _tell(note: EndedPhase, route: Route, noted: list[Event], ended: list[ReadableSpan]) -> None:
    try:
        span = note.span(route)
        noted.append(event(note.phase, span))
        if note.is_sampled(route):
            ended.append(to_readable(span, route.resource, route.limits))
    except Exception as error:  # noqa: BLE001 - an id generator or a sampler is anybody's code
        trouble("noting a phase", error)
