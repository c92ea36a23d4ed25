"""What stands around spans in an OTLP message: the resource and the scope."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags

from kumi_exporters.encode import wire

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

_LENGTH = 5  # bytes of a length that is filled in later
_ALL_FLAGS = 0xFF


class Envelope:
    """The envelope of one resource and scope, as the SDK's own encoder writes it around a span.

    `flags` are the W3C flags that this encoder puts into a span's flags; `size` the bytes that a
    message has besides its spans; `head(length)` is what precedes `length` bytes of spans.
    """

    def __init__(self, resource: Resource, scope: InstrumentationScope) -> None:
        self.resource = resource
        context = SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(_ALL_FLAGS))
        span = ReadableSpan("", context, resource=resource, instrumentation_scope=scope)
        of_resource = encode_spans([span]).resource_spans[0]
        of_scope = of_resource.scope_spans.pop()
        self.flags = of_scope.spans.pop().flags & _ALL_FLAGS
        self._resource, self._scope = of_resource.SerializeToString(), of_scope.SerializeToString()
        self.head = lru_cache(maxsize=64)(self._head)
        self.size = len(self.head(0))

    def _head(self, length: int) -> bytes:
        scope_length = len(self._scope) + length
        scope = b"\x12" + wire.number(scope_length, _LENGTH) + self._scope
        resource_length = len(self._resource) + len(scope) + length
        return b"\x0a" + wire.number(resource_length, _LENGTH) + self._resource + scope
