"""What an application sets up for itself: a provider, batch processors, exporters of its choice."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as StockGrpc
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as StockHttp
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from patience import HANG

import kumi
from kumi import otel

RESOURCE = {"service.name": "shop", "deployment.environment.name": "test"}


@contextmanager
def profiled(path, *exporters):
    """An application's provider in front of `exporters`, and a profile of every operation."""
    provider = TracerProvider(resource=Resource(RESOURCE))
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        with otel.profile(file=str(path), ops=True, truncate=True, tracer_provider=provider):
            yield provider.get_tracer("shop")
            assert otel.flush(HANG)
        assert provider.force_flush()
    finally:
        provider.shutdown()


def stock_http(endpoint):
    return StockHttp(f"{endpoint}/v1/traces")


def stock_grpc(endpoint):
    return StockGrpc(endpoint)


def ours(monkeypatch, endpoint, protocol):
    """`KumiOTLPSpanExporter`, built bare from the environment as the SDK's configurator does."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    exporter = otel.KumiOTLPSpanExporter()
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_PROTOCOL")
    return exporter


def orders(schemas):
    """The schema of the tests, and an input that fits it."""
    given = json.loads((schemas / "shop_orders.json").read_text())
    return kumi.load(str(schemas / "shop_orders.kumi")), given


def run_script(script, path, endpoint, protocol, service="shop"):
    """Run an unchanged script, with nothing but environment variables to say what is profiled."""
    settings = {
        "KUMI_PROFILE": "1",
        "KUMI_PROFILE_OPS": "1",
        "KUMI_PROFILE_FILE": str(path),
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_SERVICE_NAME": service,
    }
    environment = os.environ | settings
    ran = subprocess.run(
        [sys.executable, script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "61.88\n"), ran.stderr
