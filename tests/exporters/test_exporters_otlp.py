"""Blocks and ordinary spans over real sockets; retries, refusals and what the environment says."""

import gzip
import logging
import os
import time

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from otlp_receivers import grpc_receiver, http_receiver
from patience import HANG
from span_blocks import RESOURCE, block, laid_out, program

from kumi.spans.block import spans
from kumi.spans.readable import to_readable
from kumi_exporters.otlp import KumiOTLPSpanExporter
from kumi_exporters.transport.destination import from_environment

SPANS = 16  # of a run


@pytest.fixture(params=["http/protobuf", "grpc"])
def receiver(request, monkeypatch):
    opened = http_receiver() if request.param == "http/protobuf" else grpc_receiver()
    with opened as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.endpoint)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", request.param)
        received.protocol = request.param
        yield received


def test_a_block_arrives_as_the_sdk_would_have_sent_it(receiver):
    exporter, made = KumiOTLPSpanExporter(), block(runs=5)

    assert exporter.export_blocks([made]) == made.span_count == 80
    (message,) = receiver.messages
    assert message == encode_spans([to_readable(span, RESOURCE) for span in spans(made)])


def test_ordinary_spans_arrive_through_any_processor(receiver):
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(KumiOTLPSpanExporter()))
    with provider.get_tracer("shop").start_as_current_span("request") as span:
        span.add_event("half way")
    provider.shutdown()

    (sent,) = receiver.spans()
    assert (sent.name, sent.events[0].name) == ("request", "half way")


def test_headers_go_along(receiver, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=abc,x-tenant=a%20b")
    KumiOTLPSpanExporter().export_blocks([block(runs=1)])
    (seen,) = receiver.headers
    sent = seen if receiver.protocol == "grpc" else {k.lower(): v for k, v in seen[1].items()}

    assert (sent["x-token"], sent["x-tenant"]) == ("abc", "a b")


def test_a_receiver_that_is_busy_is_asked_again(receiver):
    busy = 503 if receiver.protocol == "http/protobuf" else grpc.StatusCode.UNAVAILABLE
    receiver.answers = [busy]

    assert KumiOTLPSpanExporter().export_blocks([block(runs=1)]) == SPANS
    assert len(receiver.headers) == 2


def test_a_receiver_that_says_no_is_not_asked_again(receiver, caplog):
    no = 401 if receiver.protocol == "http/protobuf" else grpc.StatusCode.UNAUTHENTICATED
    receiver.answers = [no, no]
    exporter = KumiOTLPSpanExporter()

    assert exporter.export_blocks([block(runs=1)]) == 0
    assert exporter.export_blocks([block(runs=1)]) == 0
    assert len(receiver.headers) == 2
    assert len(caplog.messages) == 1
    assert receiver.endpoint in caplog.text


def test_refused_spans_of_a_message_are_said_once_and_not_counted(receiver, caplog):
    receiver.response.partial_success.rejected_spans = 3
    receiver.response.partial_success.error_message = "too old"
    exporter = KumiOTLPSpanExporter()
    for _ in range(3):
        assert exporter.export_blocks([block(runs=1)]) == SPANS - 3
    ordinary = [to_readable(span, RESOURCE) for span in spans(block(runs=1))]
    assert exporter.export(ordinary) is SpanExportResult.FAILURE

    assert [m for m in caplog.messages if "too old" in m] == caplog.messages
    assert len(caplog.messages) == 1


def test_of_a_block_in_several_messages_those_that_arrived_count(receiver):
    no = 400 if receiver.protocol == "http/protobuf" else grpc.StatusCode.INVALID_ARGUMENT
    large = block(laid_out(program(declarations=2000)), runs=8)
    exporter = KumiOTLPSpanExporter()
    assert exporter.export_blocks([large]) == large.span_count
    parts = [len(message.resource_spans[0].scope_spans[0].spans) for message in receiver.messages]
    assert len(parts) > 1

    receiver.answers = [no]
    assert exporter.export_blocks([large]) == sum(parts[1:])


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_nobody_there_is_a_failure_within_the_timeout(protocol, caplog):
    exporter = KumiOTLPSpanExporter("http://127.0.0.1:9/v1/traces", protocol=protocol, timeout=0.5)
    begun = time.monotonic()

    assert exporter.export_blocks([block(runs=1)]) == 0
    assert time.monotonic() - begun < HANG / 5  # HANG is what the environment says
    assert len(caplog.messages) == 1


def test_nothing_is_sent_after_shutdown(receiver):
    exporter = KumiOTLPSpanExporter()
    exporter.shutdown()

    assert exporter.export_blocks([block(runs=1)]) == 0
    assert receiver.messages == []


def test_a_forked_child_sends_by_a_connection_of_its_own():
    with http_receiver() as received:
        exporter = KumiOTLPSpanExporter(f"{received.endpoint}/v1/traces")
        assert exporter.export_blocks([block(runs=1)]) == SPANS
        child = os.fork()
        if not child:
            os._exit(0 if exporter.export_blocks([block(runs=1)]) == SPANS else 1)
        assert os.waitpid(child, 0)[1] == 0

        ids = {span.span_id for span in received.spans()}
        assert len(ids) == len(received.spans())


def test_compressed_messages(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    with http_receiver() as received:
        exporter = KumiOTLPSpanExporter(f"{received.endpoint}/v1/traces")
        assert exporter.export_blocks([block(runs=2)]) == 2 * SPANS
        ((path, headers, body),) = received.headers

    assert (path, headers["Content-Encoding"]) == ("/v1/traces", "gzip")
    message = ExportTraceServiceRequest.FromString(gzip.decompress(body))
    assert len(message.resource_spans) == 1


@pytest.mark.parametrize(
    ("variables", "endpoint", "protocol"),
    [
        ({}, "http://localhost:4318/v1/traces", "http/protobuf"),
        ({"ENDPOINT": "http://c:4318/"}, "http://c:4318/v1/traces", "http/protobuf"),
        ({"ENDPOINT": "http://c:4317"}, "http://c:4317", "grpc"),
        ({"ENDPOINT": "c:4317"}, "c:4317", "grpc"),
        ({"PROTOCOL": "grpc"}, "http://localhost:4317", "grpc"),
        ({"TRACES_ENDPOINT": "http://t/x", "ENDPOINT": "http://c"}, "http://t/x", "http/protobuf"),
        ({"TRACES_PROTOCOL": "grpc", "PROTOCOL": "http/protobuf"}, "http://localhost:4317", "grpc"),
        ({"ENDPOINT": "http://c:443"}, "http://c:443/v1/traces", "http/protobuf"),
    ],
)
def test_where_to_and_how(monkeypatch, caplog, variables, endpoint, protocol):
    for name, value in variables.items():
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}", value)
    found = from_environment()

    assert (found.endpoint, found.protocol) == (endpoint, protocol)
    assert caplog.messages == []


@pytest.mark.parametrize(
    "variables",
    [
        {"ENDPOINT": "http://c:4318", "PROTOCOL": "grpc"},
        {"ENDPOINT": "http://c:4317", "PROTOCOL": "http/protobuf"},
        {"PROTOCOL": "http/json"},
        {"TIMEOUT": "soon"},
        {"COMPRESSION": "zip"},
        {"ENDPOINT": "localhost:4318"},
    ],
)
def test_what_does_not_fit_together_is_one_warning(monkeypatch, caplog, variables):
    caplog.set_level(logging.WARNING)
    for name, value in variables.items():
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}", value)
    from_environment()

    assert len(caplog.messages) == 1
