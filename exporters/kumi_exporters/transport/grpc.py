"""OTLP over gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]  # it has no types
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # nor has it
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from kumi_exporters.transport.answer import Answer, taken

if TYPE_CHECKING:
    from kumi_exporters.transport.destination import Destination

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_RETRY_INFO = "google.rpc.retryinfo-bin"
_RETRY = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}


class GrpcTransport:
    """A channel; messages go as they are, without being parsed on the way."""

    def __init__(self, to: Destination) -> None:
        self._channel = _channel(to)
        self._metadata = tuple((key.lower(), value) for key, value in to.headers.items())
        self._export = self._channel.unary_unary(
            _EXPORT, None, ExportTraceServiceResponse.FromString
        )

    def send(self, message: bytes, timeout: float) -> Answer:
        """Call Export."""
        try:
            response = self._export(message, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            return Answer(
                taken=False,
                reason=f"{error.code().name} {error.details()}",
                can_retry=error.code() in _RETRY,
                retry_after=_retry_after(error),
            )
        return taken(response)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def _channel(to: Destination) -> Any:
    parts = urlsplit(to.endpoint if "//" in to.endpoint else f"//{to.endpoint}")
    compression = grpc.Compression.Gzip if to.compression == "gzip" else None
    if parts.scheme == "http" or (to.insecure and parts.scheme != "https"):
        return grpc.insecure_channel(parts.netloc, compression=compression)
    return grpc.secure_channel(parts.netloc, _credentials(to), compression=compression)


def _credentials(to: Destination) -> Any:
    return grpc.ssl_channel_credentials(
        _content(to.certificate), _content(to.client_key), _content(to.client_certificate)
    )


def _content(path: str | None) -> bytes | None:
    return Path(path).read_bytes() if path else None


def _retry_after(error: Any) -> float | None:
    for key, value in error.trailing_metadata() or ():
        if key == _RETRY_INFO:
            delay = RetryInfo.FromString(value).retry_delay
            return float(delay.seconds + delay.nanos / 1e9)
    return None
