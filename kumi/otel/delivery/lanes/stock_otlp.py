"""To an OTLP exporter of the SDK's own: messages that are encoded already, by a view of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from opentelemetry.sdk.trace.export import SpanExportResult
from typing_extensions import override

from kumi.otel import log
from kumi.otel.delivery.lanes.lane import Accepted, Lane, uninstrumented
from kumi.otel.delivery.lanes.otlp_view import Ready
from kumi_exporters.encode.otlp_encoder import MOST_BYTES, OtlpEncoder
from kumi_exporters.transport.userinfo import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block


class StockOtlpLane(Lane):
    """Blocks go to the exporter by its `view`; ordinary spans go to it by the lane `other`.

    So do blocks, should the exporter look for single spans after all.
    """

    form: ClassVar[str] = "ready bytes"

    def __init__(self, exporter: Any, view: Any, other: Lane) -> None:
        super().__init__(exporter)
        self._view = view
        self._other = other
        self._encoder = OtlpEncoder(_most_bytes(exporter))
        self._takes_ready = True
        self._why = ""

    @property
    @override
    def name(self) -> str:
        endpoint = getattr(self.exporter, "_endpoint", super().name)
        return shown(str(endpoint))

    @property
    @override
    def trouble(self) -> str:
        return self._why

    @override
    def send_blocks(self, blocks: Sequence[Block]) -> Accepted:
        if not self._takes_ready:
            return self._other.send_blocks(blocks)
        sent = 0
        for message, spans in self._encoder.together(blocks):
            ready = Ready(message, spans)
            sent += spans if self._is_sent(ready) else 0
            if ready.was_searched:  # so would all have been: none was sent before this one
                self._takes_ready = False
                log.logger.info("%s takes no ready bytes: traces go there as spans", self.name)
                return self._other.send_blocks(blocks)
        return Accepted(sent=sent)

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        return self._other.send_spans(spans)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._other.flush(timeout_millis)

    def _is_sent(self, ready: Ready) -> bool:
        """Whether the exporter says that it has delivered a message."""
        with self._other.turn() as is_ours, uninstrumented():
            if not is_ours:
                self._why = "the application's own export did not end"
                return False
            try:
                is_sent: bool = self._view.export(ready) is SpanExportResult.SUCCESS
            except Exception as error:  # noqa: BLE001 - exporters raise, and the next message may go
                self._raised(error, ready)
                return False
        self._why = "" if is_sent else "the exporter's own log says why"
        return is_sent

    def _raised(self, error: Exception, ready: Ready) -> None:
        self._why = f"{type(error).__qualname__}: {error}"
        if not ready.was_searched:
            log.trouble(f"sending spans to {self.name}", error)


def _most_bytes(exporter: Any) -> int:
    """How large messages may be: HTTP exporters refuse larger ones than they were told (1.45)."""
    said = getattr(exporter, "_max_request_size", 0)
    return min(MOST_BYTES, said) if said > 0 else MOST_BYTES
