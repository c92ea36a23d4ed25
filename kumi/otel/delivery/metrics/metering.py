"""What the owner takes through its stages, counted for one meter provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from kumi.otel.delivery.metrics.ledger import by_run
from kumi.otel.delivery.metrics.operation_times import operation_times, times_of_failed
from kumi.otel.log import trouble
from kumi.spans.origin import HandedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from kumi.otel.delivery.batch import Batch
    from kumi.otel.delivery.counts import Counts
    from kumi.otel.delivery.event_log import EventLog
    from kumi.otel.delivery.metrics.durations import Durations
    from kumi.otel.delivery.metrics.health import Health
    from kumi.otel.delivery.metrics.ledger import Ledger
    from kumi.otel.delivery.metrics.operation_times import OperationTimes
    from kumi.otel.delivery.sender import Sender
    from kumi.spans.block import Block
    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout

_RUN = bytes(2)
"""The last two bytes of the span id of a run: its row is 0."""


class Metering:
    """Counts batches. Nothing is raised here: whatever a meter does costs one warning."""

    def __init__(self, ledger: Ledger, health: Health, durations: Durations) -> None:
        self._ledger = ledger
        self._health = health
        self._durations = durations
        self._times: WeakKeyDictionary[Layout, OperationTimes] = WeakKeyDictionary()

    def watch(self, senders: Sequence[Sender]) -> None:
        """Tell of these as well."""
        self._health.watch(senders)

    def count(self, batches: Iterable[Batch]) -> None:
        """Count runs that are decoded, and their operations."""
        for batch in batches:
            if batch.decoded is not None:
                self._count(batch.layout, batch.decoded)

    def record(self, batches: Iterable[Batch]) -> None:
        """Record how long runs took."""
        for batch in batches:
            if batch.decoded is not None:
                self._record(batch, batch.decoded)

    def say(self, counts: Counts, log: EventLog | None) -> None:
        """Tell what has become of spans by now."""
        self._health.say(counts, log)

    def close(self) -> None:
        """Nothing more comes."""
        self._health.end()

    def _count(self, layout: Layout, decoded: Decoded) -> None:
        schema = layout.program.schema
        time = int(_durations(decoded).sum())
        self._ledger.runs[schema, _error_type(decoded)].add(len(decoded), time)
        for name, count, taken in self._operations(layout, decoded):
            self._ledger.operations[schema, name].add(count, taken)

    def _operations(self, layout: Layout, decoded: Decoded) -> Iterable[tuple[str, int, int]]:
        if decoded.failure is not None:
            return times_of_failed(layout, decoded)
        times = self._times.get(layout)
        if times is None:
            times = self._times[layout] = operation_times(layout)
        return times.of(decoded)

    def _record(self, batch: Batch, decoded: Decoded) -> None:
        took, there = _durations(decoded), batch.in_traces
        at = _slowest(took, there)
        sent = batch.block if there is not None and there[at] else None
        attributes = by_run(batch.layout.program.schema, _error_type(decoded))
        try:
            context = _context(decoded.contexts[at], sent, at)
            self._durations.record(took, attributes, at, context)
        except BaseException as error:  # noqa: BLE001 - meters are anybody's code
            trouble("telling a meter of runs, for metrics", error)


def _durations(decoded: Decoded) -> NDArray[np.int64]:
    return decoded.readings[:, -1] - decoded.readings[:, 0]


def _error_type(decoded: Decoded) -> str | None:
    return decoded.failure.error_type if decoded.failure else None


def _slowest(took: NDArray[np.int64], there: NDArray[np.bool_] | None) -> int:
    """The run that an exemplar is made of: the slowest that traces have, if they have any."""
    if there is None:
        return int(took.argmax())
    return int(np.where(there, took, -1).argmax())


def _context(caller: Any, block: Block | None, run: int) -> Context | None:
    """Where an exemplar leads to: the run's own span, where traces have it, or its caller's."""
    if isinstance(caller, HandedRun):
        known = caller.span if caller.span.is_valid else caller.parent
        return set_span_in_context(NonRecordingSpan(known))
    around = caller if isinstance(caller, Context) else Context()
    if block is None:
        return around
    span_id = block.prefixes[run, 0].tobytes() + _RUN
    span = SpanContext(
        trace_id=int.from_bytes(block.trace_ids[run].tobytes(), "big"),
        span_id=int.from_bytes(span_id, "big"),
        is_remote=False,
        trace_flags=TraceFlags(int(block.flags[run])),
    )
    return set_span_in_context(NonRecordingSpan(span), around)
