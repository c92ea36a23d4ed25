"""The baseline: the same operation as an ordinary span of the OpenTelemetry SDK."""

from __future__ import annotations

from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

ROOMY = 1 << 16
"""A queue that never overflows here: a dropped span would look cheap."""


class Nothing(SpanExporter):
    """Takes spans and does nothing with them."""

    def export(self, spans):  # noqa: ARG002 - the SDK's signature
        return SpanExportResult.SUCCESS


class Encoding(SpanExporter):
    """Makes a JSON line and OTLP bytes of every span, and keeps only their number."""

    def __init__(self):
        self.size = 0

    def export(self, spans):
        lines = "".join(span.to_json(indent=None) + "\n" for span in spans).encode()
        self.size += len(lines) + len(encode_spans(spans).SerializeToString())
        return SpanExportResult.SUCCESS


class Baseline:
    """Spans with the nine attributes of an operation, below one parent, in batches."""

    def __init__(self, exporter):
        self._provider = TracerProvider()
        self.processor = BatchSpanProcessor(exporter, max_queue_size=ROOMY)
        self._provider.add_span_processor(self.processor)
        self._tracer = self._provider.get_tracer("baseline")

    def spans(self, times):
        """Start and end `times` spans, and wait until the exporter has had them all."""
        start = self._tracer.start_span
        with self._parent() as parent:
            for index in range(times):
                start("Map multiply", parent, attributes=_attributes(index)).end()
        self._provider.force_flush()

    @contextmanager
    def _parent(self):
        with self._tracer.start_as_current_span("run IncomeTax") as span:
            yield trace.set_span_in_context(span)

    def close(self):
        self._provider.shutdown()


def _attributes(index):
    return {
        "kumi.schema.name": "IncomeTax",
        "kumi.declaration.name": "first",
        "kumi.declaration.kind": "value",
        "kumi.operation.name": "Map",
        "kumi.operation.function": "multiply",
        "kumi.operation.index": index,
        "kumi.operation.rows": 1,
        "code.file.path": "benchmarks/schemas/income_tax.kumi",
        "code.line.number": 14,
    }
