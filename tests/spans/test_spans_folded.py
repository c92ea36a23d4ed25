"""Summaries of spans: what they say, and that both encoders say the same of them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState
from span_blocks import at_random, block, failed, identity, laid_out, long_program, program
from span_registry import faults, kind_of
from span_sums import lie_inside, sums

from kumi.observations import Level
from kumi.otel.delivery.sdk_spans import sdk_spans
from kumi.spans.block import spans
from kumi.spans.folded import Summaries, in_part, new_tree, tree_blocks
from kumi.spans.limits import Limits
from kumi.spans.origin import RootDecision
from kumi.spans.readable import to_readable
from kumi_exporters.encode.otlp_encoder import OtlpEncoder

CALLER = b"\1" * 8


def below(number=0xDEF, *, remote=False, state=None):
    context = SpanContext(
        0xABC, number, remote, TraceFlags(1), TraceState(state) if state else None
    )
    return trace.set_span_in_context(NonRecordingSpan(context))


def tree_of(*blocks):
    """The tree of all runs of blocks of one layout, below the caller of the first."""
    summaries = Summaries(blocks[0].layout)
    tree = new_tree(blocks[0], 0, summaries, CALLER)
    for each in blocks:
        tree.add(summaries.sums(each, [0])[0])
    return tree


def folded(*blocks):
    (made,) = tree_blocks([tree_of(*blocks)], identity())
    return made


def partly(made):
    return in_part(made, Summaries(made.layout), identity().id_generator)


def said(made, name):
    (span,) = [span for span in spans(made) if span.name == name]
    return {key: value for key, value in span.attributes if key.startswith("aggregation.")}


def test_many_runs_are_one_tree():
    made = block(laid_out(program(declarations=2, each=4)), runs=3, context=below())
    tree = folded(made)
    by_id = {span.span_id: span for span in spans(tree)}
    lines = [
        (span.name, by_id[span.parent_id].name if span.parent_id in by_id else span.parent_id)
        for span in by_id.values()
    ]
    assert lines == [
        ("run OrderPricing (folded)", CALLER),
        ("OrderPricing.inputs (folded)", "run OrderPricing (folded)"),
        ("OrderPricing.total0 (folded)", "run OrderPricing (folded)"),
        ("OrderPricing.total1 (folded)", "run OrderPricing (folded)"),
        ("LoadInput (folded)", "OrderPricing.inputs (folded)"),
        ("Ref (folded)", "OrderPricing.total0 (folded)"),
        ("Map multiply (folded)", "OrderPricing.total0 (folded)"),
        ("Reduce sum (folded)", "OrderPricing.total0 (folded)"),
        ("Ref (folded)", "OrderPricing.total1 (folded)"),
        ("Map multiply (folded)", "OrderPricing.total1 (folded)"),
        ("Reduce sum (folded)", "OrderPricing.total1 (folded)"),
    ]


def test_a_summary_lasts_from_the_first_start_to_the_last_end_and_says_what_it_stands_for():
    made = at_random(laid_out(program(declarations=1, each=4)), 5)
    loads = [span for span in spans(made) if span.name.startswith("LoadInput")]
    took = [span.end - span.start for span in loads]
    tree = folded(made)
    (summary,) = [span for span in spans(tree) if span.name == "LoadInput (folded)"]
    assert summary.start == min(span.start for span in loads)
    assert summary.end == max(span.end for span in loads)
    assert said(tree, "LoadInput (folded)") == {
        "aggregation.is_summary": True,
        "aggregation.span_count": 10,
        "aggregation.duration_total_ns": sum(took),
        "aggregation.duration_min_ns": min(took),
        "aggregation.duration_max_ns": max(took),
    }


def test_a_run_in_part_keeps_the_spans_of_itself_and_of_its_declarations():
    made = at_random(laid_out(program(declarations=3, each=5)), 1)
    whole, part = list(spans(made)), list(spans(partly(made)))
    kept = [span for span in whole if "kumi.operation.name" not in dict(span.attributes)]
    for before, after in zip(kept, part, strict=False):
        folded_count = {"kumi.run.folded": 17} if after.parent_id is None else {}
        assert dict(after.attributes) == dict(before.attributes) | folded_count
        for name in ("name", "span_id", "parent_id", "start", "end"):
            assert getattr(after, name) == getattr(before, name)
    others = part[len(kept) :]
    assert not {span.span_id for span in others} & {span.span_id for span in whole}
    assert {span.parent_id for span in others} <= {span.span_id for span in kept}


PROGRAMS = st.builds(
    program,
    declarations=st.integers(1, 4),
    each=st.integers(0, 6),
    odd=st.booleans(),
)


@given(PROGRAMS, st.lists(st.integers(1, 5), min_size=1, max_size=3), st.integers(0, 99))
def test_sums_are_those_of_the_runs_to_the_nanosecond(described, sizes, seed):
    of = laid_out(described)
    blocks = [at_random(of, runs, seed + number) for number, runs in enumerate(sizes)]
    for each in blocks:
        each.trace_ids = blocks[0].trace_ids[[0] * len(each)]
    before = [span for each in blocks for span in spans(each)]
    for after in (folded(*blocks), [partly(each) for each in blocks]):
        made = after if isinstance(after, list) else [after]
        found = [span for each in made for span in spans(each)]
        assert sums(found) == sums(before)
        assert lie_inside(found)


def by_the_sdk(made):
    ordinary = [to_readable(span, made.resource, made.limits) for span in spans(made)]
    return encode_spans(ordinary)


def same_everywhere(made):
    (message,) = [bytes(part) for part, _ in OtlpEncoder().encode(made)]
    assert ExportTraceServiceRequest.FromString(message) == by_the_sdk(made)
    at_once, one_by_one = list(sdk_spans(made)), [
        to_readable(span, made.resource, made.limits) for span in spans(made)
    ]  # fmt: skip
    assert [each.to_json() for each in at_once] == [each.to_json() for each in one_by_one]


@pytest.mark.parametrize("make", [folded, partly])
@pytest.mark.parametrize(
    "context",
    [None, below(), below(remote=True), below(state=[("vendor", "x")]),
     RootDecision(0x12, 1, "", True, (("rule", "all"),))],
    ids=["root", "child", "remote", "state", "given"],
)  # fmt: skip
def test_blocks_and_spans_say_the_same(make, context):
    same_everywhere(make(block(laid_out(program(odd=True)), runs=3, context=context)))


@pytest.mark.parametrize("make", [folded, partly])
@pytest.mark.parametrize("limits", [Limits(attributes=1), Limits(attributes=5), Limits(length=9)])
def test_span_limits_hold_for_summaries(make, limits):
    made = make(block(runs=2))
    made.limits = limits
    same_everywhere(made)


def test_a_program_of_more_than_65536_declarations():
    made = partly(block(laid_out(long_program()), runs=1, context=below()))
    message = b"".join(bytes(part) for part, _ in OtlpEncoder().encode(made))
    found = ExportTraceServiceRequest.FromString(message).resource_spans
    ids = [span.span_id for group in found for span in group.scope_spans[0].spans]
    assert ids == [span.span_id for span in spans(made)]
    assert len({*ids}) == len(ids)


def test_times_that_do_not_fit_are_sent_all_the_same():
    made = folded(block(runs=1))
    made.sums[0, 0, 1] = 1 << 60
    same_everywhere(made)


def test_trees_of_several_callers_are_one_block():
    first, second = block(runs=2, context=below()), block(runs=3, context=below(state=[("a", "b")]))
    trees = [tree_of(first), tree_of(second)]
    trees[1].summaries = trees[0].summaries
    (made,) = tree_blocks(trees, identity())
    assert [span.tracestate for span in spans(made) if span.row == 0] == ["", "a=b"]
    assert len({span.span_id for span in spans(made)}) == made.span_count
    same_everywhere(made)


def test_of_a_failed_run_some_rows_are_in_a_tree_and_the_others_here():
    made = failed(at=6, context=below())
    only = (0, 3, 11)
    summaries = Summaries(made.layout)
    rest = [row for row in made.rows if row not in only]
    tree = new_tree(made, 0, summaries, CALLER)
    tree.add(summaries.sums(made, [0], rest)[0])
    tree.has_gaps = True
    before = list(spans(made))
    made.only = only
    (others,) = tree_blocks([tree], identity())
    assert sums([*spans(made), *spans(others)]) == sums(before)
    assert lie_inside(list(spans(others)))
    assert Counter(span.name for span in spans(others)) == {
        "run OrderPricing (folded)": 1,  # of no run, but what is below it
        "OrderPricing.inputs (folded)": 1,
        "OrderPricing.total0 (folded)": 1,
        "OrderPricing.total1 (folded)": 1,
        "LoadInput (folded)": 1,
        "Ref (folded)": 2,
        "Map multiply (folded)": 1,
        "Reduce sum (folded)": 1,
    }
    assert said(others, "run OrderPricing (folded)")["aggregation.span_count"] == 0
    assert tree.span_count == others.span_count
    for each in (made, others):
        same_everywhere(each)


@pytest.mark.parametrize("level", [Level.DECLARATIONS, Level.OPERATIONS])
def test_the_registry_has_what_summaries_say(level):
    of = laid_out(program(odd=True), level)
    made = [folded(block(of, runs=2)), *([partly(block(of))] if of.operation_rows else [])]
    for span in [span for each in made for span in sdk_spans(each)]:
        assert faults(kind_of(span.name), span) == []
