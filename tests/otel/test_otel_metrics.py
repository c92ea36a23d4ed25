"""Metrics: what was run and how long it took, as the application's readers find it."""

import bisect

import numpy as np
import pytest
from metric_subjects import (
    ADVISED,
    ERROR,
    SCHEMA_NAME,
    Pay,
    by_operation,
    by_run,
    durations,
    flushed,
    in_memory,
    points,
    read_by,
    runs_of_all_kinds,
    values,
)
from opentelemetry import trace
from otel_subjects import Keeping, batched, read, run

import kumi
from kumi import otel
from kumi.otel.delivery.metrics import metering
from kumi.otel.delivery.metrics.instruments import BOUNDARIES

# What is counted.


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_counted_is_what_the_file_has_to_the_nanosecond(tmp_path, stream):
    provider, reader = in_memory()
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, meter_provider=provider, stream=stream):
        runs_of_all_kinds(times=300)
    found, events = read_by(reader), read(path)

    for count, time, key, (counts, times) in (
        ("kumi.runs", "kumi.run.time", (SCHEMA_NAME, ERROR), by_run(events)),
        ("kumi.operations", "kumi.operation.time", (SCHEMA_NAME, "kumi.operation.name"),
         by_operation(events)),
    ):  # fmt: skip
        assert values(found[count], *key) == counts
        seconds = values(found[time], *key)
        assert {key: round(value * 1e9) for key, value in seconds.items()} == times
        assert seconds == {key: time / 1e9 for key, time in times.items()}
    assert len(by_run(events)[0]) == 3


def test_durations_stand_in_buckets_from_a_microsecond(tmp_path):
    provider, reader = in_memory()
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider):
        runs_of_all_kinds(times=700)
    found = points(read_by(reader)["kumi.run.duration"], SCHEMA_NAME, ERROR)

    assert found.keys() == {("Taxed", None), ("Pay", None), ("Taxed", "kumi.errors.InputError")}
    for key, point in found.items():
        took = durations(read(tmp_path / "p.jsonl"), *key)
        assert point.explicit_bounds == BOUNDARIES or not ADVISED
        assert list(point.bucket_counts) == buckets(took, point.explicit_bounds)
        assert (point.count, point.min, point.max) == (len(took), took[0], took[-1])
        assert point.sum == pytest.approx(sum(took), rel=1e-12)


def buckets(took, boundaries):
    found = [0] * (len(boundaries) + 1)
    for each in took:
        found[bisect.bisect_left(boundaries, each)] += 1
    return found


def test_without_operations_runs_are_counted_alone():
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider):
        run(3)
    found = read_by(reader)
    assert values(found["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 3}
    assert "kumi.operations" not in found
    assert "kumi.operation.time" not in found


def test_runs_that_traces_do_not_get_are_counted():
    provider, reader = in_memory()
    exporter = Keeping()
    unsampled = trace.NonRecordingSpan(trace.SpanContext(1, 2, False))
    with otel.profile(exporters=[exporter], meter_provider=provider):
        run(2)
        with trace.use_span(unsampled):
            run(5)
        flushed()
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 7}
    assert sum(span.name == "run Taxed" for span in exporter.spans) == 2


def test_runs_that_a_rule_does_not_keep_are_counted_with_their_operations(tmp_path):
    provider, reader = in_memory()
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, slow_ms=60_000, meter_provider=provider):
        runs_of_all_kinds(times=200)
    found, events = read_by(reader), read(tmp_path / "p.jsonl")
    kept = by_operation(events)[0]
    assert kept == {("Taxed", "LoadInput"): 4}
    assert values(found["kumi.runs"], SCHEMA_NAME, ERROR) == by_run(events)[0]
    counted = values(found["kumi.operations"], SCHEMA_NAME, "kumi.operation.name")
    assert counted["Taxed", "LoadInput"] == 400 + 4
    times = values(found["kumi.run.time"], SCHEMA_NAME, ERROR)
    assert {key: round(time * 1e9) for key, time in times.items()} == by_run(events)[1]
    took = points(found["kumi.run.duration"], SCHEMA_NAME, ERROR)
    assert {key: point.count for key, point in took.items()} == by_run(events)[0]


