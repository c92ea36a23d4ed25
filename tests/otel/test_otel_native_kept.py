"""Which real spans a run gets: samplers, rules, failures, and at most so many in a trace."""

import threading
from collections import Counter

import pytest
from native_subjects import (
    DECLARATIONS,
    DEPTHS,
    Dividing,
    Redacting,
    assert_tree_is_whole,
    ids_in,
    ids_of,
    native,
)
from opentelemetry import context, trace
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from otel_subjects import (
    SPANS,
    Keeping,
    Taxed,
    kumi_spans,
    of,
    profiled,
    read,
    run,
    spans_of,
)

import kumi
from kumi import otel

pytestmark = pytest.mark.usefixtures("compiled_natively")


# Samplers, and parents that are not sampled.


class ByName(Sampler):
    def __init__(self, *dropped):
        self.dropped = dropped

    def should_sample(self, parent_context, trace_id, name, *args, **kwargs):
        dropped = any(each in name for each in self.dropped)
        return SamplingResult(Decision.DROP if dropped else Decision.RECORD_AND_SAMPLE)

    def get_description(self):
        return "ByName"


def test_a_span_that_is_not_recording_gets_no_children(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter), sampler=ByName("Taxed.tax"))
    run()
    with profiled(provider, file=path, traces="native_operations"):
        run()
    names = [span.name for span in exporter.spans]
    assert names == [
        *("LoadInput amount", "LoadInput rate", "Taxed.inputs"),
        *("Ref tax", "Map add", "Taxed.total", "run Taxed"),
    ]
    said = read(path)[-1]["spans"]
    assert (said["sampled"], said["handed"]) == (len(names), len(names))


def test_a_run_that_the_sampler_refuses_is_in_the_file_alone(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter), sampler=ByName("run "))
    with profiled(provider, file=path, traces="native"):
        run(2)
    assert [span for span in kumi_spans(exporter.spans) if "Taxed." in span.name] == []
    assert len(of(read(path), "vm_run")) == 2
    assert read(path)[-1]["spans"]["handed"] == 0


def test_below_an_unsampled_parent_nothing_is_made(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    unsampled = trace.SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(0))
    with profiled(provider, file=path), trace.use_span(trace.NonRecordingSpan(unsampled)):
        run(2)
    assert kumi_spans(exporter.spans) == []
    runs = of(read(path), "vm_run")
    assert {(e["trace_id"][-3:], e["parent_span_id"][-3:]) for e in runs} == {("abc", "def")}


# Rules decide before spans are made.


def test_one_run_in_so_many(tmp_path):
    exporter = Keeping()
    with profiled(native(Redacting(exporter)), sample=5):
        run(20)
    assert len(exporter.spans) == 4
    assert {span.attributes["kumi.run.kept"] for span in exporter.spans} == {"sampled"}


