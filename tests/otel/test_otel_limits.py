"""The provider's limits, and what its sampler gives, on every way that spans take."""

import logging
from contextlib import nullcontext
from dataclasses import replace

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanLimits
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from otel_subjects import (
    SPANS,
    Blocky,
    Keeping,
    Taxed,
    batched,
    eventually,
    of,
    profiled,
    provider_of,
    python,
    read,
    run,
)
from otlp_receivers import grpc_receiver, http_receiver
from sdk_twins import Answering, plain, sent, twins

import kumi
from kumi import otel
from kumi.otel.delivery.sdk_spans import sdk_spans
from kumi.spans.block import spans
from kumi_exporters.jsonl import JsonlSpanExporter
from kumi_exporters.otlp import KumiOTLPSpanExporter

RECEIVERS = {"http/protobuf": http_receiver, "grpc": grpc_receiver}


def rated(attributes):
    """What many a sampler answers: what it was asked with, and its rate."""
    attributes["SampleRate"] = 10
    return attributes


def fail():
    with pytest.raises(kumi.InputError):
        Taxed.run(amount="x", rate=1.0)


def kept(work, *, where=nullcontext, **options):
    """The spans that come of some work, by their names."""
    exporter = Keeping()
    provider = batched(exporter, **options)
    with profiled(provider), where():
        work()
    provider.force_flush()
    named = {}
    for span in exporter.spans:
        named.setdefault(span.name, []).append(span)
    return named


def compile_and_run():
    class Fresh(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float]

        y = kumi.value(Input.x + 1.0)

    Fresh.run(x=1.0)


def attributes(span):
    """The attributes of a sent span, none of them null."""
    values = {pair.key: pair.value for pair in span.attributes}
    return {key: getattr(value, value.WhichOneof("value")) for key, value in values.items()}


# Spans for exporters that take nothing else.


@pytest.mark.parametrize("limits", [
    SpanLimits(), SpanLimits(max_attributes=SpanLimits.UNSET),
    *[SpanLimits(max_span_attributes=count) for count in (0, 1, 2, 3, 5, 7, 11, 12)],
    *[SpanLimits(max_attribute_length=length) for length in (0, 5, 15, 16, 20, 4096)],
    SpanLimits(max_span_attributes=4, max_event_attributes=1, max_attribute_length=3),
    SpanLimits(max_events=0),
])  # fmt: skip
@pytest.mark.parametrize("work", [lambda: run(3), fail], ids=["runs", "failure"])
@pytest.mark.parametrize("answer", [None, {"SampleRate": 10, "why": "because it is there"}])
def test_spans_are_as_the_sdk_makes_them(limits, work, answer):
    exporter = Blocky()
    sampler = ALWAYS_ON if answer is None else Answering(answer)
    run()  # compiled before: no phase asks
    with profiled(batched(exporter, span_limits=limits, sampler=sampler)):
        work()
    for block in exporter.blocks:
        made = [plain(span) for span in sent(list(sdk_spans(block)))]
        assert made == twins(spans(replace(block, given=None)), limits, [answer] * len(block))


# All the way.


def by_a_processor(kind):
    def sent_by(**options):
        exporter = Keeping()
        provider = provider_of(kind(exporter), **options)
        with profiled(provider):
            run(2)
        provider.force_flush()
        return sent(exporter.spans)

    return sent_by


def by_a_socket(protocol):
    def sent_by(**options):
        with RECEIVERS[protocol]() as received:
            exporter = KumiOTLPSpanExporter(received.endpoint, protocol=protocol)
            with profiled(provider_of(BatchSpanProcessor(exporter), **options)):
                run(2)
            return received.spans()

    return sent_by


@pytest.mark.parametrize("sent_by", [
    by_a_processor(BatchSpanProcessor), by_a_processor(SimpleSpanProcessor),
    by_a_socket("http/protobuf"), by_a_socket("grpc"),
], ids=["batch", "simple", "http", "grpc"])  # fmt: skip
def test_limits_and_the_samplers_attributes_reach_every_destination(sent_by):
    run()
    limits = SpanLimits(max_span_attributes=5, max_span_attribute_length=17)
    made = sent_by(span_limits=limits, sampler=Answering(rated))
    runs = [span for span in made if span.name == "run Taxed"]
    assert len(runs) == 2
    for span in runs:
        assert list(attributes(span)) == [
            "SampleRate", "kumi.run.operations", "kumi.run.cases", "kumi.run.id", "kumi.run.kept",
        ]  # fmt: skip
        assert (attributes(span)["SampleRate"], span.dropped_attributes_count) == (10, 1)
    others = [span for span in made if span.name != "run Taxed"]
    assert len(others) == 2 * (SPANS - 1)
    for span in others:
        assert len(span.attributes) == 5
        assert "SampleRate" not in attributes(span)
        assert len(attributes(span)["code.file.path"]) == 17


