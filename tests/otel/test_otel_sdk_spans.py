"""Blocks as the SDK's spans: whole blocks at once, and span by span, give the same."""

import pytest
from opentelemetry import trace
from otel_subjects import Blocky, Taxed, run

import kumi
from kumi import otel
from kumi.otel.delivery.sdk_spans import sdk_spans
from kumi.spans.block import spans
from kumi.spans.readable import to_readable

PARENT = trace.SpanContext(
    0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(1),
    trace_state=trace.TraceState([("vendor", "x")]),
)  # fmt: skip


class Lines(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]

    total = kumi.value(Input.prices.sum())


def blocks(ops, *work):
    exporter = Blocky()
    with otel.profile(exporters=[exporter], ops=ops):
        for each in work:
            each()
    return exporter.blocks


def under_a_parent():
    with trace.use_span(trace.NonRecordingSpan(PARENT)):
        run(2)


def failing():
    with pytest.raises(kumi.InputError):
        Taxed.run(amount="x", rate=1.0)


@pytest.mark.parametrize("ops", [True, False])
@pytest.mark.parametrize(
    "work",
    [lambda: run(3), under_a_parent, failing, lambda: Lines.run(prices=[1.0, 2.0])],
    ids=["roots", "children", "failed", "arrays"],
)
def test_all_at_once_is_one_by_one(ops, work):
    for block in blocks(ops, work):
        at_once = list(sdk_spans(block))
        one_by_one = [to_readable(span, block.resource) for span in spans(block)]
        assert [each.to_json() for each in at_once] == [each.to_json() for each in one_by_one]
        for ours, theirs in zip(at_once, one_by_one, strict=True):
            assert ours.context == theirs.context
            assert ours.parent == theirs.parent
            assert ours.instrumentation_scope == theirs.instrumentation_scope
            assert list(ours.attributes) == list(theirs.attributes)


def test_every_span_has_a_dict_of_its_own():
    (block, *_) = blocks(True, lambda: run(2))
    made = list(sdk_spans(block))
    assert len({id(each._attributes) for each in made}) == len(made)
