"""Spans over OTLP: an exporter for any tracer provider, which takes blocks as ready bytes.

The entry point `kumi_otlp` loads this, and whoever loads one need not build it: NumPy and the
transports are imported by an exporter that is being built, and by `prepare`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from typing_extensions import override

from kumi import forks
from kumi_exporters.transport.destination import chosen_protocol, from_environment
from kumi_exporters.transport.retries import RetryingClient, transport_for
from kumi_exporters.transport.userinfo import hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block
    from kumi_exporters.encode.otlp_encoder import OtlpEncoder
    from kumi_exporters.transport.variables import OtlpProtocol

_log = logging.getLogger("kumi.otel")


def prepare() -> None:
    """Import what an exporter made of the variables alone needs until its first answer."""
    transport_for(chosen_protocol())
    _encoding()


def _encoding() -> ModuleType:
    from kumi_exporters.encode import otlp_encoder  # noqa: PLC0415 - NumPy, not before it is needed

    return otlp_encoder


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
        protocol: OtlpProtocol | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        self.destination = from_environment(
            endpoint=endpoint, protocol=protocol, headers=headers, timeout=timeout
        )
        self._client = RetryingClient(self.destination)
        self._encoder: OtlpEncoder = _encoding().OtlpEncoder()
        forks.tell(self)

    def forked(self) -> None:
        """Begin anew in a child, with a connection and buffers of its own."""
        self._client.forked()
        self._encoder = _encoding().OtlpEncoder()

    @property
    def trouble(self) -> str:
        """Why the last message was not taken, or not all of it; empty where it was."""
        return self._client.trouble

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send ordinary spans."""
        taken = self._delivered(lambda: _encoding().encode_ordinary(spans)) if spans else 0
        return SpanExportResult.SUCCESS if taken == len(spans) else SpanExportResult.FAILURE

    def export_blocks(self, blocks: Sequence[Block]) -> int:
        """Send the sampled runs of blocks, together; how many of their spans were taken.

        Called by one thread at a time.
        """
        return self._delivered(lambda: self._encoder.together(blocks))

    @override
    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back: a span was sent, or given up, when `export` returns."""
        return True

    @override
    def shutdown(self) -> None:
        """Give up what is under way and close the connection; what still comes is not sent."""
        self._client.stop()

    def _delivered(self, encoded: Callable[[], Iterator[tuple[bytes, int]]]) -> int:
        """How many spans were taken of the messages that `encoded` makes."""
        taken = 0
        try:
            for message, spans in encoded():
                taken += self._client.deliver(message, spans)
                del message  # the next one takes its memory: fresh pages cost more than the copy
        except Exception as error:  # noqa: BLE001 - an exporter never raises
            said = hidden(str(error), self.destination.endpoint)
            _log.warning("spans cannot be sent: %s: %s", type(error).__qualname__, said)
        return taken
