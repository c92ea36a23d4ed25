"""What recording costs the caller, with a consumer that throws every run away."""

from __future__ import annotations

import struct
from collections import deque
from contextlib import contextmanager
from itertools import repeat
from time import perf_counter as now

from opentelemetry import trace

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.sdk_spans import Baseline, Nothing
from benchmarks.subjects import income_tax, order_lines, recorded, tax_by_hand
from kumi.ir.readings import readings
from kumi.observations import Level
from kumi.otel.recording.admission import current_context

READING_NS = 65
FIXED_NS = 300


class Discarding:
    """A watcher and its channel: runs are kept as they always are, and thrown away unread."""

    limit = 1024
    times_cpu = False
    least = None

    def __init__(self, level):
        self.level = level
        self.queue = deque()
        self.keep = self.queue.append
        self.relieve = self.queue.clear
        self.admit = current_context()

    def open(self, program):  # noqa: ARG002 - what a watcher is asked
        return self

    def phase_ended(self, phase):
        """Compilation is not measured here."""

    def bound(self, run):
        """What the function was made with stays as it is."""

    def failed(self, run):
        """No run fails here."""


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax, rows, sdk = income_tax(), order_lines(), Baseline(Nothing())
    code = tax.plain_bytecode()
    series = measure(_cases(tax, rows, sdk), rounds)
    sdk.close()
    return [
        *_readings(series, tax),
        *_runs(series, tax.timed_operations),
        Figure.share("of each second of a caller's loop, inside runs", _inside_runs(tax)),
        Figure.fact("bytecode off: before recording = after it", code == tax.plain_bytecode()),
    ]


def _cases(tax, rows, sdk):
    def at(level):
        return lambda: recorded(Discarding(level))

    return [
        Case("sdk", sdk.spans, 1000),
        Case("clock", _clock, 4000, per=10),
        Case("by hand", tax_by_hand, 4000),
        Case("never on", tax.run, 4000, around=tax.fresh),
        Case("off", tax.run, 4000),
        Case("declarations", tax.run, 4000, around=at(Level.DECLARATIONS)),
        Case("operations", tax.run, 4000, around=at(Level.OPERATIONS)),
        Case("under a parent", tax.run, 4000, around=_under_a_parent),
        Case("rows off", rows.run, 40),
        Case("rows", rows.run, 40, around=at(Level.OPERATIONS)),
    ]


def _readings(series, tax):
    """The slope between both levels: what one reading more costs, packing and keeping included."""
    program = tax.machine.program
    more = readings(program, Level.OPERATIONS).count - readings(program, Level.DECLARATIONS).count
    reading = (series["operations"] - series["declarations"]).times(1 / more)
    return [
        Figure.ns("SDK span: nine attributes, batch processor, no export", series["sdk"]),
        Figure.ns("`perf_counter()` by itself", series["clock"]),
        Figure.ns("a reading in a run, kept", reading, most=READING_NS),
        Figure.ratio("SDK span / reading", series["sdk"] / reading, least=350),
    ]


def _runs(series, operations):
    off, on = series["off"], series["operations"]
    allowed = operations * READING_NS + FIXED_NS
    added = (on - off).summary()[0]
    return [
        Figure.ns(f"run of {operations} scalar operations, by hand", series["by hand"]),
        Figure.ns("the same as a schema, off", off),
        Figure.ratio("off / by hand", off / series["by hand"], most=1.5),
        Figure.ns("the same, every operation recorded", on),
        Figure.ns("added by recording", on - off, most=allowed),
        Figure.ratio("recorded / off", on / off, most=2.8, instead=added <= allowed),
        Figure.ratio("recorded / off, declarations only", series["declarations"] / off),
        Figure.ratio("recorded / off, under a sampled parent", series["under a parent"] / off),
        Figure.ratio("off after on / never on", off / series["never on"]),
        Figure.ns("run over 1,000 rows, loading included, off", series["rows off"]),
        Figure.ratio("the same, recorded / off", series["rows"] / series["rows off"], most=1.10),
    ]


def _clock(times):
    for _ in repeat(None, times):
        _ten = (now(), now(), now(), now(), now(), now(), now(), now(), now(), now())


@contextmanager
def _under_a_parent():
    context = trace.SpanContext(1, 2, is_remote=False, trace_flags=trace.TraceFlags(1))
    parent = trace.use_span(trace.NonRecordingSpan(context))
    with recorded(Discarding(Level.OPERATIONS)), parent:
        yield


def _inside_runs(tax, bursts=100, runs=1000):
    """Which share of a loop that does nothing but run lies between first and last readings."""
    keeping = Discarding(Level.OPERATIONS)
    keeping.limit = runs
    count = readings(tax.machine.program, Level.OPERATIONS).count
    ends = struct.Struct(f"<d{8 * (count - 2)}xd").unpack_from
    inside = passed = 0.0
    with recorded(keeping):
        for _ in range(bursts):
            keeping.queue.clear()
            begun = now()
            tax.run(runs)
            passed += now() - begun
            inside += sum(last - first for first, last in (ends(run) for run, _ in keeping.queue))
    return inside / passed
