"""Our own health, under OpenTelemetry's names: the figures of the end of a profile, while it runs."""

import threading
from importlib import import_module

import pytest
from metric_subjects import FILE, OWNER, SENDER, flushed, in_memory, outcomes, read_by, values
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span
from otel_subjects import SPANS, Blocky, Keeping, batched, eventually, of, profiled, read, run
from patience import HANG

from kumi import otel
from kumi.otel.delivery import sender
from kumi_exporters.otlp import KumiOTLPSpanExporter

PROCESSED, EXPORTED = "otel.sdk.processor.span.processed", "otel.sdk.exporter.span.exported"
SIZE, CAPACITY = "otel.sdk.processor.span.queue.size", "otel.sdk.processor.span.queue.capacity"
KEEPING = f"{Keeping.__module__}.Keeping"


@pytest.fixture(autouse=True)
def compiled():
    """What is compiled for the first time is a span, too: not here."""
    for ops in (False, True):
        with otel.profile(exporters=[Keeping()], ops=ops):
            run()


def component(kind, number=0, error=None):
    return kind, f"{kind}/{number}", error


def levels(metrics, what):
    return values(metrics[what], "otel.component.type")


@pytest.mark.parametrize("name", [OWNER, SENDER, FILE])
def test_a_component_is_called_what_its_type_is(name):
    module, _, kind = name.rpartition(".")
    assert isinstance(getattr(import_module(module), kind), type)


def test_a_file_and_an_exporter_of_our_own(tmp_path):
    provider, reader = in_memory()
    with otel.profile(
        file=tmp_path / "p.jsonl", exporters=[Keeping(), Blocky()], ops=True,
        meter_provider=provider,
    ):  # fmt: skip
        run(100)
        flushed()
        found = read_by(reader)
    spans = 100 * SPANS
    assert outcomes(found, PROCESSED) == {
        component(OWNER): spans, component(SENDER, 0): spans, component(SENDER, 1): spans,
    }  # fmt: skip
    assert outcomes(found, EXPORTED) == {
        component(FILE): spans, component(KEEPING): spans,
        component(f"{Blocky.__module__}.Blocky"): spans,
    }  # fmt: skip
    assert levels(found, SIZE) == {(OWNER,): 0, (SENDER,): 0}
    assert levels(found, CAPACITY)[SENDER,] == sender.MOST_SPANS
    assert levels(found, CAPACITY)[OWNER,] >= 2000 * SPANS


def test_what_is_folded_does_not_wait_and_its_summaries_are_sent():
    provider, reader = in_memory()
    context = SpanContext(0xABC, 0xDEF, False, TraceFlags(1))
    with (
        otel.profile(exporters=[Keeping()], ops=True, max_spans=SPANS, meter_provider=provider),
        use_span(NonRecordingSpan(context)),
    ):
        run(10)
        flushed()
        found = read_by(reader)
    assert outcomes(found, PROCESSED)[component(SENDER)] == SPANS + 8  # two LoadInputs are one
    assert levels(found, SIZE) == {(OWNER,): 0, (SENDER,): 0}


def test_two_exporters_of_one_type_have_numbers():
    provider, reader = in_memory()
    with otel.profile(exporters=[Keeping(), Keeping()], meter_provider=provider):
        run()
        flushed()
        found = read_by(reader)
    assert outcomes(found, EXPORTED) == {component(KEEPING, 0): 4, component(KEEPING, 1): 4}


def test_what_a_processor_of_the_applications_is_given_it_counts_itself():
    provider, reader = in_memory()
    with profiled(batched(Keeping()), meter_provider=provider):
        run(3)
        flushed()
        found = read_by(reader)
    assert outcomes(found, PROCESSED)[component(SENDER)] == 3 * SPANS
    assert outcomes(found, EXPORTED) == {}


class Refusing(Keeping):
    def export(self, spans):
        return SpanExportResult.FAILURE


def test_what_an_exporter_refuses():
    provider, reader = in_memory()
    with otel.profile(exporters=[Refusing()], meter_provider=provider):
        run(3)
        flushed()
        found = read_by(reader)
    name = f"{Refusing.__module__}.Refusing"
    assert outcomes(found, EXPORTED) == {component(name, 0, "export_failed"): 12}
    assert outcomes(found, PROCESSED)[component(SENDER)] == 12


