"""To an exporter behind the application's `SimpleSpanProcessor`: it exports each span at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from kumi.otel.delivery.lanes.lane import Accepted, Lane

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor


class SimpleProcessorLane(Lane):
    """Hands each span to the processor, which says nothing of what becomes of it."""

    def __init__(self, processor: SimpleSpanProcessor) -> None:
        super().__init__(processor.span_exporter)
        self._processor = processor

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        handed = 0
        for span in spans:
            self._processor.on_end(span)
            handed += 1
        return Accepted(handed=handed)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._processor.force_flush(timeout_millis)
