"""Where spans go: the application's provider, an exporter of its own, or nowhere."""

import logging
import threading

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ConcurrentMultiSpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from otel_subjects import (
    SPANS,
    Blocky,
    Keeping,
    Taxed,
    batched,
    eventually,
    ids,
    kumi_spans,
    of,
    profiled,
    provider_of,
    read,
    run,
)
from patience import HANG

import kumi
from kumi import otel


@pytest.mark.parametrize("processor", [BatchSpanProcessor, SimpleSpanProcessor])
def test_spans_of_a_run_go_through_the_applications_processor(processor):
    exporter = Keeping()
    resource = Resource({"service.name": "shop"})
    provider = provider_of(processor(exporter), resource=resource)
    with profiled(provider), provider.get_tracer("app").start_as_current_span("request") as span:
        run()
    provider.force_flush()
    request = span.get_span_context()
    of_runs = {"kumi.run.id", "kumi.declaration.name"}  # phases may lie outside of the request
    ours = [span for span in kumi_spans(exporter.spans) if of_runs & span.attributes.keys()]
    assert len(ours) == SPANS
    runs = [span for span in ours if span.name == "run Taxed"]
    assert len(runs) == 1
    assert runs[0].parent.span_id == request.span_id
    for each in ours:
        assert each.context.trace_id == request.trace_id
        assert each.resource is resource
        assert each.instrumentation_scope.version == kumi.__version__
    assert len({id(each._attributes) for each in ours}) == len(ours)


