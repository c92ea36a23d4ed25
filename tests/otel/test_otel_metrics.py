"""Metrics: what was run and how long it took, as the application's readers find it."""

import bisect
import gc
import logging
import os
import threading
import weakref
from collections import Counter

import numpy as np
import pytest
from metric_subjects import (
    ADVISED,
    Pay,
    by_operation,
    by_run,
    durations,
    flushed,
    in_memory,
    metered,
    points,
    read_by,
    runs_of_all_kinds,
    values,
)
from opentelemetry import metrics as metrics_api
from opentelemetry import trace
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import Counter as CounterType
from opentelemetry.sdk.metrics import Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.metrics.view import (
    DropAggregation,
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)
from otel_subjects import Keeping, Taxed, batched, eventually, of, python, read, run
from test_otel_processes import SCHEMA

import kumi
from kumi import otel
from kumi.otel.delivery.metrics import durations as durations_
from kumi.otel.delivery.metrics import metering
from kumi.otel.delivery.metrics.instruments import BOUNDARIES, RUN_DURATION, histogram

SCHEMA_NAME, ERROR = "kumi.schema.name", "error.type"
DELTA = dict.fromkeys((CounterType, ObservableCounter, Histogram), AggregationTemporality.DELTA)


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


# The bulk path, beside the API's.


def durations_of(provider):
    return durations_.Durations(histogram(provider.get_meter("kumi"), RUN_DURATION))


def twins(monkeypatch, *readers, views=(), times=600):
    """The same runs, counted in bulk by one provider, and by `record` alone by another."""
    found = []
    for bulk in (True, False):
        pair = [type(reader)(**reader.options) for reader in readers]
        provider = metered(*pair, views=views)
        if not bulk:
            monkeypatch.setattr(durations_, "_is_known", lambda place: False)
        measured = durations_of(provider)
        for number in range(3):
            took = np.array([(7 * each % 100 + 1) * 10_000 for each in range(times)])
            measured.record(took, {SCHEMA_NAME: f"S{number % 2}"}, number)
        found.append([read_by(reader) for reader in pair])
    return found


class Reader(InMemoryMetricReader):
    def __init__(self, **options):
        super().__init__(**options)
        self.options = options


@pytest.mark.parametrize(
    "views",
    [
        [],
        [View(instrument_name="kumi.*", attribute_keys=set())],
        [View(instrument_name="kumi.run.duration",
              aggregation=ExplicitBucketHistogramAggregation([0.0001, 0.0005]))],
        [View(instrument_name="kumi.run.duration",
              aggregation=ExplicitBucketHistogramAggregation([], record_min_max=False))],
        [View(instrument_name="kumi.run.duration", name="a"),
         View(instrument_name="kumi.run.duration", name="b", attribute_keys=set())],
        [View(instrument_name="kumi.run.duration", aggregation=DropAggregation())],
        [View(instrument_name="kumi.run.duration",
              aggregation=ExponentialBucketHistogramAggregation())],
        [View(instrument_name="kumi.run.duration", name="a", aggregation=DropAggregation()),
         View(instrument_name="kumi.run.duration", name="b")],
    ],
)  # fmt: skip
def test_in_bulk_as_one_by_one(monkeypatch, views):
    bulk, single = twins(monkeypatch, Reader(), Reader(preferred_temporality=DELTA), views=views)
    for one, other in zip(bulk, single, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            ours, theirs = points(one[name], SCHEMA_NAME), points(other[name], SCHEMA_NAME)
            assert ours.keys() == theirs.keys()
            for key in ours:
                assert figures(ours[key]) == figures(theirs[key])


def figures(point):
    """All of a histogram's point but when it was read; sums to the last digits."""
    names = ("count", "min", "max", "bucket_counts", "explicit_bounds", "scale", "zero_count")
    return {name: getattr(point, name, None) for name in names} | {"sum": pytest.approx(point.sum)}


def test_this_sdk_is_one_whose_histograms_are_known(monkeypatch):
    one_by_one = []
    provider, _ = in_memory()
    measured = durations_of(provider)
    record = measured._histogram.record
    monkeypatch.setattr(
        measured._histogram, "record", lambda *told: one_by_one.append(record(*told))
    )
    measured.record(np.array([1, 2, 3]), {SCHEMA_NAME: "S"})
    assert len(one_by_one) == 1


def test_what_is_read_as_deltas_adds_up(tmp_path):
    provider, reader = in_memory(preferred_temporality=DELTA)
    runs, took, reads = Counter(), 0, 0
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider):
        thread = threading.Thread(target=run, args=(20_000,))
        thread.start()
        while True:
            is_over = not thread.is_alive()
            if is_over:
                flushed()
            found = read_by(reader)
            if "kumi.runs" in found:
                runs.update(values(found["kumi.runs"], SCHEMA_NAME))
            if "kumi.run.duration" in found:
                took += sum(point.count for point in found["kumi.run.duration"].data.data_points)
            reads += 1
            if is_over:
                break
    assert (runs["Taxed",], took) == (20_000, 20_000)
    assert reads > 1


