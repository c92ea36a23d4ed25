"""All in: recorded, turned into JSON lines and OTLP bytes, written; beside the SDK doing the same.

The encoders run where the caller runs, so that nothing hides in another thread; the last figure is
the real thing, a worker writing while the caller spins.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.sdk_spans import Baseline, Encoding
from benchmarks.subjects import income_tax, plain_formulas, recorded
from kumi import otel
from kumi.observations import Level
from kumi.otel.recording.admission import current_context
from kumi.spans.decode import decode
from kumi.spans.identify import Identity, identify, runs_per_block
from kumi.spans.layout import layout
from kumi_exporters.encode.json_encoder import JsonEncoder
from kumi_exporters.encode.otlp_encoder import OtlpEncoder
from kumi_exporters.eventfile.event_file import EventFile
from kumi_exporters.jsonl import JsonlSpanExporter

ZSTD = bytes.fromhex("28b52ffd")
"""How a frame begins."""


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
    times_cpu = False
    least = None

    def __init__(self, layout, consume):
        self._layout = layout
        self._consume = consume
        self._identity = Identity(Resource.create({"service.name": "bench"}), RandomIdGenerator())
        self.limit = runs_per_block(layout) - 1
        self.queue = deque()
        self.keep = self.queue.append
        self.admit = current_context()

    def bound(self, run):
        """What the function was made with stays as it is."""

    def relieve(self):
        block = identify(self._layout, decode(self._layout, self.queue), self._identity)
        self.queue.clear()
        self._consume(block)

    def failed(self, run):
        """No run fails here."""


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax, plain, sdk = income_tax(), plain_formulas(), Baseline(Encoding())
    with tempfile.TemporaryDirectory() as folder:
        ours = [
            *_cases("", tax, Path(folder) / "tax.jsonl"),
            *_cases("plain ", plain, Path(folder) / "plain.jsonl"),
        ]
        series = measure([Case("sdk", sdk.spans, 400), *ours], rounds)
    sdk.close()
    return [
        Figure.ns("SDK span, with its JSON and OTLP encoding", series["sdk"]),
        *_all_in(series, "", "an operation"),
        Figure.ns("an operation: a worker writes while the caller spins", _added(series, "live")),
        *_all_in(series, "plain ", "where no operation is free"),
    ]


def _all_in(series, prefix, what):
    encoded, written = _added(series, f"{prefix}encoded"), _added(series, f"{prefix}written")
    found = [
        Figure.ns(f"{what}: recorded, JSON and OTLP bytes", encoded, most=200),
        Figure.ratio(f"{what}: SDK span so encoded / this", series["sdk"] / encoded, least=500),
        Figure.ns(f"{what}: the same, and the file written", written, most=400),
    ]
    if f"{prefix}compressed" in series:
        compressed = _added(series, f"{prefix}compressed")
        found.append(Figure.ns(f"{what}: the same, and the file written as .zst", compressed))
    return found


def _added(series, name):
    """What recording adds to an operation of the unrecorded run."""
    prefix, _, _ = name.rpartition(" ")
    return series[name] - series[f"{prefix} off".strip()]


def _cases(prefix, subject, path):
    operations = len(subject.machine.program.operations)
    runs = 256 * 8

    def live(times):
        subject.run(times)
        otel.flush(30)

    def profiling():
        own = path.with_suffix(".live.jsonl")
        own.unlink(missing_ok=True)
        return otel.profile(file=own, ops=True)

    compressed = path.with_suffix(".jsonl.zst")
    cases = [
        Case(f"{prefix}off", subject.run, runs, operations),
        Case(f"{prefix}encoded", subject.run, runs, operations, _Encoding()),
        Case(f"{prefix}written", subject.run, runs, operations, _Writing(path)),
        Case(f"{prefix}compressed", subject.run, runs, operations, _Writing(compressed)),
        Case(f"{prefix}live", live, runs, operations, profiling),
    ]
    return [each for each in cases if compresses() or not each.name.endswith("compressed")]


@cache
def compresses():
    """Whether a file whose name ends in .zst is written compressed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.jsonl.zst"
        EventFile(path).write(b"{}\n", 1)
        return path.read_bytes().startswith(ZSTD)


class _Encoding:
    """Turns blocks into bytes, with encoders that have met the program before."""

    def __init__(self):
        self._lines, self._messages = JsonEncoder(), OtlpEncoder()

    @contextmanager
    def __call__(self):
        with recorded(Inline(self._consume)):
            yield

    def _consume(self, block):
        self._lines.encode(block)
        deque(self._messages.encode(block), maxlen=0)


class _Writing:
    """The same, and the lines go to a file, which each round finds empty."""

    def __init__(self, path):
        self._path, self._export = path, _export(JsonlSpanExporter(path))
        self._messages = OtlpEncoder()

    @contextmanager
    def __call__(self):
        if self._path.exists():
            os.truncate(self._path, 0)
        with recorded(Inline(self._consume)):
            yield

    def _consume(self, block):
        self._export(block)
        deque(self._messages.encode(block), maxlen=0)


def _export(exporter):
    """How that exporter takes a block, by the name that it has for it."""
    if hasattr(exporter, "export_blocks"):
        return lambda block: exporter.export_blocks([block])
    return exporter.export_block