def test_file_and_traces_have_the_same_spans(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = batched(exporter)
    with profiled(provider, file=path):
        run(5)
    provider.force_flush()
    events = read(path)
    sent = {f"{span.context.span_id:016x}" for span in kumi_spans(exporter.spans)}
    phases = {event["span_id"] for event in of(events, "phase")}
    assert sent == ids(events) | phases
    spans = events[-1]["spans"]
    assert (spans["sampled"], spans["handed"], spans["sent"]) == (len(sent), len(sent), 0)


def test_an_exporter_that_takes_blocks_gets_blocks():
    exporter = Blocky()
    provider = batched(exporter)
    with profiled(provider):
        run(300)
    assert sum(len(block) for block in exporter.blocks) == 300
    assert not [span for span in exporter.spans if span.name == "run Taxed"]


def test_compile_phases_are_spans_below_the_callers():
    exporter = Keeping()
    provider = batched(exporter)

    class Fresh(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float]

        y = kumi.value(Input.x + 1.0)

    with profiled(provider), provider.get_tracer("app").start_as_current_span("request") as span:
        Fresh.run(x=1.0)
    provider.force_flush()
    named = {span.name: span for span in kumi_spans(exporter.spans)}
    whole = named["compile Fresh"]
    assert whole.parent.span_id == span.get_span_context().span_id
    assert whole.attributes["kumi.schema.name"] == "Fresh"
    for part in ("parse", "analyze", "lower", "codegen"):
        assert named[f"{part} Fresh"].parent.span_id == whole.context.span_id
        assert named[f"{part} Fresh"].context.trace_id == span.get_span_context().trace_id


def test_a_users_phase_hangs_where_it_began():
    exporter = Keeping()
    provider = batched(exporter)
    tracer = provider.get_tracer("app")
    with (
        profiled(provider),
        tracer.start_as_current_span("outer") as outer,
        otel.phase("load"),
        tracer.start_as_current_span("inner"),
        otel.phase("part"),
    ):
        run()
    provider.force_flush()
    named = {span.name: span for span in exporter.spans}
    assert named["load"].parent.span_id == outer.get_span_context().span_id
    assert named["part"].parent.span_id == named["load"].context.span_id


def test_the_global_provider_counts_also_when_it_is_set_later(set_provider, tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, stream=True):
        run()
        provider = batched(exporter)
        set_provider(provider)
        run(2)  # the first one notices
        run(3)
    provider.force_flush()
    runs = [span for span in exporter.spans if span.name == "run Taxed"]
    assert 3 <= len(runs) <= 5
    assert len(of(read(path), "vm_run")) == 6


def test_a_processor_that_is_added_later_is_found(tmp_path):
    first, second = Keeping(), Keeping()
    provider = provider_of(SimpleSpanProcessor(first))
    with profiled(provider, stream=True, file=tmp_path / "p.jsonl"):
        run()
        provider.add_span_processor(SimpleSpanProcessor(second))
        run()
        run()
    assert len([s for s in first.spans if s.name == "run Taxed"]) == 3
    assert len([s for s in second.spans if s.name == "run Taxed"]) >= 1


def test_traces_off_leaves_the_provider_alone(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = batched(exporter, resource=Resource({"service.name": "shop"}))
    with profiled(provider, traces="off", file=path):
        run()
        assert len(provider._active_span_processor._span_processors) == 1
    provider.force_flush()
    assert not exporter.spans
    assert of(read(path), "vm_run")
    assert read(path)[0]["service"] == "shop"


def test_a_provider_made_differently_is_one_warning_and_no_traces(tmp_path, caplog):
    class Hollow(TracerProvider):
        def __init__(self):
            """Has nothing of the SDK's."""

    path = tmp_path / "p.jsonl"
    with profiled(Hollow(), file=path):
        run()
    assert of(read(path), "vm_run")
    (warning,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert "not made as the SDK's" in warning.getMessage()


def test_nested_processors_are_walked(caplog):
    caplog.set_level(logging.INFO, "kumi.otel")
    exporter = Keeping()
    nested = ConcurrentMultiSpanProcessor()
    nested.add_span_processor(SimpleSpanProcessor(exporter))
    provider = provider_of(nested)
    with profiled(provider):
        run()
    assert kumi_spans(exporter.spans)
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.INFO]
    assert said == ["traces go as spans, through the application's SimpleSpanProcessor, to Keeping"]


def test_the_providers_own_flush_finds_our_spans():
    exporter = Keeping()
    provider = batched(exporter)
    with profiled(provider):
        run(3)
        assert provider.force_flush()
        assert len([s for s in exporter.spans if s.name == "run Taxed"]) == 3


def test_the_providers_shutdown_takes_our_spans_first_and_none_after(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = batched(exporter)
    with profiled(provider, file=path):
        run(3)
        provider.shutdown()
        assert len([s for s in exporter.spans if s.name == "run Taxed"]) == 3
        run(2)
    assert len(of(read(path), "vm_run")) == 5
    assert read(path)[-1]["dropped"] == {"already_shutdown": 2 * SPANS}


def test_afterwards_the_provider_is_as_it_was():
    provider = batched(Keeping())
    before = provider._active_span_processor._span_processors
    with profiled(provider):
        run()
        assert len(provider._active_span_processor._span_processors) == 2
    assert provider._active_span_processor._span_processors == before


def test_flush_exports_what_a_batch_processor_holds():
    exporter = Keeping()
    provider = batched(exporter)
    with profiled(provider):
        run()
        assert otel.flush(HANG)
        assert [s for s in exporter.spans if s.name == "run Taxed"]


# The application's own spans.


def test_all_spans_of_the_application_arrive_while_ours_flow():
    exporter = Keeping(delay=0.002)
    room = 2 * 2048  # half of it is ours; the rest holds the application's even if nothing is sent
    provider = provider_of(BatchSpanProcessor(exporter, max_queue_size=room))
    tracer = provider.get_tracer("app")

    def application():
        for number in range(2000):
            tracer.start_span(f"own {number}").end()
            if not number % 50:
                run(0)
                threading.Event().wait(0.002)

    runs = 10_000 // SPANS + 1
    thread = threading.Thread(target=application)
    with profiled(provider):
        thread.start()
        run(runs)
        thread.join()
    provider.force_flush()
    own = {span.name for span in exporter.spans if span.instrumentation_scope.name == "app"}
    assert len(own) == 2000
    assert len([s for s in exporter.spans if s.name == "run Taxed"]) == runs


def test_we_never_fill_more_than_half_of_the_applications_queue():
    seen, stuck = [], threading.Event()

    class Stuck(Keeping):
        def export(self, spans):
            seen.append(len(processor._batch_processor._queue))
            stuck.wait(HANG)
            return super().export(spans)

    processor = BatchSpanProcessor(Stuck(), max_queue_size=1000, max_export_batch_size=100)
    with profiled(provider_of(processor), exit_ms=100):
        run(500)
        eventually(lambda: len(processor._batch_processor._queue) == 500)
        run(500)
        otel.flush(0.1)
        assert len(processor._batch_processor._queue) == 500
    stuck.set()
    processor.shutdown()
    assert max(seen) <= 500


def test_an_exporter_that_raises_harms_nothing(tmp_path, caplog):
    path = tmp_path / "p.jsonl"
    with otel.profile(exporters=[Keeping(error=OSError("down"))], file=path, ops=True):
        run(3)
    events = read(path)
    assert len(of(events, "vm_run")) == 3
    lost = events[-1]["dropped"]["export_failed"]
    assert lost >= 3 * SPANS
    said = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert said[0].startswith("profiling failed while sending spans to Keeping")
    assert said[1:] == [f"{lost} spans were not sent: Keeping: export_failed {lost}"]


def test_an_exporter_that_is_stuck_holds_up_neither_the_file_nor_another_exporter(tmp_path):
    path, written = tmp_path / "p.jsonl", threading.Event()

    class Stuck(Keeping):
        def export(self, spans):
            assert written.wait(HANG)
            return super().export(spans)

    stuck, other = Stuck(), Keeping()
    with otel.profile(exporters=[stuck, other], file=path):
        run(3)
        eventually(lambda: path.exists() and len(of(read(path), "vm_run")) == 3)
        eventually(lambda: [s.name for s in other.spans].count("run Taxed") == 3)
        assert not otel.flush(0.1)
        assert not stuck.spans
        written.set()
    assert [s.name for s in stuck.spans].count("run Taxed") == 3
    assert stuck.closed
    assert other.closed


def test_exporters_given_are_ours_to_close():
    exporter = Keeping()
    with otel.profile(exporters=[exporter]):
        run()
    assert exporter.closed
    assert [s for s in exporter.spans if s.name == "run Taxed"]


# The environment's own exporter.


def test_an_endpoint_alone_is_a_destination(monkeypatch, caplog):
    caplog.set_level(logging.INFO, "kumi.otel")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop")
    with otel.profile(exit_ms=100):
        run()
    assert "traces go as blocks, directly, to KumiOTLPSpanExporter" in caplog.text


def test_a_configuration_file_replaces_the_variables(monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_CONFIG_FILE", "otel.yaml")
    with otel.profile(file=tmp_path / "p.jsonl"):
        run()
    assert "OTEL_CONFIG_FILE is set, but no tracer provider" in caplog.text
    assert read(tmp_path / "p.jsonl")[-1]["dropped"] == {}


def test_no_exporter_is_no_destination(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    with otel.profile():
        run()
    assert "nothing is profiled" in caplog.text


def test_an_exporter_that_is_not_there_is_one_warning(monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkinn")
    with otel.profile(file=tmp_path / "p.jsonl"):
        run()
    assert of(read(tmp_path / "p.jsonl"), "vm_run")
    assert "no exporter is called 'zipkinn'" in caplog.text


def test_results_are_the_same_whatever_becomes_of_the_spans():
    with otel.profile(exporters=[Keeping(error=RuntimeError())], ops=True, stream=True):
        assert Taxed.run(amount=3.0, rate=0.5).to_dict() == {"tax": 1.5, "total": 4.5}
