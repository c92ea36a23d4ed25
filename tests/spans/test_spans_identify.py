"""What the calling threads kept becomes spans: times, ids, parents, decisions."""

import os
import random

import numpy as np
import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState
from span_blocks import (
    ANCHOR,
    RESOURCE,
    assemble,
    block,
    identity,
    laid_out,
    packed,
    program,
    readings,
)

from kumi.observations import Level
from kumi.spans.block import only_sampled, spans
from kumi.spans.clock import anchor
from kumi.spans.identify import Identity, RootDecision, runs_per_block
from kumi.spans.process import THIS_PROCESS


def below(trace_id, span_id, *, flags=1, remote=False, state=None):
    states = TraceState(state) if state else None
    parent = SpanContext(trace_id, span_id, remote, TraceFlags(flags), states)
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


class Counting(IdGenerator):
    def __init__(self):
        self.spans, self.traces = 0, 0

    def generate_span_id(self):
        self.spans += 1
        return 0xFFFF << 48 | self.spans

    def generate_trace_id(self):
        self.traces += 1
        return self.traces


def test_readings_become_unix_nanoseconds_by_one_anchor():
    of = laid_out()
    seconds = readings(of, 1234.000000001, 0.1)
    made = assemble(of, [(packed(of, seconds), None)], identity(), anchored=ANCHOR)

    assert made.readings[0].tolist() == [ANCHOR + round(s * 1e9) for s in seconds]


def test_the_anchor_ties_the_clock_to_wall_time():
    import time

    before = time.time_ns()
    now = anchor() + time.perf_counter_ns()
    assert before - 1_000_000_000 < now < time.time_ns() + 1_000_000_000


def test_children_lie_inside_their_parents_and_operations_tile_the_run():
    made = block(laid_out(program(declarations=6)), runs=4)
    by_id = {span.span_id: span for span in spans(made)}
    for span in by_id.values():
        if span.row:
            parent = by_id[span.parent_id]
            assert parent.start <= span.start <= span.end <= parent.end
    operations = [s for s in by_id.values() if made.layout.rows[s.row].event == "vm_operation"]
    runs = [span for span in by_id.values() if not span.row]
    assert sum(s.end - s.start for s in operations) == sum(s.end - s.start for s in runs)


def test_a_root_run_starts_a_trace_of_its_own():
    made = block(runs=3)
    roots = [span for span in spans(made) if span.row == 0]

    assert len({root.trace_id for root in roots}) == 3
    assert {root.parent_id for root in roots} == {None}
    assert {root.flags for root in roots} == {0x100 | 0x03}  # sampled, random
    assert made.sampled.all()


def test_roots_that_the_sampler_always_refuses():
    of = laid_out()
    given = [(packed(of, readings(of)), None)] * 2
    made = assemble(of, given, Identity(RESOURCE, RandomIdGenerator(), sample_roots=False))

    assert not made.sampled.any()
    assert only_sampled(made) is None
    assert len({span.span_id for span in spans(made)}) == 2 * len(of.rows)


def test_runs_below_a_span_inherit_trace_state_flags_and_decision():
    first = below(1 << 100, 77, flags=3, remote=True, state=[("a", "1"), ("b", "2")])
    second = below(1 << 101, 78, flags=0)
    made = block(runs=4, contexts=[first, second, first, None])
    runs = [span for span in spans(made) if span.row == 0]

    assert [run.trace_id for run in runs[:3]] == [
        (1 << shift).to_bytes(16, "big") for shift in (100, 101, 100)
    ]
    assert [run.parent_id for run in runs] == [
        (77).to_bytes(8, "big"), (78).to_bytes(8, "big"), (77).to_bytes(8, "big"), None,
    ]  # fmt: skip
    assert [run.tracestate for run in runs] == ["a=1,b=2", "", "a=1,b=2", ""]
    assert [run.flags for run in runs] == [0x303, 0x100, 0x303, 0x103]
    assert [run.parent_remote for run in runs] == [True, False, True, False]
    assert made.sampled.tolist() == [True, False, True, True]
    assert only_sampled(made).tracestates == ("a=1,b=2", "a=1,b=2", "")


def test_only_the_run_has_a_remote_parent():
    made = block(runs=1, context=below(5, 6, remote=True))
    assert [span.parent_remote for span in spans(made)] == [True] + [False] * (
        len(made.layout.rows) - 1
    )


