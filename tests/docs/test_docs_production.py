"""docs/production.md: its line and its example do what they say, and it names what is there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from otlp_receivers import http_receiver
from patience import HANG

import kumi
from kumi import otel
from kumi.otel.delivery import sender
from kumi.otel.recording import channel
from kumi.otel.settings import Settings

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the dev extra")
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
LINE = re.search(r"^KUMI_PROFILE=1 .*$", PAGE, re.MULTILINE)[0]
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
PICTURE = ROOT / "docs" / "dashboard.svg"
APP = """
import kumi

class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
    gross = kumi.value(Input.hours * 20.0)

for _ in range(3):
    Pay.run(hours=38.5)
"""
METERED = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
{app}
kumi.otel.flush()
for group in reader.get_metrics_data().resource_metrics:
    for metric in group.scope_metrics[0].metrics:
        print(metric.name, getattr(metric.data.data_points[0], "value", 0))
"""
RUNS = {"kumi.runs", "kumi.run.time", "kumi.run.duration"}
OPERATIONS = {"kumi.operations", "kumi.operation.time"}


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]

    gross = kumi.value(Input.hours * 20.0)


def test_the_line_sends_each_run_and_of_those_that_are_not_slow_only_the_run(tmp_path):
    (tmp_path / "app.py").write_text(APP)
    with http_receiver() as received:
        line = LINE.replace("http://localhost:14318", received.endpoint)
        done = subprocess.run(
            ["sh", "-c", line.replace("python app.py", '"$PYTHON" app.py')],
            cwd=tmp_path, env=os.environ | {"PYTHON": sys.executable},
            capture_output=True, text=True, timeout=HANG,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = [span.name for span in received.spans()]
    assert names.count("run Pay") == 3
    assert "Map multiply" not in names


@pytest.mark.parametrize(("step", "metrics"), [(1, RUNS), (2, RUNS | OPERATIONS)])
def test_a_step_has_the_metrics_that_it_says(tmp_path, step, metrics):
    row = re.search(rf"^\| {step} \| (.*?) \|", PAGE, re.MULTILINE)[1]
    said = re.findall(r"(KUMI_\w+)=(\S+?)(?=[` ])", row)
    (tmp_path / "app.py").write_text(METERED.format(app=APP))
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, env=os.environ | dict([("KUMI_PROFILE", "1"), *said]),
        capture_output=True, text=True, timeout=HANG,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    found = dict(line.split() for line in done.stdout.splitlines())
    assert metrics == {name for name in found if name.startswith("kumi.")}
    assert found["kumi.runs"] == "3"


def test_the_endpoint_changes_rules_and_ends_recording(tmp_path):
    names = {}
    exec(compile(EXAMPLE, "production.md", "exec"), names)
    said = []

    def ask(query):
        content = names["profiling"]({"QUERY_STRING": query}, lambda status, _: said.append(status))
        return b"".join(content).decode()

    with otel.profile(file=tmp_path / "p.jsonl", ops=True):
        for query, runs in (("", 3), ("recording=off", 5), ("recording=on", 4), ("sample=10", 20)):
            ask(query)
            for _ in range(runs):
                Pay.run(hours=38.5)
            otel.flush()
        assert "slow_ms" in ask("speed=1")
    events = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events].count("vm_run") == 3 + 4 + 20 // 10
    assert said == ["204 No Content"] * 4 + ["400 Bad Request"]


def test_settings_are_those_that_there_are():
    there = {f"KUMI_PROFILE_{name.upper()}" for name in Settings.__annotations__}

    assert set(re.findall(r"KUMI_PROFILE_\w+", PAGE)) <= there
    short = set(re.findall(r"`([A-Z]+_?[A-Z]+)`", PAGE))
    assert {f"KUMI_PROFILE_{name}" for name in short} <= there


def test_queues_are_as_long_as_it_says():
    assert f"{channel._MOST_RUNS:,} runs" in PAGE
    assert f"{sender.MOST_SPANS:,} spans" in PAGE


def test_each_port_alert_and_reason_is_there():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    ports = {port.split(":")[1] for service in services for port in service["ports"]}
    assert [port for port in ports if not re.search(rf"\b{port}\b", PAGE)] == []

    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    table = PAGE.partition("| alert | when |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == alerts

    reasons = PAGE.partition("| reason | what to do |")[2].partition("\n\n")[0]
    metrics = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    file = (ROOT / "docs" / "event-file.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`([a-z_]+)`", "".join(row.split("|")[1] for row in reasons.splitlines() if row)
    )
    assert len(named) == 7
    assert [name for name in named if f"`{name}`" not in metrics + file] == []


def test_the_picture_is_of_the_dashboard_as_it_is_and_says_how_it_was_made():
    picture = PICTURE.read_text(encoding="utf-8")
    panels = json.loads((ROOT / "deploy/grafana/dashboards/kumi.json").read_text())["panels"]

    assert re.findall(r'font-weight="bold">([^<]*)<', picture) == [one["title"] for one in panels]
    assert "Not a picture of Grafana" in picture
    shown = set(re.findall(r">([\d,]+) ?/s<|taken: ([\d,]+) /s<", picture))
    said = re.findall(r"([\d,]+) (?:spans|of them|operations) a second", PAGE.partition("## ")[0])
    assert len(said) == 3
    assert set(said) <= {figure for found in shown for figure in found}
    assert len(picture) < 100_000
