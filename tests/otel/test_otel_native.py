"""Providers that take nothing but real spans get these, made by their own tracer."""

import logging
import os
import signal
import threading
from collections import Counter

import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.util._decorator import _agnosticcontextmanager
from otel_subjects import (
    OPERATIONS,
    SPANS,
    Blocky,
    Keeping,
    Taxed,
    batched,
    eventually,
    kumi_spans,
    of,
    profiled,
    provider_of,
    python,
    read,
    run,
    spans_of,
)
from patience import HANG

import kumi
from kumi import otel

DECLARATIONS = 3
DEPTHS = {
    "auto": ("vm_run",),
    "native": ("vm_run", "vm_declaration"),
    "native_operations": ("vm_run", "vm_declaration", "vm_operation"),
}


class Dividing(kumi.Schema):
    class Input(kumi.Record):
        whole: kumi.Field[int]
        parts: kumi.Field[int]

    half = kumi.value(Input.whole * 2)
    part = kumi.value(half % Input.parts)
    never = kumi.value(part + 1)


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """Both schemas, for recording too, so that there are no phases where none are looked for."""
    with otel.profile(file=os.devnull, ops=True):
        run()
        Dividing.run(whole=1, parts=2)


class Redacting(SpanProcessor):
    """A processor that we do not know: it exports what it has taken something out of."""

    def __init__(self, exporter):
        self.exporter = exporter

    def on_end(self, span):
        span._attributes = dict(span.attributes) | {"kumi.schema.name": "redacted"}
        self.exporter.export([span])


class Baggage(SpanProcessor):
    """As contrib's: it acts when a span starts, on the context that it starts in."""

    def on_start(self, span, parent_context=None):
        for key, value in baggage.get_all(parent_context).items():
            span.set_attribute(key, value)


class Changed(Keeping):
    """Keeps spans that are not as the registry has them, since somebody adds to them."""

    def export(self, spans):
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS


class Filtering(BatchSpanProcessor):
    """A subclass of the batch processor that may do anything."""


def native(*processors, **options):
    return provider_of(*processors, **options)


def ids_of(span):
    parent = f"{span.parent.span_id:016x}" if span.parent else None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}", parent


def ids_in(events):
    return [(event["trace_id"], event["span_id"], event["parent_span_id"]) for event in events]


def assert_tree_is_whole(events):
    """Every span of a run in the file hangs below one that is there, or below the run's caller."""
    above = {event["span_id"]: (event["run"], event["trace_id"]) for event in spans_of(events)}
    assert len(above) == len(spans_of(events))
    for event in of(events, "vm_declaration", "vm_operation"):
        assert above[event["parent_span_id"]] == (event["run"], event["trace_id"])


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


class Wrapped(trace.Span):
    """Somebody's span, which is none of the SDK's."""

    def __init__(self, span):
        self.span = span

    def __getattribute__(self, name):
        if name in ("span", "__class__"):
            return super().__getattribute__(name)
        return getattr(self.span, name)


for _name in trace.Span.__abstractmethods__:
    setattr(Wrapped, _name, None)
Wrapped.__abstractmethods__ = frozenset()


class Vendor(trace.TracerProvider):
    """Another provider than the SDK's: it wraps whatever an inner one makes."""

    def __init__(self, inner):
        self.inner = inner

    def get_tracer(self, *args, **kwargs):
        return VendorTracer(self.inner.get_tracer(*args, **kwargs))


class VendorTracer(trace.Tracer):
    def __init__(self, inner):
        self.inner = inner

    def start_span(self, name, *args, **kwargs):
        return Wrapped(self.inner.start_span(f"vendor's {name}", *args, **kwargs))

    @_agnosticcontextmanager
    def start_as_current_span(self, name, *args, **kwargs):
        with trace.use_span(self.start_span(name), end_on_exit=True) as span:
            yield span


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
    kept = [s.attributes["kumi.run.kept"] for s in exporter.spans if s.name == "run Taxed"]
    assert kept == ["slow", "none", "all"]
    assert len(exporter.spans) == 2 * (1 + DECLARATIONS) + 1


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


# Nothing gets into a run.


