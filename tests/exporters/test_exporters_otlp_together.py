"""Blocks of several programs in one message."""

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp_receivers import grpc_receiver, http_receiver
from span_blocks import block, failed, laid_out, program

from kumi.spans.block import spans
from kumi.spans.readable import to_readable
from kumi_exporters.encode.otlp_encoder import OtlpEncoder
from kumi_exporters.otlp import KumiOTLPSpanExporter

FEW, MANY = laid_out(), laid_out(program(declarations=50))


def sent(messages):
    return [
        span
        for message in messages
        for group in message.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]


def by_the_sdk(blocks):
    ordinary = [[to_readable(span, one.resource) for span in spans(one)] for one in blocks]
    return sent(encode_spans(each) for each in ordinary)


@pytest.mark.parametrize("receiver", [http_receiver, grpc_receiver])
def test_programs_and_failures_are_one_request(receiver):
    blocks = [block(FEW, 3), failed(MANY), block(MANY, 2), block(FEW, 5), failed(FEW)]
    with receiver() as received:
        path = "/v1/traces" if receiver is http_receiver else ""
        protocol = "http/protobuf" if path else "grpc"
        exporter = KumiOTLPSpanExporter(received.endpoint + path, protocol=protocol)
        assert exporter.export_blocks(blocks) == sum(one.span_count for one in blocks)
        (message,) = received.messages
    assert sent([message]) == by_the_sdk(blocks)


def test_messages_of_many_blocks_stay_below_a_size_and_lose_nothing():
    blocks = [block(FEW, 3), block(MANY, 8), block(FEW, 9), failed(MANY), block(MANY, 1)]
    parts = list(OtlpEncoder(most_bytes=20_000).together(blocks))
    messages = [ExportTraceServiceRequest.FromString(part) for part, _ in parts]

    assert max(len(part) for part, _ in parts) <= 20_000
    assert [count for _, count in parts] == [len(sent([message])) for message in messages]
    assert sent(messages) == by_the_sdk(blocks)


def test_a_hundred_programs_are_one_request():
    blocks = [block(laid_out(program()), 2) for _ in range(100)]
    ((_, count),) = OtlpEncoder().together(blocks)
    assert count == sum(one.span_count for one in blocks)


def test_no_blocks_are_no_request():
    assert list(OtlpEncoder().together([])) == []
