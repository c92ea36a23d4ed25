"""Runs through OpenTelemetry's own OTLP exporters, over HTTP and gRPC, to receivers on real sockets.

`make lanes` runs these under five versions of OpenTelemetry.
"""

import gzip
import os
import socket
import sys
import threading
import time

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from otel_subjects import (
    SPANS,
    batched,
    eventually,
    of,
    profiled,
    provider_of,
    python,
    read,
    run,
)
from otlp_receivers import http_receiver
from patience import HANG
from stock_subjects import SDK, Grpc, Http, of_runs

import kumi
from kumi import otel

RESOURCE = Resource({"service.name": "shop", "shop.till": 7})


class Doubled(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[int]

    twice = kumi.value(Input.x * 2)


def lost_in(path):
    return read(path)[-1]["dropped"]


# Nothing is lost, and nothing comes twice.


@pytest.mark.parametrize("processor", [BatchSpanProcessor, SimpleSpanProcessor])
def test_trees_arrive_whole_below_the_application_s_span(stock, received, processor, said):
    provider = provider_of(processor(stock.exporter(received)), resource=RESOURCE)
    with profiled(provider), provider.get_tracer("app").start_as_current_span("request"):
        run(50)
        Doubled.run(x=3)
    provider.force_flush()

    spans = received.spans()
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    (request,) = [span for span in spans if span.name == "request"]
    assert {span.trace_id for span in of_runs(received)} == {request.trace_id}
    assert all(span.parent_span_id in by_id for span in of_runs(received))
    below = [span.name for span in spans if span.parent_span_id == request.span_id]
    assert below.count("run Taxed") == 50
    assert below.count("run Doubled") == 1
    (line,) = said()
    assert line.startswith("traces go as ready bytes, through the application's ")
    assert line.endswith(f"OTLPSpanExporter at {stock.exporter(received)._endpoint}")


def test_they_have_the_provider_s_resource_and_our_scope(stock, received):
    provider = batched(stock.exporter(received), resource=RESOURCE)
    with profiled(provider):
        run()
    provider.force_flush()

    for group in received.resource_spans():
        found = {each.key: each.value for each in group.resource.attributes}
        assert found["service.name"].string_value == "shop"
        assert found["shop.till"].int_value == 7
        assert {scope.scope.name for scope in group.scope_spans} == {"kumi"}


def test_the_application_s_own_spans_all_arrive_while_ours_flow(stock, received):
    processor = BatchSpanProcessor(
        stock.exporter(received), schedule_delay_millis=1, max_export_batch_size=16
    )
    provider = provider_of(processor)
    tracer = provider.get_tracer("app")

    def application():
        for number in range(300):
            tracer.start_span(f"own {number}").end()
            time.sleep(0.001)

    runs, thread = 0, threading.Thread(target=application)
    with profiled(provider):
        thread.start()
        while thread.is_alive():
            run(20)
            runs += 20
            time.sleep(0.01)
    provider.force_flush()

    names = [span.name for span in received.spans()]
    own = [name for name in names if name.startswith("own")]
    assert len(own) == len(set(own)) == 300
    ids = [span.span_id for span in received.spans()]
    assert len(ids) == len(set(ids))
    assert names.count("run Taxed") == runs


def test_a_run_of_many_operations_goes_in_messages_that_receivers_take(stock, received, tmp_path):
    path = tmp_path / "p.jsonl"
    with profiled(batched(stock.exporter(received)), file=path):
        run(3_000)
    assert len(of_runs(received)) == 3_000 * SPANS
    assert max(message.ByteSize() for message in received.messages) <= 4 << 20
    spans = read(path)[-1]["spans"]
    assert spans["sent"] + spans["handed"] == spans["sampled"]
    assert spans["sent"] == 3_000 * SPANS


@pytest.mark.skipif(SDK < (1, 34), reason="the batch processor of this SDK has no lock to hold")
def test_exports_of_a_batch_processor_and_ours_do_not_overlap(stock, received):
    calls, most = [], []

    class Counted(type(received.answers)):
        """Asked for by the receiver in the middle of each call."""

        def __bool__(self):
            calls.append(None)
            most.append(len(calls))
            time.sleep(0.01)
            calls.pop()
            return False

    received.answers = Counted()
    processor = BatchSpanProcessor(
        stock.exporter(received), schedule_delay_millis=1, max_export_batch_size=1
    )
    provider = provider_of(processor)
    with profiled(provider, stream=True):
        for _ in range(20):
            provider.get_tracer("app").start_span("own").end()
            run()
    provider.force_flush()
    assert [span.name for span in received.spans()].count("own") == 20
    assert set(most) == {1}


def test_the_application_s_exporter_stays_as_it_was(stock, received):
    exporter = stock.exporter(received)
    before = {name: id(value) for name, value in vars(exporter).items()}
    with profiled(batched(exporter)):
        run(3)
    assert {name: id(value) for name, value in vars(exporter).items()} == before
    assert type(exporter) is stock.kind


# The exporter's own ways: headers, compression, retries, sizes, metrics.


@pytest.mark.parametrize("compression", ["NoCompression", "Gzip", "Deflate"])
def test_headers_and_compression_are_the_exporter_s(stock, received, compression):
    chosen = getattr(Compression if stock is Http else grpc.Compression, compression)
    exporter = stock.exporter(received, headers={"x-key": "secret"}, compression=chosen)
    with profiled(batched(exporter)):
        run(40)
    assert len(of_runs(received)) == 40 * SPANS
    for each in received.headers:
        got = each if stock is Grpc else {key.lower(): value for key, value in each[1].items()}
        assert got["x-key"] == "secret"
        if stock is Http:
            expected = None if compression == "NoCompression" else compression.lower()
            assert got.get("content-encoding") == expected
            assert got["content-type"] == "application/x-protobuf"


def test_compression_is_what_the_exporter_s_own_spans_get():
    with http_receiver() as received:
        exporter = Http.exporter(received, compression=Compression.Gzip)
        with profiled(batched(exporter)):
            run(100)
        bodies = [body for _, _, body in received.headers]
        assert sum(map(len, bodies)) < sum(len(gzip.decompress(body)) for body in bodies) / 3


def test_what_is_unavailable_at_first_is_tried_again(stock, received, tmp_path):
    path = tmp_path / "p.jsonl"
    received.answers.append(stock.unavailable)
    with profiled(batched(stock.exporter(received)), file=path):
        run(5)
    assert len(of_runs(received)) == 5 * SPANS
    assert lost_in(path) == {}


def test_both_are_tried_again_while_the_other_exports(stock, received):
    """The gRPC exporter closes its channel and opens another when a receiver is unavailable."""
    processor = BatchSpanProcessor(
        stock.exporter(received), schedule_delay_millis=1, max_export_batch_size=1
    )
    provider = provider_of(processor)
    with profiled(provider, stream=True):
        for number in range(10):
            if number in {2, 5}:
                received.answers.append(stock.unavailable)
            provider.get_tracer("app").start_span("own").end()
            run()
    provider.force_flush()
    assert [span.name for span in received.spans()].count("own") == 10
    assert len(of_runs(received)) == 10 * SPANS


@pytest.mark.skipif(SDK < (1, 45), reason="the exporters of this version have no size to be told")
def test_messages_are_no_larger_than_the_exporter_was_told():
    with http_receiver() as received:
        exporter = Http.exporter(received, max_request_size=50_000)
        with profiled(batched(exporter)):
            run(200)
        assert len(of_runs(received)) == 200 * SPANS
        assert max(len(body) for _, _, body in received.headers) <= 50_000


@pytest.mark.skipif(SDK < (1, 45), reason="the exporters of this version have no metrics")
def test_the_exporter_s_own_metrics_count_our_spans(stock, received, monkeypatch):
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    monkeypatch.setenv("OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", "true")
    reader = InMemoryMetricReader()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    provider = batched(stock.exporter(received, meter_provider=meters))
    with profiled(provider):
        run(7)
    provider.force_flush()
    counted = [
        point.value
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "otel.sdk.exporter.span.exported"
        for point in metric.data.data_points
    ]
    assert sum(counted) == len(received.spans())


# What cannot be sent is counted, and said.


def test_a_receiver_that_is_down_is_counted_and_said(tmp_path, caplog):
    path = tmp_path / "p.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://user:word@127.0.0.1:{closed.getsockname()[1]}/v1/traces?token=1"
    exporter = over_http.OTLPSpanExporter(endpoint, timeout=1)
    with profiled(batched(exporter), file=path):
        run(4)
    assert lost_in(path) == {"export_failed": 4 * SPANS}
    shown = endpoint.replace("user:word@", "").removesuffix("?token=1")
    said = [each.getMessage() for each in caplog.records if each.name == "kumi.otel"]
    (line,) = [one for one in said if "were not sent" in one and shown in one]
    assert line.startswith(f"{4 * SPANS} spans were not sent: {shown} (")
    assert "ConnectionError" in line or "the exporter's own log says why" in line


def test_what_a_receiver_refuses_is_counted(stock, received, tmp_path):
    path = tmp_path / "p.jsonl"
    exporter = stock.exporter(received)
    with profiled(batched(exporter), file=path):
        received.answers.append(stock.refused)
        run(4)
        otel.flush(HANG)
        run(3)
    assert lost_in(path) == {"export_failed": 4 * SPANS}
    assert len(of_runs(received)) == 3 * SPANS


def test_the_provider_s_shutdown_takes_our_spans_first_and_none_after(stock, received, tmp_path):
    path = tmp_path / "p.jsonl"
    provider = batched(stock.exporter(received))
    with profiled(provider, file=path):
        run(3)
        provider.shutdown()
        assert len(of_runs(received)) == 3 * SPANS
        run(2)
    assert lost_in(path) == {"already_shutdown": 2 * SPANS}


def test_an_exporter_that_was_shut_down_takes_no_more(stock, received, tmp_path):
    path = tmp_path / "p.jsonl"
    exporter = stock.exporter(received)
    with profiled(batched(exporter), file=path):
        run(3)
        assert otel.flush(HANG)
        exporter.shutdown()
        run(2)
    assert len(of_runs(received)) == 3 * SPANS
    assert lost_in(path) == {"export_failed": 2 * SPANS}


def test_behind_an_export_that_hangs_nothing_else_does(deaf, tmp_path):
    path = tmp_path / "p.jsonl"
    exporter = over_http.OTLPSpanExporter(f"{deaf}/v1/traces", timeout=5)
    provider = provider_of(BatchSpanProcessor(exporter, schedule_delay_millis=1))
    with profiled(provider, file=path, exit_ms=200):
        provider.get_tracer("app").start_span("own").end()
        run(3)
    assert lost_in(path) == {"traces_exit": 3 * SPANS}
    eventually(lambda: "kumi-traces" not in {thread.name for thread in threading.enumerate()})


FORKED = """
import os, sys
import concurrent.futures.thread
sys.path[:0] = {folders!r}
from opentelemetry.exporter.otlp.proto.{protocol}.trace_exporter import OTLPSpanExporter
from otel_subjects import batched, profiled, run
from kumi import otel
if __name__ == "__main__":
    provider = batched(OTLPSpanExporter({endpoint!r}))
    with profiled(provider, file="p.jsonl"):
        run()
        otel.flush({patience})  # the processor, too, has sent what compiling took
        for _ in range(3):
            run(1000)
            {settled} and otel.flush({patience})
            child = os.fork()
            if not child:
                run(10)
                os._exit(0 if otel.flush({patience}) else 3)
            assert os.waitpid(child, 0)[1] == 0
"""
"""A process whose children run as well: over gRPC, while it exports.

Over HTTP not: an idle connection is the parent's and the child's, as it is for the exporter's own.
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_sends_its_own(stock, received, tmp_path):
    folders = [path for path in sys.path if "/tests" in path]
    endpoint = stock.exporter(received)._endpoint
    script = FORKED.format(
        folders=folders,
        patience=HANG,
        settled=stock is Http,
        protocol="http" if stock is Http else "grpc",
        endpoint=endpoint if stock is Http else f"http://{endpoint}",
    )
    done = python(script, tmp_path)
    assert done.returncode == 0, done.stderr
    names = [span.name for span in received.spans()]
    assert names.count("run Taxed") == 1 + 3 * (1000 + 10)
    assert len({span.span_id for span in received.spans()}) == len(names)


def test_a_provider_that_appears_late_takes_over(stock, received, set_provider, said, tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, stream=True):
        run()
        set_provider(batched(stock.exporter(received)))
        run(2)  # the first one notices
        run(3)
    assert 3 <= [span.name for span in received.spans()].count("run Taxed") <= 5
    assert len(of(read(path), "vm_run")) == 6
    assert [line.split(",")[0] for line in said()] == ["traces go as ready bytes"]


def test_exporters_that_were_given_get_ready_bytes_too(stock, received, said):
    with otel.profile(exporters=[stock.exporter(received)], ops=True):
        run(3)
    assert len(of_runs(received)) == 3 * SPANS
    assert said()[0].startswith("traces go as ready bytes, directly, to OTLPSpanExporter at ")