def test_more_schemas_than_a_reader_takes_are_counted_all_the_same():
    provider, reader = in_memory()
    measured = durations_of(provider)
    for number in range(2100):
        measured.record(np.array([1, 2, 3]), {SCHEMA_NAME: f"S{number}"})
    found = read_by(reader)["kumi.run.duration"].data.data_points
    assert sum(point.count for point in found) == 6300


# Whose meter provider it is.


def test_the_global_provider_is_used_where_none_is_given(set_meter_provider):
    provider, reader = in_memory()
    set_meter_provider(provider)
    given, other = in_memory()
    with otel.profile():
        run(2)
    with otel.profile(meter_provider=given):
        run(3)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 2}
    assert values(read_by(other)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 3}


def test_a_provider_that_is_set_later_counts_from_then_on(tmp_path, set_meter_provider):
    with otel.profile(file=tmp_path / "p.jsonl"):
        run(2)
        flushed()
        provider, reader = in_memory()
        set_meter_provider(provider)
        run(3)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 3}
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 5


def test_a_provider_that_stands_for_the_global_one_is_no_other(set_meter_provider):
    standing_in = metrics_api.get_meter_provider()
    provider, reader = in_memory()
    set_meter_provider(provider)
    with otel.profile(meter_provider=standing_in):
        run()
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 1}


def test_none_is_ever_set(set_meter_provider, monkeypatch):
    monkeypatch.setenv("OTEL_PYTHON_METER_PROVIDER", "sdk_meter_provider")
    with otel.profile(exporters=[Keeping()]):
        run()
    assert metrics_api._internal._METER_PROVIDER is None


@pytest.mark.parametrize("provider", [None, NoOpMeterProvider()])
def test_where_there_is_none_nothing_is_profiled(provider, caplog):
    with otel.profile(meter_provider=provider):
        run()
        assert Taxed._compiled.machine().call.__code__ is Taxed._compiled.machine()._plain.__code__
    assert "nor a meter provider: nothing is profiled" in caplog.text


def test_a_provider_of_a_disabled_sdk_is_none(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    with otel.profile(meter_provider=MeterProvider(shutdown_on_exit=False)):
        run()
    assert "nothing is profiled" in caplog.text


def test_one_provider_goes_on_counting_when_profiling_does():
    provider, reader = in_memory()
    for times in (2, 3):
        with otel.profile(meter_provider=provider, ops=True):
            run(times)
        otel.uninstrument()
        found = read_by(reader)
        assert values(found["kumi.runs"], SCHEMA_NAME) == {("Taxed",): {2: 2, 3: 5}[times]}
        (point,) = found["kumi.run.duration"].data.data_points
        assert point.count == {2: 2, 3: 5}[times]


def test_a_provider_that_nobody_holds_goes_away():
    provider, _ = in_memory()
    gone = weakref.ref(provider)
    with otel.profile(meter_provider=provider):
        run()
    del provider, _

    def is_gone():
        gc.collect()
        return gone() is None

    eventually(is_gone)  # when the owner's thread is over, too


def test_metrics_alone_are_enough_to_profile_for():
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider, ops=True):
        run(300)
    assert values(read_by(reader)["kumi.operations"], SCHEMA_NAME, "kumi.operation.name") == {
        ("Taxed", "LoadInput"): 600, ("Taxed", "Map"): 600, ("Taxed", "Ref"): 300,
    }  # fmt: skip


