"""Durations counted in bulk, beside the same counted one by one."""

import threading
from collections import Counter

import numpy as np
import pytest
from metric_subjects import (
    DELTA,
    SCHEMA_NAME,
    flushed,
    in_memory,
    metered,
    points,
    read_by,
    values,
)
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import (
    DropAggregation,
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)
from otel_subjects import run

from kumi import otel
from kumi.otel.delivery.metrics import durations as durations_
from kumi.otel.delivery.metrics.instruments import RUN_DURATION, histogram


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