class Raising(SpanProcessor):
    def __init__(self, when):
        self.when, self.ended, self.seen = when, [], 0

    def on_start(self, span, parent_context=None):
        self.seen += 1
        if self.when == "start" and span.name.startswith("Taxed.tax"):
            raise ValueError("somebody's")

    def on_end(self, span):
        self.ended.append(span.name)
        if self.when == "end" and span.name.startswith("Taxed.tax"):
            raise ValueError("somebody's")


@pytest.mark.parametrize("when", ["start", "end"])
def test_what_a_processor_raises_stays_out_of_the_run(when, tmp_path, caplog):
    processor, path = Raising(when), tmp_path / "p.jsonl"
    before = context.get_current()
    run()
    with profiled(native(processor), file=path, traces="native"):
        run(3)
        assert context.get_current() == before
    assert processor.ended.count("run Taxed") == 3
    events = read(path)
    assert len(spans_of(events)) == 3 * SPANS
    assert_tree_is_whole(events)
    (said,) = [r for r in caplog.records if "making spans" in r.getMessage()]
    assert "the run is unharmed" in said.getMessage()
    end = events[-1]
    assert end["dropped"]["export_failed"] > 0
    assert end["spans"]["sampled"] == end["spans"]["handed"] + end["dropped"]["export_failed"]


class Calculating(SpanProcessor):
    """Runs a schema itself for each span, as one that has its rules in Kumi would."""

    def __init__(self):
        self.names = []

    def on_start(self, span, parent_context=None):
        self.names.append(span.name)
        run()


def test_a_processor_that_runs_schemas_does_not_go_on_for_ever(tmp_path):
    processor, path = Calculating(), tmp_path / "p.jsonl"
    run()
    with profiled(native(processor), file=path):
        run(2)
    assert processor.names == ["run Taxed"] * 2
    assert len(of(read(path), "vm_run")) == 4
    assert read(path)[-1]["dropped"] == {"traces_within_another": 2}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signals_handler_may_run_schemas_anywhere(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    handled = []

    def handle(*_):
        run()
        handled.append(1)

    run()
    before = signal.signal(signal.SIGALRM, handle)
    try:
        with profiled(provider, file=path, traces="native_operations"):
            run()
            signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
            for _ in range(20):
                with provider.get_tracer("app").start_as_current_span("request"):
                    run(20)
            eventually(lambda: len(handled) >= 3)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    events = read(path)
    assert len(of(events, "vm_run")) == 401 + len(handled)
    said, dropped = events[-1]["spans"], events[-1]["dropped"]
    assert said["handed"] == len(kumi_spans(exporter.spans))
    assert said["sampled"] == said["handed"] + sum(dropped.values())
    assert set(dropped) <= {"traces_within_another"}
    assert_tree_is_whole(events)


def test_ctrl_c_amid_making_spans_is_not_kept_from_the_caller(tmp_path):
    class Interrupted(SpanProcessor):
        def on_start(self, span, parent_context=None):
            raise KeyboardInterrupt

    path = tmp_path / "p.jsonl"
    run()
    with profiled(native(Interrupted()), file=path), pytest.raises(KeyboardInterrupt):
        run()
    assert len(of(read(path), "vm_run")) == 1


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


# The route changes while a program runs.


def test_a_provider_that_is_set_later_gets_the_next_runs(set_provider, tmp_path):
    exporter, path = Changed(), tmp_path / "p.jsonl"
    run()
    with otel.profile(file=path, ops=True, stream=True):
        run(2)
        set_provider(Vendor(native(SimpleSpanProcessor(exporter))))
        run(5)
        otel.flush()
        run(5)
    made = {f"{span.context.span_id:016x}" for span in exporter.spans}
    runs = [event["span_id"] for event in of(read(path), "vm_run")]
    assert made == set(runs[2:])
    assert len(exporter.spans) == 10


def test_a_processor_that_is_added_later_makes_real_spans_of_the_next_runs(tmp_path):
    plain, redacted, path = Keeping(), Keeping(), tmp_path / "p.jsonl"
    provider = native(SimpleSpanProcessor(plain))
    run()
    with profiled(provider, file=path):
        run(3)
        otel.flush()
        provider.add_span_processor(Redacting(redacted))
        otel.flush()
        run(4)
    assert len(plain.spans) == 3 * SPANS + 4
    assert [span.name for span in redacted.spans] == ["run Taxed"] * 4
    events = read(path)
    assert len(spans_of(events)) == 7 * SPANS
    assert_tree_is_whole(events)
    end = events[-1]
    assert end["spans"]["sampled"] == end["spans"]["handed"] == 3 * SPANS + 4


def test_the_scope_may_be_switched_off_and_on(tmp_path, caplog):
    caplog.set_level(logging.INFO, "kumi.otel")
    from opentelemetry.sdk.trace import _TracerConfig

    exporter, path = Keeping(), tmp_path / "p.jsonl"
    on = True

    def configurator(scope):
        return _TracerConfig(is_enabled=on or scope.name != "kumi")

    provider = native(Redacting(exporter))
    provider._set_tracer_configurator(tracer_configurator=configurator)
    run()
    with profiled(provider, file=path):
        run()
        for on in (False, True):
            provider._set_tracer_configurator(tracer_configurator=configurator)
            otel.flush()
            run()
            otel.flush()
    assert len(exporter.spans) == 2
    assert len(of(read(path), "vm_run")) == 3
    said = [r.getMessage() for r in caplog.records if "switched off" in r.getMessage()]
    assert said == ["no traces of Kumi: the tracer provider has the scope kumi switched off"]


@pytest.mark.parametrize("traces", ["auto", "native"])
@pytest.mark.parametrize("given", ["batch", "blocks", "exporters", "unknown"])
def test_a_scope_that_is_switched_off_gets_no_traces_in_any_lane(
    given, traces, set_provider, caplog
):
    caplog.set_level(logging.INFO, "kumi.otel")
    from opentelemetry.sdk.trace import _TracerConfig

    exporter = Blocky() if given == "blocks" else Keeping()
    processor = Redacting(exporter) if given == "unknown" else BatchSpanProcessor(exporter)
    options = {"exporters": [exporter]} if given == "exporters" else {}
    provider = TracerProvider(
        shutdown_on_exit=False,
        _tracer_configurator=lambda scope: _TracerConfig(is_enabled=scope.name != "kumi"),
    )
    if given != "exporters":
        provider.add_span_processor(processor)
    set_provider(provider)
    with (
        otel.profile(file=os.devnull, traces=traces, **options),
        trace.get_tracer("app").start_as_current_span("request"),
    ):
        run(2)
    provider.force_flush()
    assert kumi_spans(exporter.spans) == []
    assert getattr(exporter, "blocks", []) == []
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.INFO]
    assert said == ["no traces of Kumi: the tracer provider has the scope kumi switched off"]