@pytest.mark.parametrize("protocol", RECEIVERS)
def test_a_provider_of_our_own_has_the_environments_limits(protocol, monkeypatch):
    with RECEIVERS[protocol]() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.endpoint)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3")
        monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "18")
        monkeypatch.setenv("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "1")
        with otel.profile(ops=True):
            run()
            fail()
    made = received.spans()
    assert max(len(span.attributes) for span in made) == 3
    ((event,),) = [span.events for span in made if span.events]
    assert [pair.key for pair in event.attributes] == ["exception.message"]
    assert event.dropped_attributes_count == 1


def test_a_limit_that_is_none_costs_a_warning_and_nothing_else(monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "long")
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], file=path):
        run(2)
    assert len(of(read(path), "vm_run")) == 2
    (first, _) = [span for span in exporter.spans if span.name == "run Taxed"]
    assert len(first.attributes) == 5
    (warning,) = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert warning.startswith("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=long is not accepted")


def test_a_limit_for_which_the_sdk_refuses_to_be_imported_costs_a_warning(tmp_path):
    script = """
import kumi

class Grown(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]

    y = kumi.value(Input.x + 1.0)

print(Grown.run(x=1.0).y, Grown.run(x=2.0).y)
"""
    done = python(
        script, tmp_path, KUMI_PROFILE="1", KUMI_PROFILE_FILE=str(tmp_path / "p.jsonl"),
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT="many",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "2.0 3.0\n")
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=many is not accepted")
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


def test_limits_are_those_of_the_moment():
    exporter = Keeping()
    provider = batched(exporter)
    with profiled(provider):
        run()
        otel.flush()
        provider._span_limits = SpanLimits(max_span_attributes=2)
        run()
    provider.force_flush()
    first, second = [len(s.attributes) for s in exporter.spans if s.name == "run Taxed"]
    assert (first, second) == (5, 2)


def test_the_file_does_not_depend_on_limits_but_for_the_spans_of_others(tmp_path):
    profile, other = tmp_path / "p.jsonl", tmp_path / "spans.jsonl"
    limits = SpanLimits(max_attribute_length=3, max_span_attributes=1)

    exporter = JsonlSpanExporter(other)
    provider = batched(exporter, span_limits=limits, sampler=Answering(rated))
    with profiled(provider, file=profile):
        compile_and_run()
    provider.shutdown()
    for file in (profile, other):
        (one,) = of(read(file), "vm_run")
        assert (one["schema"], len(one["run"])) == ("Fresh", 16)
    (whole,) = [event for event in of(read(other), "span") if event["name"] == "compile Fresh"]
    assert (whole["attributes"], whole["dropped"]["attributes"]) == ({"SampleRate": 10}, 1)
    (part,) = [event for event in of(read(other), "span") if event["name"] == "lower Fresh"]
    assert part["attributes"] == {"kumi.schema.name": "Fre"}


# Samplers.


def test_the_root_of_compiling_has_what_its_sampler_gives():
    named = kept(compile_and_run, sampler=Answering(rated))
    rates = {name: span.attributes.get("SampleRate") for name, (span, *_) in named.items()}
    assert rates["compile Fresh"] == rates["run Fresh"] == 10
    assert {name for name, rate in rates.items() if rate} == {"compile Fresh", "run Fresh"}


def below_a_span():
    parent = trace.SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(1))
    return trace.use_span(trace.NonRecordingSpan(parent))


@pytest.mark.parametrize(
    ("sampler", "where", "asked"),
    [
        (Answering(rated), nullcontext, True),
        (Answering(rated), below_a_span, False),
        (ParentBased(ALWAYS_ON), nullcontext, False),
        (ParentBased(Answering(rated)), nullcontext, True),
        (ParentBased(Answering(rated)), below_a_span, False),
    ],
)
def test_a_sampler_gives_to_the_runs_that_it_is_asked_about(sampler, where, asked):
    run()
    runs = kept(lambda: run(3), where=where, sampler=sampler)["run Taxed"]
    assert [span.attributes.get("SampleRate") for span in runs] == [10 if asked else None] * 3
    assert {span.attributes["kumi.schema.name"] for span in runs} == {"Taxed"}


def test_what_one_run_is_given_is_not_the_nexts():
    run()
    rates = iter(range(1, 4))
    sampler = Answering(lambda asked: {"rate": next(rates), "asked": list(asked)})
    runs = kept(lambda: run(3), sampler=sampler)["run Taxed"]
    assert [span.attributes["rate"] for span in runs] == [1, 2, 3]
    assert {span.attributes["asked"] for span in runs} == {("kumi.schema.name",)}


class Nonsense(Answering):
    """Answers with what is no answer, or with attributes that are none."""

    def should_sample(self, *args, **kwargs):
        if self.attributes is None:
            return None
        result = super().should_sample(None, 0, "")
        result.attributes = self.attributes
        return result


@pytest.mark.parametrize("answer", [None, 5, {1}], ids=["none", "number", "set"])
def test_a_sampler_that_answers_nonsense_harms_nothing(answer, caplog):
    run()
    assert kept(lambda: run(3), sampler=Nonsense(answer)) == {}
    eventually(lambda: caplog.records)  # the worker may be first to ask, and say it a little later
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1
