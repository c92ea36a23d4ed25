"""Ordinary spans in an event file, and the same as a stock exporter sent them."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from span_views import by_id

from kumi.otel import JsonlSpanExporter


def ordinary_profile(path, receiver):
    """Spans of every sort; the path, and what the receiver got. It is empty again afterwards."""
    limits = SpanLimits(max_span_attributes=4, max_events=2, max_links=1)
    provider = TracerProvider(resource=Resource({"service.name": "web"}), span_limits=limits)
    provider.add_span_processor(SimpleSpanProcessor(JsonlSpanExporter(path)))
    stock = OTLPSpanExporter(f"{receiver.endpoint}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(stock))
    tracer = provider.get_tracer("web", "1.2", "https://example.org/1", {"on": True})
    with tracer.start_as_current_span("plain") as plain:
        context = plain.get_span_context()
    many = {"a": 1, "b": 2.5, "c": [1, 2], "d": True, "e": "text"}
    links = [Link(context, {"why": "before"}), Link(context)]
    with tracer.start_as_current_span("GET /", kind=SpanKind.SERVER, links=links) as span:
        span.set_attributes(many)
        for number in range(3):
            span.add_event("tick", {"n": number, "tags": ["x", "y"]}, 1790000000000000000 + number)
        with tracer.start_as_current_span("inner", kind=SpanKind.CLIENT) as inner:
            inner.set_status(Status(StatusCode.ERROR, "it broke"))
            inner.record_exception(ValueError("no"))
        span.set_status(Status(StatusCode.OK))
    provider.shutdown()
    sent = by_id(receiver.resource_spans())
    receiver.messages.clear()
    return path, sent
