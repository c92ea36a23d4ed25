"""Spans over OTLP: an exporter for any tracer provider, which takes blocks as ready bytes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from typing_extensions import override

from kumi_exporters import forks
from kumi_exporters.stamp.otlp import OtlpStamper, encode_ordinary
from kumi_exporters.transport.delivery import Delivery
from kumi_exporters.transport.destination import Protocol, from_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block

_log = logging.getLogger("kumi.otel")


class KumiOTLPSpanExporter(SpanExporter):
    """Sends spans to an OTLP receiver, in messages that every receiver takes (below 4 MiB).

    Built bare it follows the `OTEL_EXPORTER_OTLP_*` variables: where no protocol is said, gRPC for
    port 4317, else http/protobuf. `timeout` is in seconds, for a message with all its retries.
    Never raises. Spans that a receiver refuses out of a message that it takes count as not taken.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        protocol: Protocol | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        self.destination = from_environment(
            endpoint=endpoint, protocol=protocol, headers=headers, timeout=timeout
        )
        self._delivery = Delivery(self.destination)
        self._begin()
        forks.tell(self)

    def forked(self) -> None:
        """Begin anew in a child, with a connection of its own."""
        self._delivery.forked()
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._stamper = OtlpStamper()

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send ordinary spans."""
        if not spans:
            return SpanExportResult.SUCCESS
        try:
            taken = self._deliver(encode_ordinary(spans))
        except Exception:  # noqa: BLE001 - an exporter never raises
            _log.exception("spans cannot be sent")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS if taken == len(spans) else SpanExportResult.FAILURE

    def export_blocks(self, blocks: Sequence[Block]) -> int:
        """Send blocks."""
        return sum(map(self.export_block, blocks))

    def export_block(self, block: Block) -> int:
        """Send the sampled runs of a block; how many of their spans were taken."""
        try:
            with self._lock:
                messages = [(bytes(part), count) for part, count in self._stamper.encode(block)]
            return self._deliver(messages)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("a block of %s cannot be sent", block.layout.program.schema)
            return 0

    @override
    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back: a span was sent, or given up, when `export` returns."""
        return True

    @override
    def shutdown(self) -> None:
        """Give up what is under way and close the connection; what still comes is not sent."""
        self._delivery.stop()

    def _deliver(self, messages: Iterable[tuple[bytes, int]]) -> int:
        return sum(self._delivery.deliver(message, spans) for message, spans in messages)
