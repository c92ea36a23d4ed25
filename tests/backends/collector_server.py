"""A real OpenTelemetry Collector on free loopback ports, which runs deploy/collector/config.yaml."""

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from patience import HANG
from running_programs import running
from span_views import traces_data

CONFIG = Path(__file__).parents[2] / "deploy" / "collector" / "config.yaml"
PORTS = ("otlp_grpc", "otlp_http", "relayed_metrics", "own_metrics")


@dataclass(frozen=True)
class Collector:
    """Where a running collector takes spans, shows metrics, and writes."""

    otlp_grpc: str
    otlp_http: str
    relayed_metrics: str
    own_metrics: str
    file: Path

    def resource_spans(self):
        """Those of the file's whole lines."""
        text = self.file.read_text() if self.file.exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()
        return [group for line in lines for group in traces_data(json.loads(line)).resource_spans]

    def scrape(self):
        """What it shows for others, in the form that has exemplars."""
        form = {"Accept": "application/openmetrics-text; version=1.0.0"}
        asked = urllib.request.Request(f"{self.relayed_metrics}/metrics", headers=form)
        with urllib.request.urlopen(asked, timeout=HANG) as answer:
            return answer.read().decode()


@contextmanager
def running_collector(binary, folder, *, jaeger, tempo):
    """Start `binary` with the configuration of the house, before two OTLP receivers over gRPC."""
    file = folder / "traces.jsonl"

    def command(ports):
        return ["env", *_variables(ports), binary, "--config", str(CONFIG)]

    def ready(ports):
        empty = {"Content-Type": "application/x-protobuf"}
        place = f"http://127.0.0.1:{ports['otlp_http']}/v1/traces"
        return urllib.request.Request(place, data=b"", headers=empty)

    with running(
        PORTS, command, ready, folder / "collector.log",
        JAEGER_OTLP_GRPC=_address(jaeger), TEMPO_OTLP_GRPC=_address(tempo), COLLECTOR_FILE=str(file),
    ) as (_, ports):  # fmt: skip
        yield Collector(*(f"http://127.0.0.1:{ports[name]}" for name in PORTS), file)


def _variables(ports):
    """What the configuration takes in place of its own addresses."""
    return [
        f"COLLECTOR_OTLP_GRPC=127.0.0.1:{ports['otlp_grpc']}",
        f"COLLECTOR_OTLP_HTTP=127.0.0.1:{ports['otlp_http']}",
        f"COLLECTOR_RELAYED_METRICS=127.0.0.1:{ports['relayed_metrics']}",
        "COLLECTOR_OWN_METRICS_HOST=127.0.0.1",
        f"COLLECTOR_OWN_METRICS_PORT={ports['own_metrics']}",
    ]


def _address(endpoint):
    return endpoint.removeprefix("http://")
