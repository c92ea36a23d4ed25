"""deploy/collector/config.yaml in a real collector: what comes in is what goes out, everywhere."""

import re
import subprocess
from collections import Counter, defaultdict

import pytest
from application import orders, ours, profiled, stock_grpc, stock_http
from collector_server import CONFIG
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from patience import HANG
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from running_programs import eventually
from span_views import as_jaeger_keeps, by_id, from_jaeger, in_trace

import kumi
from kumi import otel
from kumi.otel.delivery.metrics.instruments import BOUNDARIES

pytestmark = pytest.mark.backend


def our_http_exporter(monkeypatch, collector):
    return ours(monkeypatch, collector.otlp_http, "http/protobuf")


def our_grpc_exporter(monkeypatch, collector):
    return ours(monkeypatch, collector.otlp_grpc, "grpc")


def stock_grpc_exporter(_, collector):
    return stock_grpc(collector.otlp_grpc)


@pytest.fixture(params=[our_http_exporter, our_grpc_exporter, stock_grpc_exporter])
def sent(request, tmp_path, monkeypatch, schemas, collector, over_http):
    """One request's id, and its spans as a receiver beside the collector got them."""
    schema, given = orders(schemas)
    exporters = request.param(monkeypatch, collector), stock_http(over_http.endpoint)
    profile = profiled(tmp_path / "profile.jsonl", *exporters)
    with profile as tracer, tracer.start_as_current_span("request") as span:
        schema.run(given | {"rate": 1.1917355})
        with pytest.raises(kumi.InputError):
            schema.run(given | {"rate": "SECRET"})
    trace_id = f"{span.get_span_context().trace_id:032x}"
    return trace_id, in_trace(trace_id, by_id(over_http.resource_spans()))


def test_the_configuration_is_valid_as_it_stands(collector_binary):
    done = subprocess.run(
        [collector_binary, "validate", "--config", CONFIG], capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_file_jaeger_and_tempo_get_every_span_once_field_by_field(
    sent, collector, jaeger, in_place_of_tempo
):
    trace_id, spans = sent

    def arrived(resource_spans):
        return eventually(
            lambda: in_trace(trace_id, by_id(resource_spans())),
            is_enough=lambda found: len(found) >= len(spans),
        )

    assert arrived(collector.resource_spans) == spans
    assert arrived(in_place_of_tempo.resource_spans) == spans
    in_jaeger = from_jaeger(jaeger.resource_spans(trace_id, len(spans)))
    assert in_jaeger == as_jaeger_keeps(spans)


def test_no_value_of_an_input_is_in_what_arrives_or_in_metrics(sent, collector):
    def has_the_operation(text):
        return "Map multiply" in text

    for text in (collector.file.read_text, collector.scrape):
        found = eventually(text, is_enough=has_the_operation)
        assert has_the_operation(found)
        assert "1.1917355" not in found
        assert "SECRET" not in found


def test_spans_are_counted_and_timed_by_name_as_they_are_in_the_file(sent, collector):
    def figures():
        counts, seconds = Counter(), defaultdict(float)
        for span in by_id(collector.resource_spans()).values():
            key = span["name"], span["attributes"].get("kumi.schema.name", "")
            counts[key] += 1
            seconds[key] += (span["end_time_unix_nano"] - span["start_time_unix_nano"]) / 1e9
        return counts, seconds

    def counted():
        found = Counter()
        for sample in samples(collector, "traces_span_metrics_calls_total"):
            found[of(sample)] += sample.value
        return found

    _, spans = sent
    eventually(lambda: set(spans) <= set(by_id(collector.resource_spans())))
    assert eventually(lambda: counted() == figures()[0])
    _, seconds = figures()
    timed = defaultdict(float)
    for sample in samples(collector, "traces_span_metrics_duration_seconds_sum"):
        timed[of(sample)] += sample.value
    assert timed == pytest.approx(seconds)


def test_the_buckets_are_those_of_the_runs_own_histogram(sent, collector):
    name = "traces_span_metrics_duration_seconds_bucket"
    found = eventually(lambda: samples(collector, name))

    assert {float(one.labels["le"]) for one in found} == {*BOUNDARIES, float("inf")}


def test_metrics_over_otlp_are_called_and_counted_as_by_a_prometheus_reader(
    tmp_path, schemas, collector
):
    exporter = OTLPMetricExporter(f"{collector.otlp_http}/v1/metrics")
    readers = PeriodicExportingMetricReader(exporter), PrometheusMetricReader()
    provider = MeterProvider(readers, shutdown_on_exit=False)
    schema, given = orders(schemas)
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, meter_provider=provider):
        schema.run(given)
        assert otel.flush(HANG)

        def both():
            assert provider.force_flush()
            return ours_in(collector.scrape()), ours_in(generate_latest(REGISTRY).decode())

        relayed, read = eventually(both, is_enough=lambda found: found[0] == found[1] != {})
    provider.shutdown()

    assert relayed == read
    names = {name for name, _ in read}
    assert {"kumi_runs_total", "kumi_run_duration_seconds_bucket"} <= names
    assert "otel_sdk_exporter_span_exported_total" in names


def ours_in(text):
    """The values of our instruments by name and labels, without those that say who was asked."""
    found = {}
    for name, labels, value in re.findall(
        r"^((?:kumi|otel_sdk)_\w+){(.*?)} (\S+)", text, re.MULTILINE
    ):
        told = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        kept = {key: said for key, said in told.items() if said and key not in {"job", "instance"}}
        if "le" in kept:
            kept["le"] = float(kept["le"])
        if not name.endswith("_created"):
            found[name, tuple(sorted(kept.items()))] = float(value)
    return found


def samples(collector, name):
    families = text_string_to_metric_families(collector.scrape())
    return [one for family in families for one in family.samples if one.name == name]


def of(sample):
    return sample.labels["span_name"], sample.labels.get("kumi_schema_name", "")