def test_a_decision_made_on_the_calling_thread_is_kept():
    decision = RootDecision(trace_id=0xABCDEF, flags=1, tracestate="ot=th:8", sampled=True)
    refused = RootDecision(trace_id=0xABCDF0, flags=2, tracestate="", sampled=False)
    made = block(runs=2, contexts=[decision, refused])
    runs = [span for span in spans(made) if span.row == 0]

    assert [int.from_bytes(run.trace_id, "big") for run in runs] == [0xABCDEF, 0xABCDF0]
    assert [run.tracestate for run in runs] == ["ot=th:8", ""]
    assert [run.flags for run in runs] == [0x101, 0x102]
    assert [run.parent_id for run in runs] == [None, None]
    assert made.sampled.tolist() == [True, False]


def test_a_context_without_a_span_and_a_sentinel_are_roots():
    assert {
        span.parent_id
        for span in spans(block(runs=2, contexts=[Context(), object()]))
        if not span.row
    } == {None}


def test_the_application_s_id_generator_is_asked_once_a_run():
    of, ids = laid_out(), Counting()
    made = assemble(
        of, [(packed(of, readings(of)), None)] * 5, Identity(RESOURCE, ids), anchored=ANCHOR
    )
    runs = [span for span in spans(made) if span.row == 0]

    assert (ids.spans, ids.traces) == (5, 5)
    assert [int.from_bytes(run.trace_id, "big") for run in runs] == [1, 2, 3, 4, 5]
    assert [int.from_bytes(run.span_id, "big") for run in runs] == [n << 16 for n in range(1, 6)]
    assert {run.flags for run in runs} == {0x101}  # nobody says that its ids are random


def test_the_rows_of_a_run_are_numbered_in_the_low_16_bits():
    made = block(runs=2)
    for span in spans(made):
        assert int.from_bytes(span.span_id[6:], "big") == span.row
        assert (
            span.span_id[:6]
            == made.prefixes[0 if span.trace_id == made.trace_ids[0].tobytes() else 1, 0].tobytes()
        )


def test_a_zero_prefix_is_never_used():
    class Zero(Counting):
        def generate_span_id(self):
            return 0xFFFF << 48

    of = laid_out()
    made = assemble(of, [(packed(of, readings(of)), None)], Identity(RESOURCE, Zero()))
    assert next(spans(made)).span_id != bytes(8)


def test_ids_are_unique_over_many_runs_and_forked_children():
    of = laid_out(level=Level.DECLARATIONS)
    random.seed(7)

    def some():
        made = [block(of, runs=250) for _ in range(8)]
        prefixes = np.concatenate([b.prefixes.reshape(-1, 6) for b in made])
        traces = np.concatenate([b.trace_ids for b in made])
        return prefixes.tobytes(), traces.tobytes()

    read, write = os.pipe()
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            random.seed(7)
            with os.fdopen(write, "wb") as pipe:
                pipe.write(b"".join(some()))
            os._exit(0)
        children.append(child)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        theirs = pipe.read()
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    mine = b"".join(some())
    assert len(theirs) == 2 * len(mine)
    assert len({mine[n : n + 6] for n in range(0, 12_000, 6)}) == 2000
    assert mine[:12_000] not in theirs
    assert not {theirs[n : n + 6] for n in range(0, 12_000, 6)} & {
        mine[n : n + 6] for n in range(0, 12_000, 6)
    }


def test_runs_are_numbered_through_a_process_and_a_child_is_another():
    first, second = block(runs=2), block(runs=3)
    numbers = [*first.numbers.tolist(), *second.numbers.tolist()]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert first.process == second.process == THIS_PROCESS.id
    run = next(iter(spans(second)))
    assert dict(run.attributes)["kumi.run.id"] == f"{first.process}{numbers[2]:08x}"

    read, write = os.pipe()
    child = os.fork()
    if not child:
        made = block(runs=1)
        os.write(write, f"{made.process} {made.numbers[0]}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    process, number = os.read(read, 100).decode().split()
    assert process != first.process
    assert number == "0"


def test_numbers_begin_again_after_2_to_the_32(monkeypatch):
    monkeypatch.setattr(THIS_PROCESS, "_next", 2**31 - 1)
    assert block(runs=3).numbers.tolist() == [2**31 - 1, 0, 1]


@pytest.mark.parametrize(("declarations", "runs"), [(1, 256), (20, 66), (3000, 1)])
def test_long_programs_have_short_blocks(declarations, runs):
    assert runs_per_block(laid_out(program(declarations=declarations, each=3))) == runs
