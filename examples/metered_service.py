"""A service as production has it: it prices orders until it is stopped, with metrics and traces.

Where docker-compose.yml's full profile runs, Grafana shows it a minute later (http://localhost:3000):

    OTEL_SERVICE_NAME=shop OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:14318/v1/traces \
    OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0 python metered_service.py

It needs opentelemetry-exporter-prometheus. Of each run that is not slow only the run is sent; the
metrics count them all. SIGUSR1 has everything sent, SIGUSR2 only slow runs again.
"""

import os
import random
import signal
import time

from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from order_pricing import OrderPricing
from prometheus_client import start_http_server
from two_schemas import SchemaA

import kumi
from kumi import otel

TIERS = ["standard"] * 60 + ["premium"] * 39 + ["gold"]


def set_up() -> trace.Tracer:
    """What the service would have without Kumi as well; and one line that turns profiling on."""
    host = os.environ.get("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost")
    start_http_server(int(os.environ.get("OTEL_EXPORTER_PROMETHEUS_PORT", "9464")), host)
    metrics.set_meter_provider(MeterProvider([PrometheusMetricReader()]))
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(otel.KumiOTLPSpanExporter()))
    trace.set_tracer_provider(provider)

    otel.instrument(ops=True, slow_ms="3x")
    signal.signal(signal.SIGUSR1, lambda *_: otel.configure(slow_ms=None))
    signal.signal(signal.SIGUSR2, lambda *_: otel.configure(slow_ms="3x"))
    return trace.get_tracer("shop")


def order() -> dict[str, object]:
    """An order of some lines; one in a hundred is of a customer that the schema does not know."""
    count = random.choice([1, 3, 10, 30, 300])
    lines = [{"price": 9.5, "quantity": n % 7 + 1, "category": "books"} for n in range(count)]
    return {"lines": lines, "tier": random.choice(TIERS)}


def serve(tracer: trace.Tracer) -> None:
    """One request after the other."""
    while True:
        with tracer.start_as_current_span("POST /orders"):
            try:
                OrderPricing.run(order())
                SchemaA.run(income=random.uniform(20_000, 90_000), rate=0.2)
            except kumi.InputError:
                pass  # 400 Bad Request
        time.sleep(0.005)


if __name__ == "__main__":
    serve(set_up())
