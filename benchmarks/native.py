"""What a real span costs the caller, by the library that makes it: `python -m benchmarks.native`.

Each library is set up in a process of its own, offline, and they take turns. Time is the caller's
thread's, as its processor has it: of runs with their declarations as real spans, less that of plain
runs. Beside it stand spans of the same tracer, started and ended by hand. What is not installed is
left out: `make lanes-libraries` installs them, in `.venv/lanes`.
"""

# ruff: noqa: PLC0415 - each library is imported where it is measured, and nowhere else

from __future__ import annotations

import importlib.util
import json
import logging
import subprocess
import sys
from time import thread_time

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import kumi
from benchmarks.in_turns import environment, in_turns, summary, table
from benchmarks.sdk_spans import ROOMY, Nothing
from kumi import otel

ROUNDS = 3
TRACES = 20
RUNS = 100  # in a trace, with four spans each: all of them have room
SPANS = 4
OFFLINE = {
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
}


class Taxed(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
        rate: kumi.Field[float]

    tax = kumi.value(Input.amount * Input.rate)
    total = kumi.value(Input.amount + tax)


class Redacting(SpanProcessor):
    """Takes something out of each span: the least that such a processor does."""

    def on_end(self, span):
        span._attributes = {**span.attributes, "code.file.path": ""}  # noqa: SLF001 - it has no other way


def sdk():
    provider = TracerProvider()
    provider.add_span_processor(Redacting())
    provider.add_span_processor(BatchSpanProcessor(Nothing(), max_queue_size=ROOMY))
    trace.set_tracer_provider(provider)


def sentry():
    import sentry_sdk
    from sentry_sdk.integrations.opentelemetry import SentrySpanProcessor
    from sentry_sdk.transport import Transport

    class Away(Transport):
        def capture_envelope(self, envelope):
            """Sends nothing."""

    sentry_sdk.init(
        dsn="https://key@localhost/1", traces_sample_rate=1.0, instrumenter="otel",
        transport=Away, default_integrations=False,
    )  # fmt: skip
    provider = TracerProvider()
    provider.add_span_processor(SentrySpanProcessor())
    trace.set_tracer_provider(provider)


def logfire():
    import logfire as library

    processor = BatchSpanProcessor(Nothing(), max_queue_size=ROOMY)
    library.configure(
        send_to_logfire=False, console=False, metrics=False, additional_span_processors=[processor]
    )


def ddtrace():
    from ddtrace.opentelemetry import TracerProvider as Provider
    from ddtrace.trace import tracer

    class Away:
        def write(self, spans=None):
            """Sends nothing."""

        def flush_queue(self, *_, **__):
            """Has nothing."""

        def stop(self, timeout=None):
            """Has nothing to stop."""

    tracer._span_aggregator.writer = Away()  # noqa: SLF001 - the setting for it wants a server
    trace.set_tracer_provider(Provider())


def langfuse():
    from langfuse import Langfuse

    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    Langfuse(
        public_key="pk", secret_key="sk", base_url="http://127.0.0.1:9", span_exporter=Nothing(),
        should_export_span=lambda _: True, tracer_provider=provider,
    )  # fmt: skip


LIBRARIES = {
    "the SDK, with a redacting processor": (sdk, "opentelemetry.sdk"),
    "ddtrace": (ddtrace, "ddtrace"),
    "sentry": (sentry, "sentry_sdk"),
    "langfuse": (langfuse, "langfuse"),
    "logfire": (logfire, "logfire"),
}


def child(name):
    """Set one library up, and print microseconds a span: ours, and its own."""
    logging.disable()
    LIBRARIES[name][0]()
    tracer = trace.get_tracer("benchmark")
    plain = timed(tracer, runs)
    with otel.profile(traces="native"):
        timed(tracer, runs)
        ours = timed(tracer, runs)
    own = timed(tracer, spans)
    made = TRACES * RUNS * SPANS
    print(json.dumps([(ours - plain) / made * 1e6, own / made * 1e6]))


def timed(tracer, work):
    """Seconds of this thread for work below one span after the other."""
    begin = thread_time()
    for _ in range(TRACES):
        with tracer.start_as_current_span("request"):
            work(tracer)
    return thread_time() - begin


def runs(_):
    for _ in range(RUNS):
        Taxed.run(amount=200.0, rate=0.5)


def spans(tracer):
    start, attributes = tracer.start_span, own_attributes()
    for _ in range(RUNS * SPANS):
        start("Taxed.total", attributes=attributes).end()


def own_attributes():
    return {
        "kumi.schema.name": "Taxed",
        "kumi.declaration.name": "total",
        "kumi.declaration.kind": "value",
        "code.file.path": __file__,
        "code.line.number": 46,
    }


def measure(name):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.native", name],
        env=environment(**OFFLINE), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def main():
    """Measure what is installed, in turns, and print the table."""
    names = [name for name, (_, package) in LIBRARIES.items() if importlib.util.find_spec(package)]
    found = in_turns(names, ROUNDS, measure)
    rows = [("the tracer of", "ours, µs a span", "its own", "ours / its own")]
    for name, figures in found.items():
        ours, own = (summary(column)[0] for column in zip(*figures, strict=True))
        rows.append((name, f"{ours:.1f}", f"{own:.1f}", f"{ours / own:.2f}"))
    print(table(rows))


if __name__ == "__main__":
    child(sys.argv[1]) if sys.argv[1:] else main()
