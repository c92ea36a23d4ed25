"""When summaries are due, and which traces are remembered: with blocks and times made by hand."""

import logging
import threading

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from otel_subjects import SPANS, Keeping, eventually, of, profiled, read, run
from patience import HANG
from span_blocks import block, identity, laid_out, program
from span_sums import sums

from kumi.otel.delivery.fold import Fold
from kumi.spans.block import spans
from kumi.spans.folded import tree_blocks
from kumi_exporters.encode.otlp_encoder import OtlpEncoder

OF = laid_out(program(declarations=2, each=3))
IDS = RandomIdGenerator()


def runs(number=1, trace_id=0xABC, caller=0xDEF, **more):
    context = SpanContext(trace_id, caller, False, TraceFlags(1), **more)
    return block(OF, number, context=trace.set_span_in_context(NonRecordingSpan(context)))


class Folding:
    """A fold in which each trace has room for one run, and what came of it."""

    def __init__(self, most=len(OF.rows)):
        self.fold = Fold(most)
        self.given, self.sent, self.times = [], [], []

    def add(self, made, now):
        self.given += spans(made)
        for each in self.fold.fold(made, IDS, now).blocks:
            self.sent += spans(each)
        self.look(now)

    def look(self, now):
        """Send what is due."""
        trees = self.fold.due(now)
        if trees:
            self.times.append((now, len(trees)))
        for each in tree_blocks(trees, identity()):
            self.sent += spans(each)
        trees.clear()

    def rest(self):
        """Do nothing until something is due; when that is, None where nothing is."""
        return self.fold.seconds_left(0.0)


def test_summaries_of_a_busy_trace_are_due_after_1_2_4_and_8_seconds():
    folding = Folding()
    for tenth in range(200):
        folding.add(runs(), 100 + tenth / 10)
    first = 100.1  # the first run was whole
    due = [now for now, _ in folding.times]
    assert due == pytest.approx([first + 1, first + 2, first + 4, first + 8, first + 16], abs=0.11)
    assert folding.rest() == pytest.approx(first + 32)
    folding.look(float("inf"))
    assert sums(folding.sent) == sums(folding.given)


def test_where_nothing_is_folded_nothing_is_due():
    folding = Folding()
    folding.add(runs(), 5.0)
    assert folding.rest() is None
    folding.add(runs(), 5.0)
    assert folding.rest() == 6.0
    folding.look(6.0)
    assert folding.rest() is None  # until another run is folded
    folding.add(runs(), 6.5)
    assert folding.rest() == 7.0
    folding.look(7.0)
    folding.add(runs(), 10.0)
    assert folding.rest() == 13.0  # 8 seconds after the first


def test_a_trace_that_is_forgotten_sends_its_summaries_and_begins_anew():
    folding = Folding()
    folding.add(runs(3), 0.0)
    for number in range(1, 4_002):
        folding.add(runs(trace_id=number << 64), 0.0)
    assert folding.times == [(0.0, 1)]
    assert sums(folding.sent) == sums(folding.given)
    folding.add(runs(2), 0.5)
    assert [span.name for span in folding.sent].count("run OrderPricing") == 1 + 4_001 + 1


def test_a_trace_that_has_runs_again_and_again_is_not_forgotten():
    folding = Folding()
    for number in range(1, 5_001):
        folding.add(runs(trace_id=number << 64), 0.0)
        if number % 100 == 0:
            folding.add(runs(), 0.0)
    whole = [span for span in folding.sent if span.name == "run OrderPricing"]
    assert len(whole) == 5_000 + 1


def test_runs_without_callers_are_not_remembered():
    folding = Folding()
    folding.add(block(OF, 256), 0.0)
    assert not folding.fold._budgets._recent


def test_what_a_trace_gets_is_never_more_than_4_mb_of_otlp():
    state = trace.TraceState([("vendor", "x" * 200)])
    folding, encoder, size = Folding(most=1_000_000), OtlpEncoder(), 0
    for _ in range(80):
        for each in folding.fold.fold(runs(256, trace_state=state), IDS, 0.0).blocks:
            size += sum(len(part) for part, _ in encoder.encode(each))
    assert 3_650_000 < size < 3_750_000
    summaries = tree_blocks(folding.fold.due(float("inf")), identity())
    assert sum(len(part) for each in summaries for part, _ in encoder.encode(each)) < 20_000


# In a process.


def under():
    return trace.use_span(NonRecordingSpan(SpanContext(0xABC, 0xDEF, False, TraceFlags(1))))


class Ids(RandomIdGenerator):
    """Ids as usual, until something comes between."""

    between = int

    def generate_span_id(self):
        self.between()
        return super().generate_span_id()


def four_runs(path, between, **options):
    """The first of them is whole, and something comes between when summaries get their ids."""
    ids = Ids()
    provider = TracerProvider(id_generator=ids, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(Keeping()))
    with profiled(provider, file=path, max_spans=SPANS, **options), under():
        run(4)
        eventually(lambda: len(of(read(path), "vm_run")) == 4)
        ids.between = between


def balance(path):
    last = read(path)[-1]
    spans, dropped = last["spans"], last["dropped"]
    gone = spans["sent"] + spans["handed"] + spans["folded"] + sum(dropped.values())
    return spans["sampled"] - gone, dropped


def test_summaries_for_which_there_are_no_ids_are_counted(tmp_path, caplog):
    path = tmp_path / "p.jsonl"

    def refuse():
        raise OSError("no ids")

    four_runs(path, refuse)
    assert balance(path) == (0, {"traces_internal_error": 8})
    (said,) = [r for r in caplog.records if "making summaries" in r.getMessage()]
    assert said.levelno == logging.WARNING


def test_summaries_that_a_stuck_owner_does_not_come_to_are_counted(tmp_path):
    path, free = tmp_path / "p.jsonl", threading.Event()
    four_runs(path, lambda: free.wait(HANG), exit_ms=500)
    try:
        assert balance(path) == (0, {"traces_exit": 8})
    finally:
        free.set()
