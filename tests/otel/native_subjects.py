"""What the tests of real spans share: providers that take nothing else, and a schema that can fail."""

import os

from opentelemetry import baggage, trace
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.util._decorator import _agnosticcontextmanager
from otel_subjects import (
    Keeping,
    of,
    provider_of,
    run,
    spans_of,
)

import kumi
from kumi import otel

DECLARATIONS = 3
DEPTHS = {
    "auto": ("vm_run",),
    "native": ("vm_run", "vm_declaration"),
    "native_operations": ("vm_run", "vm_declaration", "vm_operation"),
}


class Dividing(kumi.Schema):
    class Input(kumi.Record):
        whole: kumi.Field[int]
        parts: kumi.Field[int]

    half = kumi.value(Input.whole * 2)
    part = kumi.value(half % Input.parts)
    never = kumi.value(part + 1)


def compile_both():
    """Both schemas, for recording too, so that there are no phases where none are looked for."""
    for slow_ms in (None, 0):
        with otel.profile(file=os.devnull, ops=True, slow_ms=slow_ms):
            run()
            Dividing.run(whole=1, parts=2)


class Redacting(SpanProcessor):
    """A processor that we do not know: it exports what it has taken something out of."""

    def __init__(self, exporter):
        self.exporter = exporter

    def on_end(self, span):
        span._attributes = dict(span.attributes) | {"kumi.schema.name": "redacted"}
        self.exporter.export([span])


class Baggage(SpanProcessor):
    """As contrib's: it acts when a span starts, on the context that it starts in."""

    def on_start(self, span, parent_context=None):
        for key, value in baggage.get_all(parent_context).items():
            span.set_attribute(key, value)


class Changed(Keeping):
    """Keeps spans that are not as the registry has them, since somebody adds to them."""

    def export(self, spans):
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS


class Filtering(BatchSpanProcessor):
    """A subclass of the batch processor that may do anything."""


def native(*processors, **options):
    return provider_of(*processors, **options)


def ids_of(span):
    parent = f"{span.parent.span_id:016x}" if span.parent else None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}", parent


def ids_in(events):
    return [(event["trace_id"], event["span_id"], event["parent_span_id"]) for event in events]


def assert_tree_is_whole(events):
    """Every span of a run in the file hangs below one that is there, or below the run's caller."""
    above = {event["span_id"]: (event["run"], event["trace_id"]) for event in spans_of(events)}
    assert len(above) == len(spans_of(events))
    for event in of(events, "vm_declaration", "vm_operation"):
        assert above[event["parent_span_id"]] == (event["run"], event["trace_id"])


class Wrapped(trace.Span):
    """Somebody's span, which is none of the SDK's."""

    def __init__(self, span):
        self.span = span

    def __getattribute__(self, name):
        if name in ("span", "__class__"):
            return super().__getattribute__(name)
        return getattr(self.span, name)


for _name in trace.Span.__abstractmethods__:
    setattr(Wrapped, _name, None)
Wrapped.__abstractmethods__ = frozenset()


class Vendor(trace.TracerProvider):
    """Another provider than the SDK's: it wraps whatever an inner one makes."""

    def __init__(self, inner):
        self.inner = inner

    def get_tracer(self, *args, **kwargs):
        return VendorTracer(self.inner.get_tracer(*args, **kwargs))


class VendorTracer(trace.Tracer):
    def __init__(self, inner):
        self.inner = inner

    def start_span(self, name, *args, **kwargs):
        return Wrapped(self.inner.start_span(f"vendor's {name}", *args, **kwargs))

    @_agnosticcontextmanager
    def start_as_current_span(self, name, *args, **kwargs):
        with trace.use_span(self.start_span(name), end_on_exit=True) as span:
            yield span