@pytest.mark.parametrize(("slow_ms", "kept", "rows"), [(0, "slow", SPANS), (10_000, "none", 1)])
def test_what_is_not_slow_is_the_run_alone(slow_ms, kept, rows, tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    run()
    with profiled(
        native(Redacting(exporter)), file=path, traces="native_operations", slow_ms=slow_ms
    ):
        run(3)
    assert len(exporter.spans) == len(spans_of(read(path))) == 3 * rows
    (top,) = {s.attributes["kumi.run.kept"] for s in exporter.spans if s.name == "run Taxed"}
    assert {event["kept"] for event in of(read(path), "vm_run")} == {kept} == {top}
    assert_tree_is_whole(read(path))


def test_what_is_slow_for_its_schema_is_the_same_in_traces_and_in_the_file(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    run()
    with profiled(native(Redacting(exporter)), file=path, traces="native", slow_ms="1x"):
        for _ in range(40):
            run(10)
            otel.flush()
    kept = {e["span_id"]: e["kept"] for e in of(read(path), "vm_run")}
    ours = {
        f"{s.context.span_id:016x}": s.attributes["kumi.run.kept"]
        for s in exporter.spans
        if s.name == "run Taxed"
    }
    assert kept == ours
    declared = Counter(f"{s.parent.span_id:016x}" for s in exporter.spans if s.parent)
    slow = [span_id for span_id, why in kept.items() if why == "slow"]
    assert {each: declared[each] for each in kept if declared[each]} == dict.fromkeys(
        slow, DECLARATIONS
    )


# Failed runs.


@pytest.mark.parametrize(
    ("traces", "failed"),
    [
        ("auto", ["run Dividing"]),
        ("native", ["Dividing.part", "run Dividing"]),
        ("native_operations", ["Map modulo", "Dividing.part", "run Dividing"]),
    ],
)
def test_a_failure_can_be_seen_on_what_is_made(traces, failed, tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    Dividing.run(whole=1, parts=2)
    with profiled(provider, file=path, traces=traces), pytest.raises(ZeroDivisionError):
        Dividing.run(whole=1, parts=0)
    wrong = [span for span in exporter.spans if not span.status.is_unset]
    assert [span.name for span in wrong] == failed
    assert {span.attributes["error.type"] for span in wrong} == {"ZeroDivisionError"}
    assert {span.status.description for span in wrong} == {
        "ZeroDivisionError in Map modulo of part"
    }
    told = [(span.name, event.name) for span in exporter.spans for event in span.events]
    assert told == [(failed[0], "exception")]
    assert "Dividing.never" not in [span.name for span in exporter.spans]
    made = of(read(path), *DEPTHS[traces])
    assert sorted(map(ids_of, exporter.spans), key=str) == sorted(ids_in(made), key=str)
    assert_tree_is_whole(read(path))


def test_bad_input_can_be_seen(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    with profiled(native(Redacting(exporter)), file=path), pytest.raises(kumi.InputError):
        Taxed.run(amount="much", rate=0.5)
    (span,) = kumi_spans(exporter.spans)
    assert span.status.description == "bad input: amount"
    assert "much" not in span.to_json()


# At most so many in a trace.


@pytest.mark.parametrize("traces", ["auto", "native"])
def test_a_trace_gets_five_hundred_spans_and_the_rest_is_counted(traces, tmp_path, caplog):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    tracer, each = provider.get_tracer("app"), 1 if traces == "auto" else 1 + DECLARATIONS
    run()
    with profiled(provider, file=path, traces=traces):
        with tracer.start_as_current_span("loop"):
            run(600)
        with tracer.start_as_current_span("next"):
            run(10)
        run(5)
    sent = Counter(span.context.trace_id for span in kumi_spans(exporter.spans))
    assert sorted(sent.values(), reverse=True) == [500, 10 * each] + [each] * 5
    events = read(path)
    assert len(of(events, "vm_run")) == 615
    assert_tree_is_whole(events)
    said, dropped = events[-1]["spans"], events[-1]["dropped"]
    assert dropped == {"traces_full_trace": 600 * each - 500}
    assert said["sampled"] == said["handed"] + sum(dropped.values()) == 615 * each
    assert "traces_full_trace" in caplog.text


def test_where_a_run_has_no_room_for_all_of_it_it_has_for_less(tmp_path):
    exporter = Keeping()
    provider = native(Redacting(exporter))
    run()
    tracer = provider.get_tracer("app")
    with (
        profiled(provider, traces="native_operations"),
        tracer.start_as_current_span("loop"),
    ):
        run(60)
    rows = Counter(span.attributes.get("kumi.run.id") is not None for span in exporter.spans)
    assert rows[True] == 56 + 1  # 55 whole ones, one with its declarations, one alone, and "loop"
    assert len(kumi_spans(exporter.spans)) == 500


def test_max_spans_may_leave_less_room():
    exporter = Keeping()
    provider = native(Redacting(exporter))
    tracer = provider.get_tracer("app")
    run()
    with profiled(provider, max_spans=20), tracer.start_as_current_span("loop"):
        run(30)
    assert len(kumi_spans(exporter.spans)) == 20


def test_threads_share_the_room_of_a_trace():
    exporter = Keeping()
    provider = native(Redacting(exporter))
    run()
    with profiled(provider), provider.get_tracer("app").start_as_current_span("all"):
        here = context.get_current()

        def work():
            token = context.attach(here)
            run(200)
            context.detach(token)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(kumi_spans(exporter.spans)) == 500
