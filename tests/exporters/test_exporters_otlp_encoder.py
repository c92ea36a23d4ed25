"""Stamped messages say what the SDK's own encoder says, field by field."""

from dataclasses import replace

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState
from span_blocks import RESOURCE, at_random, block, failed, laid_out, long_program, program

from kumi.observations import Level
from kumi.spans.block import only_sampled, spans
from kumi.spans.origin import RootDecision
from kumi.spans.readable import to_readable
from kumi_exporters.encode.otlp_encoder import OtlpEncoder
from kumi_exporters.encode.otlp_record import otlp_record


def messages(made, encoder=None):
    encoder = encoder or OtlpEncoder()
    return [ExportTraceServiceRequest.FromString(bytes(part)) for part, _ in encoder.encode(made)]


def by_the_sdk(made):
    return encode_spans([to_readable(span, made.resource) for span in spans(only_sampled(made))])


def check(made, encoder=None):
    (message,) = messages(made, encoder)
    assert message == by_the_sdk(made)
    assert message.ByteSize() > 0


def parent(*, remote=False, sampled=True, state=None):
    flags = TraceFlags(3 if sampled else 2)
    states = TraceState(state) if state else None
    span = NonRecordingSpan(SpanContext(0xABC << 64, 0xDEF, remote, flags, states))
    return trace.set_span_in_context(span)


@pytest.mark.parametrize("level", [Level.DECLARATIONS, Level.OPERATIONS])
@pytest.mark.parametrize("odd", [False, True])
def test_a_block_of_roots(level, odd):
    check(block(laid_out(program(odd=odd), level), runs=5))


def test_nothing_stays_from_the_block_before():
    of, encoder = laid_out(), OtlpEncoder()
    for made in (block(of, 7), block(of, 3, context=parent()), failed(of), block(of, 9)):
        check(made, encoder)


def test_runs_below_local_and_remote_spans_and_at_the_root():
    check(block(runs=4, contexts=[parent(), None, parent(remote=True), parent()]))
    check(block(runs=2, contexts=[RootDecision(0x1234, 1, "", True), None]))


def test_runs_that_were_not_sampled_are_not_sent():
    contexts = [parent(), parent(sampled=False), None, RootDecision(0x99, 0, "", False)]
    made = block(runs=4, contexts=contexts)
    check(made)
    assert len(by_the_sdk(made).resource_spans[0].scope_spans[0].spans) == 2 * len(made.layout.rows)
    assert messages(block(runs=2, context=parent(sampled=False))) == []


@pytest.mark.parametrize("length", [1, 2, 57, 58, 59, 60, 121, 122, 123, 124, 125, 126, 250, 251])
def test_tracestates_of_every_length(length):
    states = [[("k", "v" * length)], None, [("a", "b"), ("c", "d" * (length // 2))]]
    check(block(runs=3, contexts=[parent(state=state) for state in states]))


@pytest.mark.parametrize(
    "cells", [0, 1, 127, 128, 2**14, 2**28, 2**35 + 1, 2**56 - 1, 2**56, 2**62]
)
def test_rows_of_every_size(cells):
    check(block(runs=2, sizes=[[cells], [3]]))


@pytest.mark.parametrize("step", [0.0, 1e-9, 0.1, 7200.0, 3_000_000.0])
def test_times(step):
    check(block(runs=3, step=step))
    check(at_random(laid_out(), 20))


@pytest.mark.parametrize("at", [0, (0, 1), 3, 7])
def test_failed_runs(at):
    check(failed(at=at))


def test_another_resource_is_another_envelope():
    of, encoder = laid_out(), OtlpEncoder()
    for resource in (RESOURCE, Resource({"a": "b" * 5000}), Resource({}, "https://example.org/1")):
        made = block(of, runs=2)
        made.resource = resource
        check(made, encoder)


def test_records_of_one_width():
    made = block(laid_out(program(odd=True)), runs=2)
    (message,) = messages(made)
    raw = message.SerializeToString()
    ((stamped, _),) = OtlpEncoder().encode(made)

    assert len(bytes(stamped)) > len(raw)  # the padding is there, and a parser drops it


def test_messages_stay_below_a_size_and_lose_nothing():
    made = block(laid_out(program(declarations=50)), runs=8)
    for odd in (made, failed(laid_out(program(declarations=50)), at=120)):
        encoder = OtlpEncoder(most_bytes=20_000)
        parts = [(bytes(part), count) for part, count in encoder.encode(odd)]
        assert max(len(part) for part, _ in parts) <= 20_000
        expected = by_the_sdk(odd).resource_spans[0]
        whole = ExportTraceServiceRequest()
        for part, count in parts:
            one = ExportTraceServiceRequest.FromString(part).resource_spans[0]
            assert one.resource == expected.resource
            assert len(one.scope_spans[0].spans) == count
            whole.MergeFromString(part)
        sent = [span for one in whole.resource_spans for span in one.scope_spans[0].spans]
        assert sent == list(expected.scope_spans[0].spans)
        assert len(parts) > 1


def test_more_than_65536_rows_take_further_prefixes_for_spans_and_parents():
    made = block(laid_out(long_program()), runs=1)
    sent = [
        span
        for message in messages(made)
        for one in message.resource_spans
        for span in one.scope_spans[0].spans
    ]
    ids = {span.span_id for span in sent}

    assert len(sent) == len(made.layout.rows) == len(ids)
    for at, span in enumerate(spans(made)):
        assert (span.span_id, span.parent_id or b"") == (sent[at].span_id, sent[at].parent_span_id)


def test_lists_that_are_equal_but_of_other_kinds_are_told_apart():
    whole = next(iter(spans(block(laid_out(program(), Level.OPERATIONS)))))
    for value in ((1, 2), (1.0, 2.0), (True, False), (1, 0)):
        span = replace(whole, attributes=(("seen", value),))
        expected = encode_spans([to_readable(span, RESOURCE)]).resource_spans[0].scope_spans[0]
        message = ScopeSpans.FromString(otlp_record(span, 0xFF))
        assert message.spans[0].attributes == expected.spans[0].attributes
