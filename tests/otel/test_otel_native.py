"""Providers that take nothing but real spans get these, made by their own tracer."""

import logging
import threading
from collections import Counter

import pytest
from native_subjects import (
    DECLARATIONS,
    DEPTHS,
    Baggage,
    Changed,
    Filtering,
    Redacting,
    Vendor,
    VendorTracer,
    assert_tree_is_whole,
    ids_in,
    ids_of,
    native,
)
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from otel_subjects import (
    OPERATIONS,
    SPANS,
    Blocky,
    Keeping,
    batched,
    kumi_spans,
    of,
    profiled,
    read,
    run,
    spans_of,
)
from patience import HANG

import kumi
from kumi import otel

pytestmark = pytest.mark.usefixtures("compiled_natively")


# Which providers, and how much of a run.


@pytest.mark.parametrize("traces", DEPTHS)
def test_an_unknown_processor_gets_real_spans(traces, tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    run()  # compiled before, so that there are no phases
    with profiled(provider, file=path, traces=traces):
        with provider.get_tracer("app").start_as_current_span("request") as request:
            run(2)
        run()
    events = read(path)
    ours, made = kumi_spans(exporter.spans), of(events, *DEPTHS[traces])
    assert sorted(map(ids_of, ours), key=str) == sorted(ids_in(made), key=str)
    assert len(of(events, "vm_operation")) == 3 * OPERATIONS
    assert_tree_is_whole(events)
    below = [span for span in ours if span.context.trace_id == request.get_span_context().trace_id]
    assert len(below) == 2 * len(ours) / 3
    for span in ours:
        assert span.attributes["kumi.schema.name"] == "redacted"
    assert [s.name for s in exporter.spans if s.instrumentation_scope.name == "app"] == ["request"]
    said = events[-1]["spans"]
    assert (said["sampled"], said["handed"], said["sent"]) == (len(ours), len(ours), 0)
    assert said["recorded"] == said["written"] == 3 * SPANS
    assert events[-1]["dropped"] == {}


def test_real_spans_say_what_the_file_says(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(SimpleSpanProcessor(exporter), Baggage())
    run()
    with profiled(provider, file=path, traces="native_operations"):
        run(3)
    by_id = {event["span_id"]: event for event in spans_of(read(path))}
    assert len(exporter.spans) == len(by_id) == 3 * SPANS
    for span in exporter.spans:
        event = by_id[f"{span.context.span_id:016x}"]
        assert (span.start_time, span.end_time) == (
            event["start_unix_nano"],
            event["end_unix_nano"],
        )
        assert span.instrumentation_scope.version == kumi.__version__
        if event["event"] == "vm_run":
            assert span.attributes["kumi.run.id"] == event["run"]
        if event["event"] == "vm_operation":
            assert span.attributes["kumi.operation.rows"] == event["rows"]


def test_what_a_processor_does_at_the_start_is_there():
    exporter = Changed()
    provider = native(Baggage(), SimpleSpanProcessor(exporter))
    run()
    token = context.attach(baggage.set_baggage("tenant", "t1"))
    with profiled(provider, traces="native"):
        run(2)
    context.detach(token)
    assert len(exporter.spans) == 2 * (1 + DECLARATIONS)
    assert {span.attributes["tenant"] for span in exporter.spans} == {"t1"}


def test_a_subclass_of_the_batch_processor_gets_real_spans():
    exporter = Keeping()
    provider = native(Filtering(exporter))
    with profiled(provider):
        run(3)
    provider.force_flush()
    assert [span.name for span in kumi_spans(exporter.spans)] == ["run Taxed"] * 3


def test_one_unknown_processor_is_enough_for_the_whole_chain():
    plain, redacted = Keeping(), Keeping()
    provider = native(BatchSpanProcessor(plain), Redacting(redacted))
    with profiled(provider):
        run(3)
    provider.force_flush()
    assert [span.name for span in kumi_spans(plain.spans)] == ["run Taxed"] * 3
    assert [span.name for span in kumi_spans(redacted.spans)] == ["run Taxed"] * 3


@pytest.mark.parametrize("exporter", [Keeping, Blocky])
def test_native_is_for_any_provider(exporter, tmp_path):
    exporter, path = exporter(), tmp_path / "p.jsonl"
    provider = batched(exporter)
    run()
    with profiled(provider, file=path, traces="native"):
        run(3)
    provider.force_flush()
    made = of(read(path), "vm_run", "vm_declaration")
    assert sorted(map(ids_of, exporter.spans), key=str) == sorted(ids_in(made), key=str)
    assert len(made) == 3 * (1 + DECLARATIONS)


def test_another_provider_than_the_sdks_gets_real_spans(set_provider, tmp_path, caplog):
    caplog.set_level(logging.INFO, "kumi.otel")
    exporter, path = Changed(), tmp_path / "p.jsonl"
    set_provider(Vendor(batched(exporter)))
    run()
    with (
        otel.profile(file=path, ops=True, traces="native"),
        trace.get_tracer("app").start_as_current_span("request"),
    ):
        run()
    trace.get_tracer_provider().inner.force_flush()
    ours = kumi_spans(exporter.spans)
    assert Counter(span.name for span in ours) == Counter(
        ["vendor's run Taxed", *(f"vendor's Taxed.{name}" for name in ("inputs", "tax", "total"))]
    )
    made = of(read(path), "vm_run", "vm_declaration")
    assert sorted(map(ids_of, ours), key=str) == sorted(ids_in(made), key=str)
    assert_tree_is_whole(read(path))
    (said,) = [r.getMessage() for r in caplog.records if "real spans" in r.getMessage()]
    assert said.startswith("traces go as real spans of runs and declarations, through ")
    assert said.endswith("Vendor, as KUMI_PROFILE_TRACES says")


def test_a_provider_of_the_sdks_whose_tracers_are_others_gets_real_spans():
    class Masking(TracerProvider):
        def get_tracer(self, *args, **kwargs):
            return VendorTracer(super().get_tracer(*args, **kwargs))

    exporter = Changed()
    provider = Masking(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with profiled(provider):
        run()
    assert [span.name for span in kumi_spans(exporter.spans)] == ["vendor's run Taxed"]


class Watching(SpanProcessor):
    """Notes what is current where and when spans start and end."""

    def __init__(self):
        self.seen = []

    def on_start(self, span, parent_context=None):
        self.note("start", span)

    def on_end(self, span):
        self.note("end", span)

    def note(self, what, span):
        current = trace.get_current_span().get_span_context().span_id
        above = span.parent.span_id if span.parent else 0
        self.seen.append((what, span.name, current == above, threading.current_thread()))


def test_spans_are_made_on_the_callers_thread_each_below_the_current_one():
    watching, after = Watching(), []
    provider = native(watching)
    run()
    with profiled(provider, traces="native_operations"):  # the first run has to wait for the way
        for _ in range(2):
            run()
            after.append(len(watching.seen))
    assert after == [2 * SPANS, 4 * SPANS]
    assert {(current, thread) for *_, current, thread in watching.seen} == {
        (True, threading.current_thread())
    }
    assert [seen[:2] for seen in watching.seen[: 2 * SPANS]] == [
        ("start", "run Taxed"),
        ("start", "Taxed.inputs"),
        *[(what, f"LoadInput {name}") for name in ("amount", "rate") for what in ("start", "end")],
        ("end", "Taxed.inputs"),
        ("start", "Taxed.tax"), ("start", "Map multiply"), ("end", "Map multiply"),
        ("end", "Taxed.tax"),
        ("start", "Taxed.total"), ("start", "Ref tax"), ("end", "Ref tax"),
        ("start", "Map add"), ("end", "Map add"), ("end", "Taxed.total"),
        ("end", "run Taxed"),
    ]  # fmt: skip


def test_flush_has_the_provider_deliver_what_it_holds():
    exporter = Keeping()
    with profiled(native(Filtering(exporter))):
        run()
        assert otel.flush(HANG)
        assert [span.name for span in kumi_spans(exporter.spans)] == ["run Taxed"]


def test_phases_are_real_spans_too(tmp_path):
    class Fresh(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float]

        y = kumi.value(Input.x + 1.0)

    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    tracer = provider.get_tracer("app")
    with profiled(provider, file=path), tracer.start_as_current_span("request") as request:
        with otel.phase("load"):
            Fresh.run(x=1.0)
        with pytest.raises(KeyError), otel.phase("part"):
            raise KeyError("x")
        otel.flush()
    named = {span.name: span for span in kumi_spans(exporter.spans)}
    parts = {f"{part} Fresh" for part in ("parse", "analyze", "lower", "codegen")}
    assert named.keys() == {"load", "part", "compile Fresh", *parts, "run Fresh"}
    whole, events = named["compile Fresh"], read(path)
    assert {named[part].parent.span_id for part in parts} == {whole.context.span_id}
    of_load = named["load"].context.span_id
    assert whole.parent.span_id in (of_load, request.get_span_context().span_id)
    assert named["load"].parent.span_id == request.get_span_context().span_id
    assert named["part"].attributes["error.type"] == "KeyError"
    assert not named["part"].status.is_ok
    by_id = {event["span_id"]: event for event in of(events, "phase", "vm_run")}
    assert by_id.keys() == {f"{span.context.span_id:016x}" for span in named.values()}
    for span in named.values():
        event = by_id[f"{span.context.span_id:016x}"]
        assert (span.start_time, span.end_time) == (
            event["start_unix_nano"],
            event["end_unix_nano"],
        )
        assert ids_of(span) == ids_in([event])[0]
    assert events[-1]["spans"]["handed"] == len(named)


@pytest.mark.parametrize("when", ["start", "end"])
def test_a_phase_that_a_processor_refuses_is_in_the_file(when, tmp_path):
    path = tmp_path / "p.jsonl"

    class Refusing(SpanProcessor):
        def on_start(self, span, parent_context=None):
            if when == "start":
                raise ValueError("somebody's")

        def on_end(self, span):
            raise ValueError("somebody's")

    with profiled(native(Refusing()), file=path), otel.phase("load"):
        run()
    assert [event["name"] for event in of(read(path), "phase")] == ["load"]


def test_rules_may_change_while_a_program_runs():
    exporter = Keeping()
    run()
    with profiled(native(Redacting(exporter)), traces="native", slow_ms=0):
        run()
        otel.configure(slow_ms=10_000)
        run()
        otel.configure(slow_ms=None)
        run()
    made = [s for s in exporter.spans if not s.name.startswith("codegen")]
    kept = [s.attributes["kumi.run.kept"] for s in made if s.name == "run Taxed"]
    assert kept == ["slow", "none", "all"]
    assert len(made) == 2 * (1 + DECLARATIONS) + 1


def test_an_exemplar_leads_to_the_run_that_was_made():
    exporter, reader = Keeping(), InMemoryMetricReader()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    with profiled(native(Redacting(exporter)), meter_provider=meters):
        run(20)
        otel.flush()
    made = {span.context.span_id for span in exporter.spans}
    metrics = {
        m.name: m for m in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    }
    points = metrics["kumi.run.duration"].data.data_points
    found = {exemplar.span_id for point in points for exemplar in point.exemplars}
    assert found
    assert found <= made
