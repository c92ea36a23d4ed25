"""What the tests of the runtime profile, and how they read what came of it."""

import json
import os
import subprocess
import sys
import time

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from patience import HANG

import kumi
from kumi import otel
from kumi.spans.block import spans
from kumi.spans.readable import to_readable

OPERATIONS = 5  # of a Taxed: LoadInput, LoadInput, Map | Ref, Map
SPANS = 1 + 3 + OPERATIONS

EXPORTED = []
"""What exporters here got in this test: the SDK's spans."""


class Taxed(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
        rate: kumi.Field[float]

    tax = kumi.value(Input.amount * Input.rate)
    total = kumi.value(Input.amount + tax)


def run(times=1):
    for _ in range(times):
        assert Taxed.run(amount=200.0, rate=0.5).total == 300.0


def read(path):
    """The events that are in a file: its whole lines, while another thread may be writing one."""
    whole, _, _ = path.read_text().rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def of(events, *kinds):
    return [event for event in events if event["event"] in kinds]


def spans_of(events):
    return of(events, "vm_run", "vm_declaration", "vm_operation")


def ids(events):
    return {event["span_id"] for event in spans_of(events)}


def kumi_spans(exported):
    return [span for span in exported if span.instrumentation_scope.name == "kumi"]


def eventually(condition):
    """Wait for what another thread does."""
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def python(script, cwd, **environment):
    """Run a script in a process of its own, as a shell does; give the finished process."""
    file = cwd / "script.py"
    file.write_text(script)
    return subprocess.run(
        [sys.executable, str(file)], cwd=cwd, env=os.environ | environment,
        capture_output=True, text=True, timeout=HANG, check=False, process_group=0,
    )  # fmt: skip


class Keeping(SpanExporter):
    """An exporter that keeps what it is given, and can be slow, or fail."""

    def __init__(self, delay=0.0, error=None):
        self.spans = []
        self.delay = delay
        self.error = error
        self.closed = False

    def export(self, spans):
        time.sleep(self.delay)
        if self.error is not None:
            raise self.error
        self.spans.extend(spans)
        EXPORTED.extend(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self):
        self.closed = True

    def force_flush(self, timeout_millis=30000):
        return True


class Blocky(Keeping):
    """An exporter that takes blocks as well."""

    def __init__(self):
        super().__init__()
        self.blocks = []

    def export_blocks(self, blocks):
        self.blocks.extend(blocks)
        EXPORTED.extend(
            to_readable(span, block.resource) for block in blocks for span in spans(block)
        )
        return sum(block.span_count for block in blocks)


def provider_of(*processors, **options):
    provider = TracerProvider(shutdown_on_exit=False, **options)
    for processor in processors:
        provider.add_span_processor(processor)
    return provider


def batched(exporter, **options):
    return provider_of(BatchSpanProcessor(exporter), **options)


def profiled(provider, **options):
    return otel.profile(tracer_provider=provider, ops=True, **options)
