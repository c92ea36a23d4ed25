"""Logfire, which sends nothing; a processor of the application's keeps what it would."""

from contextlib import contextmanager

import logfire
from lane_baggage import exporter, of_sdk
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


def set_up():
    logfire.configure(
        send_to_logfire=False, console=False,
        additional_span_processors=[SimpleSpanProcessor(exporter)],
    )  # fmt: skip


@contextmanager
def request(name):
    with logfire.span(name):
        yield


def received():
    logfire.force_flush()
    return [
        of_sdk(span) | {"added": span.attributes.get("logfire.span_type")}
        for span in exporter.get_finished_spans()
    ]
