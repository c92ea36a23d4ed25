"""OTLP over gRPC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import grpc
from google.rpc.error_details_pb2 import RetryInfo

# gRPC imports these with its first channel: a child forked amid an import in another thread never
# gets the module.
from grpc import _channel, _simple_stubs, experimental  # noqa: F401
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from kumi_exporters.transport.answer import Answer, taken
from kumi_exporters.transport.certificates import content, unreadable, untrusted
from kumi_exporters.transport.grpc_forks import GATE
from kumi_exporters.transport.headers import USER_AGENT

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
_COMPRESSIONS = {"gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
_OPTIONS = (("grpc.primary_user_agent", USER_AGENT),)
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED:? ?([^:]*)")
_CUT = Answer(taken=False, reason="cut off by a fork", can_retry=True, retry_after=0.0)


class GrpcTransport:
    """A channel; messages go as they are, without being parsed on the way."""

    def __init__(self, to: Destination) -> None:
        self._to = to
        self._metadata = tuple((key.lower(), value) for key, value in to.headers.items())
        self._channel: Any = None

    def send(self, message: bytes, timeout: float) -> Answer:
        """Call Export."""
        if _is_secure(self._to) and (why := unreadable(self._to)):
            return Answer(taken=False, reason=why)
        try:
            with GATE.call(self._cut):
                response = self._export()(message, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            return _CUT if self._channel is None else _failed(error)
        except ValueError as error:  # of a channel that was closed meanwhile
            return Answer(taken=False, reason=str(error))
        return taken(response)

    def close(self) -> None:
        """Close the channel."""
        if self._channel is not None:
            self._channel.close()

    def _export(self) -> Any:
        if self._channel is None:
            self._channel = _opened(self._to)
        return self._channel.unary_unary(_EXPORT, None, ExportTraceServiceResponse.FromString)

    def _cut(self) -> None:
        """End a call for a fork; the next one is by another channel."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()


def _failed(error: Any) -> Answer:
    details = error.details() or ""
    if found := _UNTRUSTED.search(details):  # seen where the last address tried is the one
        return Answer(taken=False, reason=untrusted(found[1]))
    return Answer(
        taken=False,
        reason=f"{error.code().name}: {details}",
        can_retry=error.code() in _RETRY,
        retry_after=_retry_after(error),
    )


def _is_secure(to: Destination) -> bool:
    """Whether the endpoint is https; without a scheme OTEL_EXPORTER_OTLP_INSECURE decides."""
    lower = to.endpoint.lower()
    return lower.startswith("https://") or not (lower.startswith("http://") or to.insecure)


def _opened(to: Destination) -> Any:
    target, compression = _target(to.endpoint), _COMPRESSIONS.get(to.compression)
    if not _is_secure(to):
        return grpc.insecure_channel(target, _OPTIONS, compression)
    credentials = grpc.ssl_channel_credentials(
        content(to.certificate), content(to.client_key), content(to.client_certificate)
    )
    return grpc.secure_channel(target, credentials, _OPTIONS, compression)


def _target(endpoint: str) -> str:
    """The host of a URL; other names are gRPC's own."""
    if endpoint.lower().startswith(("http://", "https://")):
        return endpoint.split("//", 1)[1].split("/", 1)[0]
    return endpoint


def _retry_after(error: Any) -> float | None:
    for key, value in error.trailing_metadata() or ():
        if key == _RETRY_INFO:
            delay = RetryInfo.FromString(value).retry_delay
            return float(delay.seconds + delay.nanos / 1e9)
    return None
