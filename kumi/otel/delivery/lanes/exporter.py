"""To an exporter that belongs to nobody else: batches, straight to it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExportResult
from typing_extensions import override

from kumi.otel.delivery.lanes.lane import Accepted, Lane, uninstrumented

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.sdk.trace import ReadableSpan

_BATCH = 512


class ExporterLane(Lane):
    """Exports as many spans at a time as the SDK's batch processor does."""

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        waiting, sent = iter(spans), 0
        while batch := tuple(islice(waiting, _BATCH)):
            with uninstrumented():
                result = self.exporter.export(batch)
            sent += len(batch) if result is SpanExportResult.SUCCESS else 0
        return Accepted(sent=sent)

    @override
    def flush(self, timeout_millis: int) -> None:
        self.exporter.force_flush(timeout_millis)
