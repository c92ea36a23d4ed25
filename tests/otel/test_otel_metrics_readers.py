"""Metrics by the way of real readers: a Prometheus scrape, and OTLP over HTTP and gRPC."""

import shutil
import subprocess
import urllib.request
from contextlib import closing
from inspect import signature

import pytest
from metric_subjects import (
    ADVISED,
    by_operation,
    by_run,
    durations,
    flushed,
    metered,
    runs_of_all_kinds,
)
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as OverHttp
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from otel_subjects import Keeping, read
from otlp_receivers import grpc_receiver, http_receiver
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.parser import text_string_to_metric_families

from kumi import otel
from kumi.otel.delivery.metrics.instruments import BOUNDARIES

TELLS_APART = "registry" in signature(PrometheusMetricReader.__init__).parameters
"""Older readers mix up, or say twice, the labels of points of which one has a label more."""


@pytest.fixture
def scrape(tmp_path):
    """What a Prometheus server is told, over HTTP, of a profile with everything in it."""
    if not TELLS_APART:
        pytest.skip("this reader is too old to read all of it")
    reader = PrometheusMetricReader()
    provider = metered(reader)
    server, thread = start_http_server(0, "127.0.0.1", REGISTRY)
    try:
        with otel.profile(
            file=tmp_path / "p.jsonl", ops=True, exporters=[Keeping()], meter_provider=provider
        ):
            runs_of_all_kinds(times=300)
            flushed()
            with closing(
                urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics")
            ) as got:
                yield got.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        provider.shutdown()


def samples(text, name, *labels):
    families = list(text_string_to_metric_families(text))
    return {
        tuple([sample.labels.get(label, "") for label in labels]): sample.value
        for family in families for sample in family.samples
        if sample.name == name
    }  # fmt: skip


def test_prometheus_reads_what_the_file_has(scrape, tmp_path):
    events = read(tmp_path / "p.jsonl")
    for count, time, labels, (counts, times) in (
        ("kumi_runs_total", "kumi_run_time_seconds_total", ("kumi_schema_name", "error_type"),
         by_run(events)),
        ("kumi_operations_total", "kumi_operation_time_seconds_total",
         ("kumi_schema_name", "kumi_operation_name"), by_operation(events)),
    ):  # fmt: skip
        assert samples(scrape, count, *labels) == named(counts)
        seconds = samples(scrape, time, *labels)
        assert {key: round(value * 1e9) for key, value in seconds.items()} == named(times)
    took = durations(events, "Taxed", None)
    of_taxed = ("Taxed", "")
    by = ("kumi_schema_name", "error_type")
    assert samples(scrape, "kumi_run_duration_seconds_count", *by)[of_taxed] == len(took)
    assert samples(scrape, "kumi_run_duration_seconds_sum", *by)[of_taxed] == pytest.approx(
        sum(took)
    )
    found = samples(scrape, "kumi_run_duration_seconds_bucket", *by, "le")
    for bound in BOUNDARIES:
        assert found[*of_taxed, str(bound)] == sum(each <= bound for each in took)


def named(figures):
    """A label that is not there is an empty one."""
    return {(schema, what or ""): value for (schema, what), value in figures.items()}


def test_promtool_finds_nothing_to_improve(scrape):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool here")
    ours = "".join(
        line for line in scrape.splitlines(keepends=True)
        if any(line.startswith((part, f"# HELP {part}", f"# TYPE {part}")) for part in ("kumi_", "otel_sdk_"))
    )  # fmt: skip
    assert "otel_sdk_exporter_span_exported_total{" in ours
    done = subprocess.run(
        [promtool, "check", "metrics"], input=ours, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("receiver", [http_receiver, grpc_receiver])
def test_over_otlp(tmp_path, receiver):
    with receiver() as received:
        exporter = (
            OverHttp(f"{received.endpoint}/v1/metrics") if receiver is http_receiver
            else OverGrpc(received.endpoint)
        )  # fmt: skip
        provider = metered(PeriodicExportingMetricReader(exporter))
        with otel.profile(file=tmp_path / "p.jsonl", ops=True, meter_provider=provider):
            runs_of_all_kinds(times=30)
        provider.shutdown()
        found = received.metrics()
    events = read(tmp_path / "p.jsonl")
    counts, times = by_run(events)
    assert sums(found["kumi.runs"], "kumi.schema.name", "error.type") == counts
    seconds = sums(found["kumi.run.time"], "kumi.schema.name", "error.type")
    assert {key: round(value * 1e9) for key, value in seconds.items()} == times
    counts, _ = by_operation(events)
    assert sums(found["kumi.operations"], "kumi.schema.name", "kumi.operation.name") == counts
    assert found["kumi.runs"].sum.is_monotonic
    point = found["kumi.run.duration"].histogram.data_points[0]
    assert tuple(point.explicit_bounds) == BOUNDARIES or not ADVISED
    (scope,) = {
        (scope.scope.name, scope.schema_url)
        for message in received.metric_messages for group in message.resource_metrics
        for scope in group.scope_metrics
    }  # fmt: skip
    assert scope[0] == "kumi"


def sums(metric, *keys):
    found = {}
    for point in metric.sum.data_points:
        said = {each.key: each.value.string_value for each in point.attributes}
        value = getattr(point, point.WhichOneof("value"))
        found[tuple([said.get(key) for key in keys])] = value
    return found
