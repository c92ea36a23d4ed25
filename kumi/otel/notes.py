"""Notes: what is told beside runs, phases and looks at memory, kept until the next drain."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kumi.otel.log import trouble
from kumi.otel.phases import EndedPhase, event
from kumi.otel.pipeline import FAILED, QUEUE_FULL
from kumi.spans.readable import to_readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.hooks import Phase
    from kumi.otel.journal import Journal
    from kumi.otel.route import Route
    from kumi.otel.sender import Senders
    from kumi.spans.events import Event

_MOST = 10_000
AT_ONCE = 200


class Notes:
    """A bounded queue of notes: where nobody drains it, the oldest give way.

    `lose` is told why notes are lost, and how many.
    """

    def __init__(self, lose: Callable[[str, int], None]) -> None:
        self._kept: deque[EndedPhase | Event] = deque()
        self._lose = lose
        self.clear = self._kept.clear

    def __len__(self) -> int:
        return len(self._kept)

    def is_half_full(self) -> bool:
        """Whether somebody should drain."""
        return len(self._kept) >= _MOST // 2

    def phase(self, phase: Phase, context: Context) -> None:
        """Note a phase that ended in `context`."""
        self.event(EndedPhase(phase, context))

    def event(self, note: EndedPhase | Event) -> None:
        """Note an event of the file."""
        self._kept.append(note)
        if len(self._kept) > _MOST and self._take() is not None:
            self._lose(QUEUE_FULL, 1)

    def deliver(self, route: Route, journal: Journal | None, senders: Senders | None) -> None:
        """Hand on the oldest `AT_ONCE`: events to the file, spans to the traces."""
        count = min(len(self._kept), AT_ONCE)
        try:
            self._deliver(count, route, journal, senders)
        except BaseException:  # Ctrl-C
            self._lose(FAILED, count)
            raise

    def _deliver(
        self, count: int, route: Route, journal: Journal | None, senders: Senders | None
    ) -> None:
        noted: list[Event] = []
        ended: list[ReadableSpan] = []
        for _ in range(count):
            note = self._take()
            if isinstance(note, EndedPhase):
                _tell(note, route, noted, ended)
            elif note is not None:
                noted.append(note)
        if journal is not None and noted:
            journal.events(noted)
        if senders is not None and ended:
            senders.ended(ended)

    def _take(self) -> EndedPhase | Event | None:
        """The oldest note, where nobody else has just taken it."""
        try:
            return self._kept.popleft()
        except IndexError:
            return None


def _tell(note: EndedPhase, route: Route, noted: list[Event], ended: list[ReadableSpan]) -> None:
    try:
        span = note.span(route)
        noted.append(event(note.phase, span))
        if note.is_sampled(route):
            ended.append(to_readable(span, route.resource, route.limits))
    except Exception as error:  # noqa: BLE001 - an id generator or a sampler is anybody's code
        trouble("noting a phase", error)
