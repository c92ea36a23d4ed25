"""A service that is profiled as in production, and the Prometheus that watches it there."""

import sys
from contextlib import contextmanager
from pathlib import Path

from prometheus_server import running_prometheus
from running_programs import running

EXAMPLES = Path(__file__).parents[2] / "examples"
FULL_SOON = {"KUMI_PROFILE_MAX_BYTES": "200000"}
"""The event file's limit: what comes after is lost, and counted."""


@contextmanager
def watched_service(collector, prometheus_binary, folder, **settings):
    """The process of examples/metered_service.py, and a Prometheus that asks it and `collector`."""

    def command(ports):
        return [
            "env", f"OTEL_EXPORTER_PROMETHEUS_PORT={ports['metrics']}",
            sys.executable, str(EXAMPLES / "metered_service.py"),
        ]  # fmt: skip

    def ready(ports):
        return f"http://127.0.0.1:{ports['metrics']}/metrics"

    told = {
        "OTEL_SERVICE_NAME": "shop",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.otlp_http}/v1/traces",
        "KUMI_PROFILE_FILE": str(folder / "shop.jsonl"),
    }
    with running(
        ["metrics"], command, ready, folder / "service.log", **told, **settings
    ) as (service, ports):  # fmt: skip
        addresses = {
            "service": f"127.0.0.1:{ports['metrics']}",
            "collector": collector.own_metrics,
            "relayed": collector.relayed_metrics,
        }
        with running_prometheus(prometheus_binary, folder, addresses) as prometheus:
            yield service, prometheus
