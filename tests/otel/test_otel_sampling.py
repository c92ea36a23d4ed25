"""Which runs traces get: those that the application samples."""

import logging

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Decision,
    ParentBased,
    ParentBasedTraceIdRatio,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from otel_subjects import (
    Blocky,
    Keeping,
    batched,
    eventually,
    of,
    profiled,
    read,
    run,
)

from kumi import otel
from kumi.otel.delivery.sampling import question
from kumi.spans.block import spans


def context_with(flags):
    parent = trace.SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(flags))
    return trace.use_span(trace.NonRecordingSpan(parent))


@pytest.mark.parametrize("sampler", [ALWAYS_ON, ParentBased(ALWAYS_ON), TraceIdRatioBased(1.0)])
@pytest.mark.parametrize("with_file", [True, False])
def test_an_unsampled_parent_is_respected(sampler, with_file, tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = batched(exporter, sampler=sampler)
    with profiled(provider, **({"file": path} if with_file else {})):
        with context_with(0):
            run(3)
        with context_with(1):
            run(2)
        with context_with(0):
            run(3)
    provider.force_flush()
    sent = [span for span in exporter.spans if span.name == "run Taxed"]
    assert len(sent) == 2
    assert {span.parent.span_id for span in sent} == {0xDEF}
    assert all(span.parent.is_remote for span in sent)
    if with_file:
        assert len(of(read(path), "vm_run")) == 8


def test_what_nobody_reads_is_not_recorded():
    provider = batched(Keeping())
    with profiled(provider):
        run()
        with context_with(0):
            run(5)
        from kumi.otel.runtime import _state

        otel.flush()
        assert _state.profiler._work.outputs.counts.runs == 1


@pytest.mark.parametrize(
    ("sampler", "sent"), [(ALWAYS_OFF, 0), (ParentBased(ALWAYS_OFF), 0), (ALWAYS_ON, 4)]
)
def test_roots_follow_a_sampler_that_always_says_the_same(sampler, sent):
    exporter = Keeping()
    provider = batched(exporter, sampler=sampler)
    with profiled(provider):
        run(4)
    provider.force_flush()
    assert len([s for s in exporter.spans if s.name == "run Taxed"]) == sent


class Odd(Sampler):
    """Takes every other trace, and says so in the tracestate."""

    def __init__(self):
        self.asked = []

    def should_sample(
        self,
        parent_context,
        trace_id,
        name,
        kind=None,
        attributes=None,
        links=None,
        trace_state=None,
    ):
        self.asked.append((trace_id, name, dict(attributes or {})))
        decision = Decision.RECORD_AND_SAMPLE if len(self.asked) % 2 else Decision.DROP
        return SamplingResult(
            decision, trace_state=trace.TraceState([("odd", str(len(self.asked)))])
        )

    def get_description(self):
        return "Odd"


def test_any_other_sampler_is_asked_once_a_root_run(tmp_path):
    exporter, path, sampler = Keeping(), tmp_path / "p.jsonl", Odd()
    run()  # compiled before, so that no phase asks
    provider = batched(exporter, sampler=sampler)
    with profiled(provider, file=path):
        run(6)
    provider.force_flush()
    asked = [trace_id for trace_id, name, _ in sampler.asked if name == "run Taxed"]
    assert len(asked) == 6
    assert sampler.asked[0][1:] == ("run Taxed", {"kumi.schema.name": "Taxed"})
    sent = [span for span in exporter.spans if span.name == "run Taxed"]
    assert [span.context.trace_id for span in sent] == asked[::2]
    assert [span.context.trace_state["odd"] for span in sent] == ["1", "3", "5"]
    assert [int(e["trace_id"], 16) for e in of(read(path), "vm_run")] == asked


def test_a_ratio_keeps_the_traces_that_the_sampler_keeps():
    exporter = Keeping()
    provider = batched(exporter, sampler=ParentBasedTraceIdRatio(0.25))
    with profiled(provider):
        run(400)
    provider.force_flush()
    sent = [s.context.trace_id for s in exporter.spans if s.name == "run Taxed"]
    assert 40 < len(sent) < 180
    assert all(trace_id & (1 << 64) - 1 < 1 << 62 for trace_id in sent)


@pytest.mark.parametrize("kind", [TraceIdRatioBased, ParentBasedTraceIdRatio])
@pytest.mark.parametrize(
    ("rate", "count"), [(0.0, 100), (1e-9, 100), (1 / 3, 100_000), (0.999, 1000), (1.0, 100)]
)
def test_a_ratio_is_compared_as_the_sampler_does(rate, count, kind):
    sampler, name = kind(rate), "run Taxed"
    edge = TraceIdRatioBased(rate).bound
    drawn = [RandomIdGenerator().generate_trace_id() for _ in range(count)]
    wanted = [*drawn, *[max(1, edge + by) | 1 << 100 for by in (-1, 0, 1)]]

    class Fixed(RandomIdGenerator):
        generate_trace_id = iter(wanted).__next__

    ask = question(sampler, Fixed(), name, {})
    for trace_id in wanted:
        said, answer = sampler.should_sample(Context(), trace_id, name), ask(Context())
        assert answer.trace_id == trace_id
        assert answer.sampled == said.decision.is_sampled() == bool(answer.flags & 1)


def test_a_ratio_of_somebody_elses_is_asked():
    class Upper(TraceIdRatioBased):
        """Keeps the other end."""

        def should_sample(self, parent_context, trace_id, *args, **kwargs):
            return super().should_sample(parent_context, ~trace_id, *args, **kwargs)

    exporter = Keeping()
    with profiled(batched(exporter, sampler=Upper(0.25))):
        run(100)
        otel.flush()
    sent = [s.context.trace_id & (1 << 64) - 1 for s in exporter.spans if s.name == "run Taxed"]
    assert sent
    assert min(sent) >= 3 << 62


def test_the_consistent_sampler_is_asked_and_what_it_says_is_kept(tmp_path):
    """It keeps the upper end of the trace ids, and tells its threshold in the tracestate."""
    composable = pytest.importorskip("opentelemetry.sdk.trace._sampling_experimental")
    sampler = composable.composite_sampler(composable.composable_traceid_ratio_based(0.25))
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    run()
    with profiled(batched(exporter, sampler=sampler), file=path):
        run(200)
        otel.flush()
    sent = [span.context for span in exporter.spans if span.name == "run Taxed"]
    kept = {f"{context.trace_id:032x}" for context in sent}
    upper = (1 << 56) - (1 << 54)
    in_file = [event["trace_id"] for event in of(read(path), "vm_run")]
    assert kept == {each for each in in_file if int(each, 16) & (1 << 56) - 1 >= upper}
    assert len(in_file) == 200
    assert {context.trace_state.to_header() for context in sent} == {"ot=th:c"}
    random = RandomIdGenerator().is_trace_id_random()
    assert {int(context.trace_flags) for context in sent} == {3 if random else 1}


def test_a_sampler_that_raises_harms_nothing(caplog):
    class Broken(Odd):
        def should_sample(self, *args, **kwargs):
            raise ValueError("broken")

    with profiled(batched(Keeping(), sampler=Broken())):
        run(3)
    eventually(lambda: caplog.records)  # the worker may be first to ask, and say it a little later
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1


def test_ids_are_the_generators_own():
    class Counting(RandomIdGenerator):
        made = 0

        def generate_span_id(self):
            self.made += 1
            return 0xAAAA_0000_0000_0000 | self.made << 16

        def generate_trace_id(self):
            return 0x77

    exporter = Blocky()
    provider = batched(exporter, id_generator=Counting())
    with profiled(provider):
        run()
    (first, *rest) = [span for block in exporter.blocks for span in spans(block)]
    assert first.trace_id == (0x77).to_bytes(16, "big")
    assert {span.span_id[:6] for span in rest} == {first.span_id[:6]}
