"""The service of every row: one schema, a unit of work that notes what it did, and its servers."""

import json
import os
from importlib import import_module

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

import kumi

DONE = os.open("done", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
random = RandomIdGenerator()


class Order(kumi.Schema):
    class Input(kumi.Record):
        price: kumi.Field[float]
        quantity: kumi.Field[int]

    subtotal = kumi.let(Input.price * Input.quantity)
    total = kumi.value(subtotal * 1.2)


def set_up_tracing():
    """What a service does for itself: a provider with an exporter, where SHOP_EXPORTER names one."""
    module, _, name = os.environ.get("SHOP_EXPORTER", "").partition(":")
    if module:
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(getattr(import_module(module), name)()))
        trace.set_tracer_provider(provider)


def request_span():
    """The span of a request: the application's own, else the caller's, from another process."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return trace.get_tracer("shop").start_span("request")
    sampled = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    return trace.NonRecordingSpan(
        trace.SpanContext(random.generate_trace_id(), random.generate_span_id(), True, sampled)
    )


def serve(runs=2, schema=Order, **note):
    """One unit of work: `runs` runs below its span. A line in `done` says so when it is over."""
    span = request_span()
    with trace.use_span(span, end_on_exit=True):
        totals = [schema.run(price=10.0, quantity=3).total for _ in range(runs)]
    assert totals == [36.0] * runs, totals
    context = span.get_span_context()
    ids = [f"{context.trace_id:032x}", f"{context.span_id:016x}"]
    line = {"pid": os.getpid(), "runs": runs, "ids": ids, "traced": True} | note
    os.write(DONE, json.dumps(line).encode() + b"\n")
    return totals


def wsgi(environ, start_response):
    body = repr(serve()).encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "text/plain")])
    return [body]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    body = repr(serve()).encode()
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


set_up_tracing()