# It harms nobody.


class Broken(MeterProvider):
    """A provider whose meters raise where they are told to."""

    def __init__(self, where):
        self.reader, self.where = InMemoryMetricReader(), where
        super().__init__([self.reader], shutdown_on_exit=False)

    def get_meter(self, *told, **more):
        meter = super().get_meter(*told, **more)
        if self.where == "get_meter":
            raise ZeroDivisionError
        if self.where == "record":
            made = meter.create_histogram
            meter.create_histogram = lambda *told, **more: Raising(made(*told, **more))
        else:
            setattr(meter, self.where, lambda *told, **more: 1 / 0)
        return meter


class Raising:
    def __init__(self, histogram):
        self.histogram = histogram

    def record(self, *told):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "where", ["get_meter", "create_histogram", "create_observable_counter", "record"]
)
def test_a_meter_that_raises_costs_one_warning(tmp_path, caplog, where):
    broken = Broken(where)
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, meter_provider=broken):
        for _ in range(3):
            runs_of_all_kinds()
            flushed()
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1
    assert "metrics" in said[0].getMessage()
    if where == "record":
        assert values(read_by(broken.reader)["kumi.runs"], SCHEMA_NAME)["Pay",] == 9
    assert of(read(tmp_path / "p.jsonl"), "profile_end")[-1]["dropped"] == {}


def test_a_meter_is_never_used_on_the_callers_thread(tmp_path):
    threads = set()

    class Watched(MeterProvider):
        def get_meter(self, *told, **more):
            threads.add(threading.current_thread().name)
            return super().get_meter(*told, **more)

    provider = Watched(shutdown_on_exit=False)
    store = provider._measurement_consumer
    consume = store.consume_measurement
    store.consume_measurement = lambda *told: (
        threads.add(threading.current_thread().name), consume(*told)
    )  # fmt: skip
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider, stream=True):
        run(5)
    assert threads == {"kumi-owner"}


def test_off_and_without_a_provider_nothing_is_imported_for_it(tmp_path):
    script = """
run(3)
otel.flush()
assert "opentelemetry.sdk.trace" in sys.modules
assert "opentelemetry.sdk.metrics" not in sys.modules
"""
    on = {"KUMI_PROFILE": "1", "KUMI_PROFILE_FILE": "p.jsonl"}
    done = python(SCHEMA + script, tmp_path, **on)
    assert done.returncode == 0, done.stderr


FORKED = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

def counted(reader):
    assert otel.flush(60)
    data = reader.get_metrics_data()
    found = {m.name: m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics}
    (runs,) = found["kumi.runs"].data.data_points
    (took,) = found["kumi.run.duration"].data.data_points
    assert runs.value == took.count
    return runs.value
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("file", ["", "p.jsonl"])
def test_a_child_counts_for_itself(tmp_path, file):
    script = f"""{FORKED}
reader = InMemoryMetricReader()
provider = MeterProvider([reader])
otel.instrument(meter_provider=provider)
run(5)
assert counted(reader) == 5
child = os.fork()
run(7)
if not child:
    assert counted(reader) == 12, counted(reader)  # what the SDK had copied, and its own
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert counted(reader) == 12, counted(reader)
"""
    environment = {"KUMI_PROFILE_FILE": file} if file else {}
    done = python(SCHEMA + script, tmp_path, **environment)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_counts_for_a_provider_of_its_own(tmp_path):
    script = f"""{FORKED}
otel.instrument()
run(5)
assert otel.flush(60)
child = os.fork()
if not child:
    reader = InMemoryMetricReader()
    metrics.set_meter_provider(MeterProvider([reader]))
    run(7)
    assert counted(reader) == 7
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    done = python(SCHEMA + script, tmp_path, KUMI_PROFILE_FILE="p.jsonl")
    assert (done.returncode, done.stderr) == (0, "")


def test_at_exit_the_last_runs_are_counted_before_the_provider_is_shut_down(tmp_path):
    script = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

run(2)
metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter())]))
run(40)
"""
    on = {"KUMI_PROFILE": "1", "KUMI_PROFILE_FILE": "p.jsonl"}
    done = python(SCHEMA + script, tmp_path, **on)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"count": 40' in done.stdout or '"count": 42' in done.stdout


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