# Forks.

FORK = """
import os
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
import kumi

class Telling(SpanProcessor):
    def on_end(self, span):
        with open("told.txt", "a") as file:
            parent = span.parent.span_id if span.parent else 0
            print(os.getpid(), span.name, f"{span.context.span_id:016x} {parent:016x}", sep="|", file=file)

class Half(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    half = kumi.value(Input.x * 0.5)

provider = TracerProvider()
provider.add_span_processor(Telling())
trace.set_tracer_provider(provider)
Half.run(x=1.0)
if os.fork() == 0:
    with trace.get_tracer("app").start_as_current_span("child"):
        Half.run(x=2.0)
        Half.run(x=3.0)
else:
    os.wait()
    Half.run(x=4.0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_child_makes_its_own(tmp_path):
    done = python(FORK, tmp_path, KUMI_PROFILE="1", KUMI_PROFILE_FILE="p.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.split("|") for line in (tmp_path / "told.txt").read_text().splitlines()]
    runs = [told for told in told if told[1] == "run Half"]
    assert sorted(Counter(pid for pid, *_ in runs).values()) == [2, 2]
    in_file = of(read(tmp_path / "p.jsonl"), "vm_run")
    assert {ids.split()[0] for _, _, ids in runs} == {event["span_id"] for event in in_file}
    assert len({event["run"] for event in in_file}) == 4
    ((_, _, child),) = [told for told in told if told[1] == "child"]
    assert [ids.split()[1] for _, _, ids in runs].count(child.split()[0]) == 2


def test_runs_say_their_cpu_time_as_well(tmp_path, caplog):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(SimpleSpanProcessor(exporter), Baggage())
    with profiled(provider, file=path, traces="native_operations", cpu=True):
        run(2)
        made = [span for span in kumi_spans(exporter.spans) if not span.name.startswith("codegen")]
        assert len(made) == 2 * SPANS  # before the runs returned
    assert all(each["cpu_ms"] > 0 for each in of(read(path), "vm_run"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
