"""The application's logging handlers may run a schema, whatever we have to say."""

import logging
import threading

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from otel_subjects import (
    Keeping,
    Taxed,
    batched,
    of,
    provider_of,
    read,
    run,
)
from patience import HANG

import kumi
from kumi import otel


class Running(logging.Handler):
    """Runs a schema for each message `mine`, once another thread is `ready`; its lock is held."""

    def __init__(self):
        super().__init__()
        self.inside, self.ready = threading.Event(), threading.Event()

    def emit(self, record):
        if record.getMessage() == "mine":
            self.inside.set()
            self.ready.wait(HANG)
            run()


@pytest.fixture
def handler():
    handler, root = Running(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_logging_handler_may_run_a_schema_while_a_write_fails(tmp_path, handler):
    """The thread whose write fails logs that, and waits for the handler: not with our lock."""
    exporter = otel.JsonlSpanExporter("/proc/there/is/no/such.jsonl")
    provider = provider_of(SimpleSpanProcessor(exporter))

    def fail():
        handler.inside.wait(HANG)
        tracer = provider.get_tracer("mine")
        threading.Timer(0.05, handler.ready.set).start()
        with tracer.start_as_current_span("lost"):
            pass

    with otel.profile(file=tmp_path / "p.jsonl", stream=True):
        run()
        other = threading.Thread(target=fail)
        other.start()
        logging.getLogger().warning("mine")
        other.join()
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


def test_a_logging_handler_may_run_a_schema_while_another_thread_begins(tmp_path, handler):
    """That thread says where traces go."""
    provider = batched(Keeping())

    def begin():
        handler.inside.wait(HANG)
        threading.Timer(0.05, handler.ready.set).start()
        run()

    kumi.compile(Taxed)
    with otel.profile(tracer_provider=provider, file=tmp_path / "p.jsonl"):
        other = threading.Thread(target=begin)
        other.start()
        logging.getLogger().warning("mine")
        other.join()
    events = read(tmp_path / "p.jsonl")
    assert (len(of(events, "vm_run")), events[-1]["dropped"]) == (2, {})


def test_the_last_line_names_a_destination_without_its_password(caplog):
    exporter = otel.KumiOTLPSpanExporter("http://alice:hunter2@127.0.0.1:1/v1/traces", timeout=0.2)
    with otel.profile(exporters=[exporter]):
        run()
    said = [record.getMessage() for record in caplog.records]
    assert any("spans were not sent: http://127.0.0.1:1/v1/traces" in line for line in said)
    assert "hunter2" not in caplog.text
