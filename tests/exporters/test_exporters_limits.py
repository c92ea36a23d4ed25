"""What is left of stamped spans under limits, and what samplers gave them: as the SDK has it."""

from dataclasses import replace

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import SpanLimits
from sdk_twins import plain, twins
from span_blocks import block, failed, laid_out, program

from kumi.observations import Level
from kumi.spans.block import spans
from kumi.spans.limits import DEFAULT, limits_of
from kumi.spans.origin import RootDecision
from kumi_exporters.encode.otlp_encoder import OtlpEncoder

NONE = SpanLimits.UNSET


def stamped(made, encoder=None):
    messages = (encoder or OtlpEncoder()).encode(made)
    parts = [ExportTraceServiceRequest.FromString(bytes(part)) for part, _ in messages]
    return [span for part in parts for span in part.resource_spans[0].scope_spans[0].spans]


def check(made, limits=None, answers=None, encoder=None):
    """Stamped, a block says what the SDK says of spans that are given the same."""
    limits = limits or SpanLimits()
    made.limits = limits_of(limits)
    given = twins(spans(replace(made, given=None)), limits, answers)
    assert [plain(span) for span in stamped(made, encoder)] == given


def answered(*answers, of=None):
    """A block of a root run for each of the sampler's answers."""
    roots = [
        RootDecision(0xA000 + number, 1, "", True, () if answer is None else tuple(answer.items()))
        for number, answer in enumerate(answers)
    ]
    return block(of, len(answers), contexts=roots)


def test_the_default_is_the_sdk_s():
    assert limits_of(SpanLimits()) == DEFAULT


@pytest.mark.parametrize("count", [NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 128])
@pytest.mark.parametrize("level", [Level.DECLARATIONS, Level.OPERATIONS])
def test_so_many_attributes_and_no_more(count, level):
    of = laid_out(program(odd=True), level)
    limits = SpanLimits(max_span_attributes=count)

    check(block(of, runs=3), limits)
    check(failed(of, at=4), limits)


@pytest.mark.parametrize("length", [NONE, 0, 1, 7, 8, 15, 16, 17, 24, 4096])
def test_values_of_this_length_and_no_longer(length):
    of = laid_out(program(odd=True))
    for limits in (
        SpanLimits(max_attribute_length=length),
        SpanLimits(max_span_attribute_length=length),
        SpanLimits(max_attribute_length=3, max_span_attribute_length=length),
    ):
        check(block(of, runs=3), limits)
        check(failed(of), limits)


@pytest.mark.parametrize("limits", [
    SpanLimits(max_events=0), SpanLimits(max_events=1), SpanLimits(max_events=NONE),
    SpanLimits(max_event_attributes=0), SpanLimits(max_event_attributes=1),
    SpanLimits(max_attributes=1), SpanLimits(max_events=0, max_event_attributes=0),
])  # fmt: skip
def test_the_exception_event_has_limits_of_its_own(limits):
    check(failed(), limits)


def test_both_at_once():
    check(block(runs=2), SpanLimits(max_span_attributes=6, max_span_attribute_length=20))
    check(failed(), SpanLimits(max_attributes=4, max_attribute_length=2))


def test_each_limit_has_a_page_of_its_own():
    of, encoder = laid_out(), OtlpEncoder()
    for count in (128, 5, 9, 128, 5):
        check(block(of, runs=3), SpanLimits(max_span_attributes=count), encoder=encoder)


@pytest.mark.parametrize("answer", [
    {"SampleRate": 10}, {"kumi.schema.name": "OrderPricing", "ratio": 0.25},
    {"kumi.schema.name": "hidden"}, {"kumi.run.id": "theirs", "kumi.run.cases": 2}, {},
], ids=["new", "beside ours", "instead of ours", "what comes later", "nothing"])  # fmt: skip
def test_what_a_sampler_gives_comes_first_on_the_run_and_nowhere_else(answer):
    check(answered(answer, answer), answers=[answer, answer])


def test_values_of_every_kind():
    class Shown:
        def __str__(self):
            return "shown"

    answer = {
        "true": True, "false": False, "small": -1, "smallest": -(2**63), "largest": 2**63 - 1,
        "none": None, "bytes": b"\x00\xff", "text": "ünï", "": "no name", 5: "no text",
        "list": ["a", 1, None, [2.5, b""]], "map": {"a": {"b": [True]}, "c": -7}, "empty": [],
        "float": -0.0, "far": float("inf"),
    }  # fmt: skip
    check(answered(answer), SpanLimits(max_span_attribute_length=2), [answer])
    check(answered(answer), SpanLimits(max_span_attributes=9), [answer])
    answer |= {"object": Shown(), "none of these": object()}
    check(answered(answer), answers=[answer])


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "half \ud83d", {"half \ud83d": 1}])
def test_values_that_the_format_cannot_hold_are_left_out_as_the_sdk_leaves_them_out(value):
    answers = [{"odd": value, "even": 2}, {"even": 2}]
    check(answered(*answers), answers=answers)


def test_answers_of_every_length_and_runs_without_one_in_a_block():
    for length in range(160):
        answers = [{"key": "v" * length}, None, {"k": length}, {}]
        check(answered(*answers), answers=answers)
    answers = [{"key": "v" * length} for length in (500, 5_000, 50_000)]
    check(answered(*answers), answers=answers)


@pytest.mark.parametrize("count", range(9))
def test_what_a_sampler_gave_is_the_oldest(count):
    answers = [{"a": "xyz", "kumi.schema.name": "OrderPricing", "b": 1}, {"kumi.run.id": "theirs"}]
    limits = SpanLimits(max_span_attributes=count, max_span_attribute_length=20)
    check(answered(*answers), limits, answers)


def test_nothing_stays_from_the_block_before():
    of, encoder = laid_out(), OtlpEncoder()
    for answers in ([{"a": 1}] * 3, [None] * 4, [{"b": "x" * 40}], [{}, {"c": 2}], [{"a": 1}] * 2):
        check(answered(*answers, of=of), answers=answers, encoder=encoder)


def test_a_failed_run_has_what_its_sampler_gave():
    answer = {"SampleRate": 10}
    check(failed(context=RootDecision(1, 1, "", True, tuple(answer.items()))), answers=[answer])
