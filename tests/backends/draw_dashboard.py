"""Draws docs/dashboard.svg: the dashboard's questions, asked of a real Prometheus by a real run.

Grafana is not there to make a picture of. `make backends` shows how the programs that this needs are
found; then `python tests/backends/draw_dashboard.py` runs examples/metered_service.py for three
minutes: of runs that are not slow only the run is sent, in the second minute everything is. Its event
file is limited to 12 MB, so that spans are lost.
"""

import os
import re
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from collector_server import running_collector
from dashboard import PANELS, asked
from jaeger_server import running_jaeger
from otlp_receivers import grpc_receiver
from service_stack import watched_service
from svg_panels import picture

PICTURE = Path(__file__).parents[2] / "docs" / "dashboard.svg"
MINUTE = 60
POINTS = 60
LIMIT = {"KUMI_PROFILE_MAX_BYTES": "12000000"}


def drawn(folder):
    """The picture of three minutes."""
    prometheus = shutil.which("prometheus")
    with (
        running_jaeger(os.environ["JAEGER_BINARY"], folder) as jaeger,
        grpc_receiver() as tempo,
        running_collector(
            os.environ["COLLECTOR_BINARY"], folder, jaeger=jaeger.otlp_grpc, tempo=tempo.endpoint
        ) as collector,
        watched_service(collector, prometheus, folder, **LIMIT) as (service, server),
    ):
        begun = time.time()
        for told in (signal.SIGUSR1, signal.SIGUSR2, None):
            time.sleep(MINUTE)
            if told:
                service.send_signal(told)
        return picture([*_answers(server, begun, time.time())], _note(begun))


def _answers(server, begun, ended):
    """Each panel with what Prometheus says to its questions: names of series with their points."""
    window = {"start": begun, "end": ended, "step": (ended - begun) / POINTS}
    for panel in PANELS:
        series = {}
        for legend, expression in asked(panel, "15s").items():
            for found in server.ask("query_range", query=expression, **window)["result"]:
                points = [(float(at), float(value)) for at, value in found["values"]]
                series[_name(legend, found["metric"])] = [
                    point for point in points if point[1] == point[1] and point[1] != float("inf")
                ]
        yield panel, {name: points for name, points in series.items() if points}


def _name(legend, labels):
    """A legend with its labels filled in; of what is called by a class its last name is enough."""
    for label in re.findall(r"{{(\w+)}}", legend):
        value = labels.get(label, "")
        last = value.rpartition(".")[2]
        is_of_a_class = label.startswith("otel_component") or label == "error_type"
        legend = legend.replace("{{" + label + "}}", last if is_of_a_class else value)
    return legend.strip()


def _note(begun):
    day = datetime.fromtimestamp(begun, UTC).date()
    return (
        f"Drawn by tests/backends/draw_dashboard.py on {day} from what a real Prometheus answered to "
        "the queries of deploy/grafana/dashboards/kumi.json. Not a picture of Grafana."
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(drawn(Path(folder)), encoding="utf-8")
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
