"""deploy/prometheus in a real Prometheus, which watches a real service: names, alerts, exemplars."""

import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
import yaml
from patience import HANG
from prometheus_server import FOLDER
from running_programs import eventually

pytestmark = pytest.mark.backend
RULES_TEST = Path(__file__).with_name("alerts_test.yml")
ANY_NAME = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
"""What Prometheus asks for since its third generation, which tests do not run."""
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
LABELS = re.compile(r"\{[^}]*\}|\b(?:by|on) \([^)]*\)")
NAME = re.compile(r"\b(?:kumi|otel|otelcol|up)(?:[_:]\w+)*\b")


@pytest.mark.parametrize(
    "arguments",
    [["check", "config", FOLDER / "prometheus.yml"], ["test", "rules", RULES_TEST]],
)
def test_promtool_accepts_configuration_and_rules(promtool, arguments):
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_shown_to_fire():
    shown = yaml.safe_load(RULES_TEST.read_text())["tests"]
    fired = {
        each["alertname"] for test in shown for each in test["alert_rule_test"] if each["exp_alerts"]
    }  # fmt: skip

    assert {rule["alert"] for rule in RULES if "alert" in rule} == fired


def test_each_job_is_asked_and_answers(watched):
    found = eventually(lambda: watched.query("up"), is_enough=lambda found: len(found) == 3)

    jobs = {series["metric"]["job"]: series["value"][1] for series in found}
    assert jobs == {"service": "1", "collector": "1", "relayed": "1"}


def test_losses_of_a_real_run_fire_their_alerts_and_no_other(watched):
    def firing():
        alerts = watched.ask("alerts")["alerts"]
        labels = [one["labels"] for one in alerts if one["state"] == "firing"]
        return {one["alertname"]: one for one in labels}

    found = eventually(firing, is_enough=lambda found: len(found) == 2)
    assert found.keys() == {"KumiSpansLost", "CollectorLosesSpans"}
    assert found["KumiSpansLost"]["error_type"] == "file_limit"
    assert found["KumiSpansLost"]["otel_component_type"].endswith(".EventLog")
    assert found["CollectorLosesSpans"]["exporter"] == "otlp_grpc/tempo"


def test_the_names_in_documentation_and_rules_are_those_that_are_found(watched):
    page = (FOLDER.parents[1] / "docs" / "metrics.md").read_text(encoding="utf-8")
    said = page.partition("## In Prometheus")[2].partition("```\n")[2].partition("```")[0].split()
    named = {name for rule in RULES for name in NAME.findall(LABELS.sub(" ", rule["expr"]))}
    assert len(said) == 4
    assert {"kumi_runs_total", "otelcol:spans_lost:total", "up"} <= named

    def there():
        return set(watched.ask("label/__name__/values"))

    assert {*said, *named} <= eventually(there, is_enough={*said, *named}.issubset)


def test_a_prometheus_that_takes_any_name_is_told_the_same_ones(watched):
    def names(url, accept):
        asked = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(asked, timeout=HANG) as answer:
            return set(
                re.findall(
                    r"^# TYPE (\S+?)(?:_total|_info)? ", answer.read().decode(), re.MULTILINE
                )
            )

    targets = eventually(lambda: watched.ask("targets")["activeTargets"])
    for url in [target["scrapeUrl"] for target in targets]:
        assert names(url, ANY_NAME) == names(url, "text/plain")


def test_an_exemplar_names_a_run_that_jaeger_has(watched, jaeger):
    def found():
        return watched.ask(
            "query_exemplars", start="0", end="9999999999",
            query='traces_span_metrics_duration_seconds_bucket{span_name="run OrderPricing"}',
        )  # fmt: skip

    exemplar = eventually(found)[0]["exemplars"][0]
    groups = jaeger.resource_spans(exemplar["labels"]["trace_id"], 1)
    spans = [span for group in groups for scope in group.scope_spans for span in scope.spans]
    (run,) = [span for span in spans if span.span_id.hex() == exemplar["labels"]["span_id"]]
    assert run.name == "run OrderPricing"
    took = (run.end_time_unix_nano - run.start_time_unix_nano) / 1e9
    assert float(exemplar["value"]) == pytest.approx(took)