def test_what_is_not_recorded_is_not_counted():
    provider, reader = in_memory()
    with otel.profile(sample=10, meter_provider=provider):
        run(100)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 10}


def test_programs_of_one_schema_are_counted_together():
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider):
        Pay.run(hours=1.0, rate=2.0)
        Pay.only("gross").run(hours=1.0, rate=2.0)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Pay",): 2}


def test_no_value_of_the_input_gets_into_metrics(monkeypatch):
    monkeypatch.setenv("KUMI_PROFILE_VALUES", "1")
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider, ops=True):
        Pay.run(hours=31337.25, rate=20.0)
        with pytest.raises(kumi.InputError):
            Pay.run(hours="canary", rate=20.0)
    said = reader.get_metrics_data().to_json()
    assert "kumi.runs" in said
    assert "canary" not in said
    assert "31337" not in said


# Where exemplars lead to.


def exemplars(reader):
    found = read_by(reader)["kumi.run.duration"].data.data_points
    return [exemplar for point in found for exemplar in point.exemplars]


def test_an_exemplar_leads_to_a_run_that_was_sent(tmp_path):
    provider, reader = in_memory()
    exporter = Keeping()
    with otel.profile(
        tracer_provider=batched(exporter), meter_provider=provider, file=tmp_path / "p.jsonl"
    ):
        run(100)
        flushed()
    runs = {span.context.span_id: span for span in exporter.spans if span.name == "run Taxed"}
    found = exemplars(reader)
    assert found
    for exemplar in found:
        span = runs[exemplar.span_id]
        assert exemplar.trace_id == span.context.trace_id
        assert exemplar.value == (span.end_time - span.start_time) / 1e9


@pytest.mark.parametrize(
    ("sampled", "slowest"), [(None, 2), ([1, 1, 1, 1], 2), ([1, 1, 0, 1], 3), ([0, 0, 0, 0], 0)]
)
def test_it_is_the_slowest_of_those_that_were_sent(sampled, slowest):
    took = np.array([10, 20, 40, 30])
    there = np.array(sampled, bool) if sampled else None
    assert metering._slowest(took, there) == slowest


def test_an_exemplar_leads_to_the_caller_where_the_run_was_folded(tmp_path):
    provider, reader = in_memory()
    exporter = Keeping()
    caller = trace.NonRecordingSpan(trace.SpanContext(11, 22, False, trace.TraceFlags(1)))
    with (
        otel.profile(
            exporters=[exporter], meter_provider=provider, max_spans=5, file=tmp_path / "p.jsonl"
        ),
        trace.use_span(caller),
    ):
        run(1)
        flushed()
        run(50)
        flushed()
    whole = {span.context.span_id for span in exporter.spans if span.name == "run Taxed"}
    found = {exemplar.span_id for exemplar in exemplars(reader)}
    assert (len(whole), found <= whole | {22}, 22 in found) == (1, True, True)


def test_an_exemplar_leads_to_the_caller_where_the_run_was_not_sent(tmp_path):
    provider, reader = in_memory()
    caller = trace.NonRecordingSpan(trace.SpanContext(11, 22, False, trace.TraceFlags(1)))
    with otel.profile(meter_provider=provider, file=tmp_path / "p.jsonl"), trace.use_span(caller):
        run(3)
        flushed()
    assert {(each.trace_id, each.span_id) for each in exemplars(reader)} == {(11, 22)}


def test_what_was_not_sampled_leaves_no_exemplar(tmp_path):
    provider, reader = in_memory()
    caller = trace.NonRecordingSpan(trace.SpanContext(11, 22, False))
    with otel.profile(exporters=[Keeping()], meter_provider=provider), trace.use_span(caller):
        run(3)
        flushed()
    assert exemplars(reader) == []
