"""OpenTelemetry's own baggage processor, from contrib."""

from contextlib import contextmanager

from opentelemetry import baggage, context, trace
from opentelemetry.processor.baggage import ALLOW_ALL_BAGGAGE_KEYS, BaggageSpanProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()


def set_up():
    provider = TracerProvider()
    provider.add_span_processor(BaggageSpanProcessor(ALLOW_ALL_BAGGAGE_KEYS))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    context.attach(baggage.set_baggage("tenant", "t1"))


@contextmanager
def request(name):
    with trace.get_tracer("app").start_as_current_span(name):
        yield


def received():
    return [of_sdk(span) for span in exporter.get_finished_spans()]


def of_sdk(span):
    return {
        "name": span.name,
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "failed": span.status.status_code is trace.StatusCode.ERROR,
        "added": span.attributes.get("tenant"),
    }
