"""What metrics of a profile are read by, and the same figures from its file."""

from collections import Counter
from inspect import signature

import pytest
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import Counter as CounterType
from opentelemetry.sdk.metrics import Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from otel_subjects import Taxed, of, run
from patience import HANG

import kumi
from kumi import otel

ADVISED = "explicit_bucket_boundaries_advisory" in signature(Meter.create_histogram).parameters
"""Whether a histogram can be asked for its buckets: since OpenTelemetry 1.30."""
SCHEMA_NAME, ERROR = "kumi.schema.name", "error.type"
DELTA = dict.fromkeys((CounterType, ObservableCounter, Histogram), AggregationTemporality.DELTA)
OWNER = "kumi.otel.owner.Owner"
SENDER = "kumi.otel.delivery.sender.Sender"
FILE = "kumi.otel.delivery.event_log.EventLog"


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
        rate: kumi.Field[float]

    gross = kumi.value(Input.hours * Input.rate)
    net = kumi.value(gross - gross * 0.2)


def metered(*readers, **options):
    """A meter provider that is read by these."""
    return MeterProvider(readers, shutdown_on_exit=False, **options)


def read_by(reader):
    """What a reader finds: each metric by its name."""
    data = reader.get_metrics_data()
    groups = data.resource_metrics if data else ()
    scopes = [scope for group in groups for scope in group.scope_metrics]
    return {metric.name: metric for scope in scopes for metric in scope.metrics}


def points(metric, *keys):
    """The points of a metric by the values of some attributes."""
    return {
        tuple([dict(point.attributes).get(key) for key in keys]): point
        for point in metric.data.data_points
    }


def values(metric, *keys):
    return {key: point.value for key, point in points(metric, *keys).items()}


def outcomes(metrics, what):
    """Spans by component and `error.type`."""
    found = values(metrics[what], "otel.component.type", "otel.component.name", "error.type")
    return {key: value for key, value in found.items() if value}


def runs_of_all_kinds(times=3):
    """Two schemas, and some runs that fail."""
    run(times)
    for number in range(times):
        Pay.run(hours=38.5, rate=20.0 + number)
    for _ in range(2):
        with pytest.raises(kumi.InputError):
            Taxed.run(amount="x", rate=1.0)


def by_run(events):
    """The runs of a file, and their time in nanoseconds, by schema and type of error."""
    return _added(of(events, "vm_run"), "schema", "error")


def by_operation(events):
    return _added(of(events, "vm_operation"), "schema", "operation")


def _added(events, *keys):
    counts, times = Counter(), Counter()
    for event in events:
        key = tuple([event[key] for key in keys])
        counts[key] += 1
        times[key] += event["end_unix_nano"] - event["start_unix_nano"]
    return counts, times


def durations(events, *key):
    """Seconds, as the histogram takes them."""
    return sorted(
        (event["end_unix_nano"] - event["start_unix_nano"]) / 1e9
        for event in of(events, "vm_run")
        if (event["schema"], event["error"]) == key
    )


def flushed():
    assert otel.flush(HANG)


def in_memory(**options):
    """A provider, and the reader that it is read by."""
    reader = InMemoryMetricReader(**options)
    return metered(reader), reader
