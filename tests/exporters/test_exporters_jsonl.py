"""The JSONL exporter: behind any processor, and for blocks."""

import json
import os

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from span_blocks import RESOURCE, block, failed, laid_out

from kumi_exporters.eventfile.event_file import EventFile
from kumi_exporters.jsonl import JsonlSpanExporter

LINE = b'{"event":"vm_run","schema":"S"}\n'
OK, FAILED = SpanExportResult.SUCCESS, SpanExportResult.FAILURE


@pytest.fixture(autouse=True)
def there(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def events(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_bare_it_writes_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("KUMI_PROFILE_FILE", str(tmp_path / "p" / "{pid}.jsonl"))
    JsonlSpanExporter().export_blocks([block(runs=1)])
    assert len(events(tmp_path / "p" / f"{os.getpid()}.jsonl")) == 17

    monkeypatch.delenv("KUMI_PROFILE_FILE")
    JsonlSpanExporter().export_blocks([block(runs=1)])
    assert len(events(tmp_path / "kumi-spans.jsonl")) == 17


def test_ordinary_spans_behind_a_batch_processor(tmp_path):
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(JsonlSpanExporter(tmp_path / "p.jsonl")))
    tracer = provider.get_tracer("shop")
    for number in range(700):
        tracer.start_span(f"own {number}").end()
    provider.shutdown()
    written = events(tmp_path / "p.jsonl")

    assert {event["event"] for event in written} == {"span"}
    assert sorted(event["name"] for event in written) == sorted(f"own {n}" for n in range(700))
    assert written[0]["resource"]["service.name"] == "shop"


def test_each_program_is_described_once_before_its_first_run(tmp_path):
    exporter = JsonlSpanExporter(tmp_path / "p.jsonl")
    first, second = laid_out(key="1"), laid_out(key="2")
    for made in (block(first, 2), block(second, 1), block(first, 1), failed(second)):
        assert exporter.export_blocks([made]) == made.span_count
    kinds = [(event["event"], event.get("program")) for event in events(tmp_path / "p.jsonl")]
    programs = [at for at, kind in enumerate(kinds) if kind[0] == "program"]

    assert [kinds[at][1] for at in programs] == ["1", "2"]
    assert kinds[programs[0] + 1] == ("vm_run", "1")
    assert kinds[programs[1] + 1] == ("vm_run", "2")


def test_a_child_describes_its_programs_itself(tmp_path):
    exporter = JsonlSpanExporter(tmp_path / "p.jsonl")
    exporter.export_blocks([block(runs=1)])
    child = os.fork()
    if not child:
        os._exit(0 if exporter.export_blocks([block(runs=1)]) else 1)
    assert os.waitpid(child, 0)[1] == 0
    kinds = [event["event"] for event in events(tmp_path / "p.jsonl")]

    assert kinds.count("program") == 2
    assert kinds.count("vm_run") == 2


def test_trouble_is_failure_and_never_an_exception(tmp_path, caplog):
    assert JsonlSpanExporter("/dev/full").export_blocks([block(runs=1)]) == 0
    broken = block(runs=1)
    broken.readings = None
    assert JsonlSpanExporter(tmp_path / "p.jsonl").export_blocks([broken]) == 0
    assert JsonlSpanExporter(tmp_path / "p.jsonl").export([object()]) is FAILED
    assert len(caplog.messages) == 3


def test_after_shutdown_nothing_is_written(tmp_path):
    exporter = JsonlSpanExporter(tmp_path / "p.jsonl")
    exporter.export_blocks([block(runs=1)])
    exporter.shutdown()

    assert exporter.force_flush() is True
    assert exporter.export_blocks([block(runs=1)]) == 0
    assert len(events(tmp_path / "p.jsonl")) == 17


def test_the_profile_s_own_file_gets_ordinary_spans_only(tmp_path):
    profile = EventFile(tmp_path / "p.jsonl")
    profile.hold_profile()
    profile.write(LINE, 1)
    exporter = JsonlSpanExporter(tmp_path / "p.jsonl")
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("shop").start_span("own").end()

    assert exporter.export_blocks([block(runs=1)]) == 16
    assert [event["event"] for event in events(tmp_path / "p.jsonl")] == ["vm_run", "span"]


def test_a_second_exporter_on_a_file_appends(tmp_path):
    for _ in range(2):
        JsonlSpanExporter(tmp_path / "p.jsonl").export_blocks([block(runs=1)])

    assert len(events(tmp_path / "p.jsonl")) == 34
    assert len(list(tmp_path.iterdir())) == 1
