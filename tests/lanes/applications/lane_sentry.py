"""Sentry, whose processor makes transactions of root spans; a transport that keeps envelopes."""

from contextlib import contextmanager

import sentry_sdk
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from sentry_sdk.integrations.opentelemetry import SentrySpanProcessor
from sentry_sdk.transport import Transport

envelopes = []


class Keeping(Transport):
    def capture_envelope(self, envelope):
        envelopes.append(envelope)


def set_up():
    sentry_sdk.init(
        dsn="https://key@localhost/1", traces_sample_rate=1.0, instrumenter="otel",
        transport=Keeping, default_integrations=False,
    )  # fmt: skip
    provider = TracerProvider()
    provider.add_span_processor(SentrySpanProcessor())
    trace.set_tracer_provider(provider)


@contextmanager
def request(name):
    with trace.get_tracer("app").start_as_current_span(name):
        yield


def received():
    sentry_sdk.flush()
    found = []
    for transaction in filter(None, (each.get_transaction_event() for each in envelopes)):
        root = transaction["contexts"]["trace"]
        found.append(_span(transaction["transaction"], root, root))
        found += [_span(each["description"], each, root) for each in transaction["spans"]]
    return found


def _span(name, span, root):
    return {
        "name": name,
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "parent_span_id": span["parent_span_id"],
        "failed": span.get("status") not in (None, "ok"),
        "added": span["data"]["thread.name"],
        "transaction": root["span_id"],
    }
