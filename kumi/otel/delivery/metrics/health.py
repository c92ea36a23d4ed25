"""Our own health under OpenTelemetry's names: what became of spans, and how full the queues are.

A sender is a span processor in these terms: a queue, and what is handed over from it. So is the
owner, whose queue the runs wait in. Exporters are those of the lanes, and the event file. The
figures are the ones that the end of a profile shows. Readers ask for them when they want them, on
threads of their own: a sender's are read as they stand, the owner's as it has said them last.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from opentelemetry.metrics import Observation

from kumi import forks
from kumi.otel.delivery.counts import (
    FAILED,
    QUEUE_FULL,
    REFUSED,
    SHUT_DOWN,
    TRACES_FAILED,
    TRACES_FULL,
)
from kumi.otel.delivery.event_log import EventLog
from kumi.otel.delivery.metrics.components import Component, Outcomes, outcomes
from kumi.otel.delivery.metrics.instruments import (
    EXPORTED,
    PROCESSED,
    QUEUE_CAPACITY,
    QUEUE_SIZE,
    observe,
)
from kumi.otel.delivery.sender import Sender, capacity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from opentelemetry.metrics import CallbackOptions, Meter

    from kumi.otel.delivery.counts import Counts, Sent

_DROPPED = {TRACES_FULL: QUEUE_FULL, SHUT_DOWN: SHUT_DOWN}
"""Why a sender drops spans before it hands them over, and what that is called everywhere."""


Queue: TypeAlias = "Callable[[], tuple[int, int]]"
"""The spans that wait in a queue, and how many it can hold."""
_FILE = Component.of(EventLog)


@dataclass(slots=True)
class _Traces:
    """One destination of traces, in figures that outlive its sender."""

    processor: Component
    exporter: Component
    figures: Sent

    def processed(self) -> Outcomes:
        dropped = dict(self.figures.dropped)
        lost = {name: dropped.get(why, 0) for why, name in _DROPPED.items()}
        if TRACES_FAILED in dropped:
            lost[FAILED] = dropped[TRACES_FAILED]
        return outcomes(self.processor, self.figures.given, lost)

    def exported(self) -> Outcomes:
        refused = dict(self.figures.dropped).get(REFUSED, 0)
        return outcomes(self.exporter, self.figures.sent, {REFUSED: refused})

    @property
    def waiting(self) -> int:
        """The spans in the queue: what was for it, less what left it."""
        gone = sum(self.processed().values())
        return max(0, self.figures.sampled - self.figures.folded - gone)


class _Said(NamedTuple):
    """What the owner and the file had come to: spans in all, and those that were lost, and why."""

    recorded: int
    lost: Mapping[str, int]
    written: int
    unwritten: Mapping[str, int] | None


_NOTHING = _Said(0, {}, 0, None)


@dataclass(slots=True)
class _Recording:
    """The figures of one recording. `processed` and `exported` begin with what was before it."""

    owner: Component
    processed: Outcomes = field(default_factory=Counter)
    exported: Outcomes = field(default_factory=Counter)
    said: _Said = _NOTHING
    traces: list[_Traces] = field(default_factory=list)
    queue: Queue | None = None

    def followed(self, queue: Queue | None) -> _Recording:
        """One that goes on from here."""
        return _Recording(self.owner, self.all_processed(), self.all_exported(), queue=queue)

    def all_processed(self) -> Outcomes:
        said, found = self.said, self.processed.copy()
        if said is not _NOTHING:
            lost = {QUEUE_FULL: 0, **said.lost}
            found.update(outcomes(self.owner, said.recorded - sum(lost.values()), lost))
        for each in list(self.traces):
            found.update(each.processed())
        return found

    def all_exported(self) -> Outcomes:
        said, found = self.said, self.exported.copy()
        if said.unwritten is not None:
            found.update(outcomes(_FILE, said.written, said.unwritten))
        for each in list(self.traces):
            found.update(each.exported())
        return found


class Health:
    """The figures of all recordings of one meter provider: totals never go back.

    `owner` is what the owner is called. Readers look at `_now` once, since it may become another.
    """

    def __init__(self, owner: Component) -> None:
        self._owner = owner
        self._now = _Recording(owner)
        forks.tell(self)

    def show(self, meter: Meter) -> None:
        """Have the readers of `meter` ask for the figures."""
        observe(meter, PROCESSED, self._processed)
        observe(meter, EXPORTED, self._exported)
        observe(meter, QUEUE_SIZE, self._queue_sizes)
        observe(meter, QUEUE_CAPACITY, self._queue_capacities)

    # On the owner's thread.

    def begin(self, queue: Queue) -> None:
        """Another recording counts from now on, whose runs wait in `queue`."""
        self._now = self._now.followed(queue)

    def end(self) -> None:
        """The recording is over: what it had is part of the totals, and there is no queue."""
        self._now = self._now.followed(None)

    def forked(self) -> None:
        """In a child the queues are the parent's. The totals stay, as those of the SDK do there."""
        self.end()

    def watch(self, senders: Sequence[Sender]) -> None:
        """Count for these as well; the figures of earlier ones stay."""
        seen: Counter[type] = Counter()
        for number, sender in enumerate(senders):
            kind = type(sender.lane.exporter)
            processor, exporter = Component.of(Sender, number), Component.of(kind, seen[kind])
            seen[kind] += 1
            self._now.traces.append(_Traces(processor, exporter, sender.figures))

    def say(self, counts: Counts, log: EventLog | None) -> None:
        """What the owner and the file have come to."""
        lost = dict(counts.dropped)  # before the others: it counts what was told of
        unwritten = dict(log.dropped) if log else None
        self._now.said = _Said(counts.recorded, lost, counts.written, unwritten)

    # On the threads of readers.

    def _processed(self, _: CallbackOptions) -> Iterator[Observation]:
        yield from _observations(self._now.all_processed())

    def _exported(self, _: CallbackOptions) -> Iterator[Observation]:
        yield from _observations(self._now.all_exported())

    def _queue_sizes(self, _: CallbackOptions) -> Iterator[Observation]:
        now = self._now
        sizes = Counter({self._owner: now.queue()[0]} if now.queue else {})
        for each in list(now.traces):
            sizes[each.processor] += each.waiting
        for component, spans in sizes.items():
            yield Observation(spans, component.attributes())

    def _queue_capacities(self, _: CallbackOptions) -> Iterator[Observation]:
        now = self._now
        if now.queue:
            yield Observation(now.queue()[1], self._owner.attributes())
        for processor in {each.processor for each in list(now.traces)}:
            yield Observation(capacity(), processor.attributes())


def _observations(of: Outcomes) -> Iterator[Observation]:
    for (component, error_type), spans in of.items():
        yield Observation(spans, component.attributes(error_type))
