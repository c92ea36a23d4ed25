"""All in: recorded, turned into JSON lines and OTLP bytes, written; beside the SDK doing the same.

The encoders run where the caller runs, so that nothing hides in another thread; the last figure is
the real thing, a worker writing while the caller spins.
"""

from __future__ import annotations

import tempfile
from collections import deque
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.sdk_spans import Baseline, Encoding
from benchmarks.subjects import income_tax, recorded
from kumi import otel
from kumi.hooks import Level
from kumi.otel.admission import current_context
from kumi.spans.layout import layout
from kumi.spans.recorder import Identity, assemble, runs_per_block
from kumi_exporters.jsonl import JsonlSpanExporter
from kumi_exporters.stamp.jsonl import JsonlStamper
from kumi_exporters.stamp.otlp import OtlpStamper


class Inline:
    """A watcher whose runs are consumed where they are made, a block of one program at a time."""

    def __init__(self, consume):
        self._consume = consume

    def open(self, program):
        return InlineChannel(layout(program, Level.OPERATIONS, "1"), self._consume)

    def phase_ended(self, phase):
        """Compilation is not measured here."""


class InlineChannel:
    """One program's queue: full when it holds a block."""

    level = Level.OPERATIONS

    def __init__(self, layout, consume):
        self._layout = layout
        self._consume = consume
        self._identity = Identity(Resource.create({"service.name": "bench"}), RandomIdGenerator())
        self.limit = runs_per_block(layout) - 1
        self.queue = deque()
        self.keep = self.queue.append
        self.admit = current_context()

    def relieve(self):
        block = assemble(self._layout, self.queue, self._identity)
        self.queue.clear()
        self._consume(block)

    def failed(self, run):
        """No run fails here."""


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax, sdk = income_tax(), Baseline(Encoding())
    with tempfile.TemporaryDirectory() as folder:
        series = measure(_cases(tax, sdk, Path(folder) / "profile.jsonl"), rounds)
    sdk.close()
    off = series["off"]
    encoded, written = series["encoded"] - off, series["written"] - off
    listed = len(tax.machine.program.operations)
    return [
        Figure.ns("SDK span, with its JSON and OTLP encoding", series["sdk"]),
        Figure.ns("an operation: recorded, JSON and OTLP bytes", encoded, most=200),
        Figure.ns(
            f"… spread over the {tax.timed_operations} of {listed} that cost an instruction",
            encoded.times(listed / tax.timed_operations),
        ),
        Figure.ratio(
            "SDK span so encoded / operation so encoded", series["sdk"] / encoded, least=500
        ),
        Figure.ns("an operation: the same, and the file written", written, most=400),
        Figure.ns("an operation: a worker writes while the caller spins", series["live"] - off),
    ]


def _cases(tax, sdk, path):
    operations = len(tax.machine.program.operations)
    runs = 256 * 8

    def live(times):
        tax.run(times)
        otel.flush(30)

    return [
        Case("sdk", sdk.spans, 400),
        Case("off", tax.run, runs, operations),
        Case("encoded", tax.run, runs, operations, _encoding),
        Case("written", tax.run, runs, operations, lambda: _writing(path)),
        Case(
            "live", live, runs, operations, lambda: otel.profile(file=path, ops=True, truncate=True)
        ),
    ]


@contextmanager
def _encoding():
    lines, messages = JsonlStamper(), OtlpStamper()

    def consume(block):
        lines.encode(block)
        deque(messages.encode(block), maxlen=0)

    with recorded(Inline(consume)):
        yield


@contextmanager
def _writing(path):
    path.unlink(missing_ok=True)
    exporter, messages = JsonlSpanExporter(path), OtlpStamper()

    def consume(block):
        exporter.export_block(block)
        deque(messages.encode(block), maxlen=0)

    with recorded(Inline(consume)):
        yield
    exporter.shutdown()
