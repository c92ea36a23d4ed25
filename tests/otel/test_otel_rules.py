"""Which runs are kept, and how much of each: SAMPLE, SLOW_MS, failures, the caller's trace."""

import statistics
import sys
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from otel_subjects import OPERATIONS, SPANS, Taxed, kumi_spans, of, read, run, spans_of
from test_otel_processes import ON, finished

import kumi
from kumi import otel
from kumi.otel.delivery import keep
from kumi.otel.settings import Settings

WHOLE = {"vm_run": 1, "vm_declaration": 3, "vm_operation": OPERATIONS}


class Divided(kumi.Schema):
    class Input(kumi.Record):
        by: kumi.Field[float]

    part = kumi.value(1.0 / Input.by)


def fail():
    with pytest.raises(kumi.InputError):
        Divided.run(by="nothing")


def profiled(path, *, exporter=None, **options):
    """Profiled into a file, and into an exporter where one is given."""
    exporters = {"exporters": [exporter]} if exporter else {}
    return otel.profile(file=path, truncate=True, **exporters, **({"ops": True} | options))


def kinds(events):
    """How many lines of each kind each run has."""
    runs = {}
    for event in spans_of(events):
        counted = runs.setdefault(event["run"], dict.fromkeys(WHOLE, 0))
        counted[event["event"]] += 1
    return list(runs.values())


def runs_of(path):
    return of(read(path), "profile_end")[-1]["runs"]


def test_one_run_in_so_many_is_recorded_and_the_others_are_counted(tmp_path):
    path, exporter = tmp_path / "p.jsonl", InMemorySpanExporter()
    with profiled(path, exporter=exporter, sample=10):
        run(100)
    recorded = of(read(path), "vm_run")
    assert [each["kept"] for each in recorded] == ["sampled"] * 10
    assert kinds(read(path)) == [WHOLE] * 10
    assert runs_of(path) == {"seen": 100, "sampled": 10}
    exported = [span for span in kumi_spans(exporter.get_finished_spans()) if "run" in span.name]
    assert [span.attributes["kumi.run.kept"] for span in exported] == ["sampled"] * 10


def test_schemas_that_take_turns_have_each_their_share(tmp_path):
    path = tmp_path / "p.jsonl"
    with profiled(path, sample=2):
        for _ in range(10):
            run()
            Divided.run(by=1.0)
    names = [event["schema"] for event in of(read(path), "vm_run")]
    assert (names.count("Taxed"), names.count("Divided")) == (5, 5)


@pytest.mark.parametrize("every", [2, 3, 1024, 3000])
def test_it_is_the_turn_of_one_run_in_so_many_evenly(tmp_path, every):
    path = tmp_path / "p.jsonl"
    with profiled(path, sample=every, ops=False):
        for _ in range(3):
            run()
            otel.flush()
            before = len(of(read(path), "vm_run"))
            run(every - 1)
            otel.flush()
            assert len(of(read(path), "vm_run")) == before
    assert runs_of(path) == {"seen": 3 * every, "sampled": 3}