def test_what_a_dead_collector_does_not_get(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider):
        run(3)
        flushed()
        found = read_by(reader)
    name = f"{KumiOTLPSpanExporter.__module__}.KumiOTLPSpanExporter"
    assert outcomes(found, EXPORTED) == {component(name, 0, "export_failed"): 12}


class Held(Keeping):
    """An exporter that hangs until it is let go."""

    def __init__(self):
        super().__init__()
        self.is_in, self.may_go = threading.Event(), threading.Event()

    def export(self, spans):
        self.is_in.set()
        assert self.may_go.wait(HANG)
        return super().export(spans)


def test_a_full_queue_drops_and_says_so_while_it_is_full(monkeypatch):
    monkeypatch.setattr(sender, "MOST_SPANS", 100)
    provider, reader = in_memory()
    held = Held()
    with otel.profile(exporters=[held], meter_provider=provider, block_ms=10):
        run(10)
        assert held.is_in.wait(HANG)
        for _ in range(8):
            run(20)
            eventually(lambda: levels(read_by(reader), SIZE)[OWNER,] == 0)
        found = read_by(reader)
        dropped = outcomes(found, PROCESSED)[component(SENDER, 0, "queue_full")]
        assert dropped >= 300
        assert levels(found, SIZE)[SENDER,] == 4 * 170 - 40 - dropped
        held.may_go.set()
        flushed()
        found = read_by(reader)
    assert outcomes(found, PROCESSED)[component(SENDER)] == 4 * 170 - dropped
    assert levels(found, SIZE)[SENDER,] == 0


def test_runs_that_found_no_room(tmp_path, monkeypatch):
    from kumi.otel.recording import channel

    monkeypatch.setattr(channel, "_MOST_RUNS", 10)
    provider, reader = in_memory()
    held = Slow()
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider, block_ms=0):
        held.hold(otel)
        run(100)
        held.may_go.set()
        flushed()
        found = read_by(reader)
    end = of(read(tmp_path / "p.jsonl"), "profile_end")[-1]
    assert (
        outcomes(found, PROCESSED)[component(OWNER, 0, "queue_full")]
        == (end["dropped"]["queue_full"])
    )
    assert outcomes(found, PROCESSED)[component(OWNER)] == end["spans"]["written"]


class Slow:
    """Something that the owner is stuck in."""

    def __init__(self):
        self.is_in, self.may_go = threading.Event(), threading.Event()

    def hold(self, otel):
        from kumi import hooks

        run()
        flushed()

        def stuck():
            self.is_in.set()
            assert self.may_go.wait(HANG)

        hooks.watcher()._work.owner.tell(stuck)
        assert self.is_in.wait(HANG)


def test_a_file_that_may_not_grow(tmp_path):
    provider, reader = in_memory()
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider, max_bytes=20_000):
        run(1000)
        flushed()
        found = read_by(reader)
    end = of(read(tmp_path / "p.jsonl"), "profile_end")[-1]
    assert end["dropped"]["file_limit"] > 0
    assert outcomes(found, EXPORTED) == {
        component(FILE): end["spans"]["written"],
        component(FILE, 0, "file_limit"): end["dropped"]["file_limit"],
    }


def test_what_comes_after_the_applications_provider_was_shut_down():
    provider, reader = in_memory()
    traces = batched(Keeping())
    with profiled(traces, meter_provider=provider):
        run(2)
        traces.shutdown()
        run(3)
        flushed()
        found = read_by(reader)
    assert outcomes(found, PROCESSED)[component(SENDER, 0, "already_shutdown")] == 3 * SPANS
    assert outcomes(found, PROCESSED)[component(SENDER)] == 2 * SPANS


def test_a_route_that_changes_loses_no_count(tmp_path, set_provider):
    provider, reader = in_memory()
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider):
        for _ in range(2):
            run(5)
            flushed()
            set_provider(batched(Keeping())) if _ == 0 else None
        found = read_by(reader)
    assert outcomes(found, PROCESSED) == {component(OWNER): 40, component(SENDER): 20}


def test_when_it_is_over_totals_stay_and_no_queue_does():
    provider, reader = in_memory()
    for times in (2, 3):
        with otel.profile(exporters=[Keeping()], meter_provider=provider):
            run(times)
        found = read_by(reader)
        assert SIZE not in found
        assert CAPACITY not in found
        assert outcomes(found, EXPORTED) == {component(KEEPING): {2: 8, 3: 20}[times]}