@pytest.mark.parametrize("every", [3, 500, 1500])
def test_it_is_the_turn_of_just_as_many_where_threads_ask_at_the_same_time(tmp_path, every):
    path, threads, each = tmp_path / "p.jsonl", 6, 2500
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with profiled(path, sample=every, ops=False, block_ms=60_000):
            started = [Thread(target=run, args=(each,)) for _ in range(threads)]
            for thread in started:
                thread.start()
            for thread in started:
                thread.join()
    finally:
        sys.setswitchinterval(before)
    assert runs_of(path) == {"seen": threads * each, "sampled": threads * each // every}


def test_a_failure_that_it_is_not_the_turn_of_leaves_a_count(tmp_path):
    path = tmp_path / "p.jsonl"
    with profiled(path, sample=4):
        for _ in range(8):
            fail()
    assert [event["status"] for event in of(read(path), "vm_run")] == ["error"] * 2
    assert runs_of(path) == {"seen": 8, "sampled": 2}


def test_of_runs_that_are_not_slow_the_run_is_left(tmp_path):
    path, exporter = tmp_path / "p.jsonl", InMemorySpanExporter()
    with profiled(path, exporter=exporter, slow_ms=60_000):
        run(5)
        fail()
    events = read(path)
    assert kinds(events)[:5] == [{"vm_run": 1, "vm_declaration": 0, "vm_operation": 0}] * 5
    assert [event["kept"] for event in of(events, "vm_run")] == ["none"] * 5 + ["error"]
    assert len(of(events, "vm_operation")) > 0  # those of the run that failed
    assert runs_of(path) == {"seen": 6, "none": 5, "error": 1}
    ends = of(events, "profile_end")[-1]
    assert ends["spans"]["recorded"] == ends["spans"]["written"] == len(spans_of(events))
    assert ends["spans"]["sampled"] == ends["spans"]["sent"]
    names = [span.name for span in kumi_spans(exporter.get_finished_spans())]
    assert names.count("run Taxed") == 5
    durations = [event["duration_ms"] for event in of(events, "vm_run")]
    assert all(0 < duration < 60_000 for duration in durations)


def test_slow_runs_are_whole(tmp_path):
    path = tmp_path / "p.jsonl"
    with profiled(path, slow_ms=0):
        run(5)
    assert kinds(read(path)) == [WHOLE] * 5
    assert runs_of(path) == {"seen": 5, "slow": 5}
    assert [event["kept"] for event in of(read(path), "vm_run")] == ["slow"] * 5


@pytest.mark.parametrize("sample", [1, 2])
@pytest.mark.parametrize("parent", [None, 0, 1])
@pytest.mark.parametrize("ops", [False, True])
@pytest.mark.parametrize("slow_ms", [None, 0, 60_000])
def test_the_table_of_what_file_and_traces_get(tmp_path, sample, parent, ops, slow_ms):
    path, exporter, context = tmp_path / "p.jsonl", InMemorySpanExporter(), None
    if parent is not None:
        caller = SpanContext(7, 7, is_remote=True, trace_flags=TraceFlags(parent))
        context = trace.set_span_in_context(NonRecordingSpan(caller))
    kumi.compile(Taxed)
    with profiled(path, exporter=exporter, sample=sample, ops=ops, slow_ms=slow_ms):
        below(context, lambda: run(2))
    whole = 4 if not ops else SPANS
    each = 1 if ops and slow_ms == 60_000 else whole
    kept = 2 // sample
    in_file = len(spans_of(read(path)))
    sent = [
        s for s in kumi_spans(exporter.get_finished_spans()) if "kumi.schema.name" in s.attributes
    ]
    in_traces = [span for span in sent if not span.name.startswith(("compile", "codegen"))]
    assert in_file == kept * each
    assert len(in_traces) == (0 if parent == 0 else kept * each)


def below(context, work):
    token = otel_context.attach(context) if context else None
    work()
    if token:
        otel_context.detach(token)


def test_rules_change_while_the_process_runs(tmp_path):
    path = tmp_path / "p.jsonl"
    with profiled(path, ops=True):
        run(4)
        otel.flush()
        otel.configure(sample=5)
        run(10)
        otel.flush()
        otel.configure(sample=1, slow_ms=60_000)
        run(3)
    kept = [event["kept"] for event in of(read(path), "vm_run")]
    assert kept == ["all"] * 4 + ["sampled"] * 2 + ["none"] * 3
    assert runs_of(path)["seen"] == 17


def test_a_rule_that_is_not_accepted_leaves_the_one_that_is_in_force(tmp_path, caplog):
    path = tmp_path / "p.jsonl"
    with profiled(path, sample=5):
        otel.configure(sample="all")
        run(10)
    assert runs_of(path) == {"seen": 10, "sampled": 2}
    assert "sample='all' is not accepted (a number of runs, 1 or more); using 5" in caplog.text


def test_a_rule_that_there_is_not_is_refused(tmp_path):
    with profiled(tmp_path / "p.jsonl"), pytest.raises(TypeError, match="slow_ms"):
        otel.configure(slow_m=3)


def test_rules_come_from_the_environment_and_wrong_ones_are_said(tmp_path):
    script = "run(20)"
    finished(script, tmp_path, **ON, KUMI_PROFILE_SAMPLE="5", KUMI_PROFILE_SLOW_MS="3x")
    start = read(tmp_path / "p.jsonl")[0]
    assert (start["settings"]["sample"], start["settings"]["slow_ms"]) == (5, "3x")
    assert runs_of(tmp_path / "p.jsonl")["seen"] == 20
    done = finished(script, tmp_path, **ON, KUMI_PROFILE_SAMPLE="0", KUMI_PROFILE_SLOW_MS="0.5x")
    assert "KUMI_PROFILE_SAMPLE='0' is not accepted" in done.stderr
    assert "KUMI_PROFILE_SLOW_MS='0.5x' is not accepted" in done.stderr


@given(st.lists(st.integers(1, 1000), max_size=700), st.sampled_from([1.0, 2.0, 3.5]))
def test_slow_for_its_schema_is_so_many_times_the_median_and_beyond_the_ninth_decile(
    durations, factor
):
    slowness = keep._slowness(f"{factor}x")
    found = slowness.of("S", np.array(durations, np.int64)).tolist()
    for at, duration in enumerate(durations):
        known = sorted(durations[:at][-512:])
        slow = (
            len(known) >= 30
            and duration >= factor * statistics.median(known)
            and duration > known[int(0.9 * (len(known) - 1))]
        )
        assert found[at] == slow


def test_what_is_slow_is_told_schema_by_schema():
    slowness = keep._slowness("3x")
    slowness.of("Quick", np.full(40, 10))
    slowness.of("Long", np.full(40, 1000))
    assert slowness.of("Quick", np.array([1000])).tolist() == [True]
    assert slowness.of("Long", np.array([1000])).tolist() == [False]
    assert Settings(slow_ms="3x", ops=True)
