"""Real libraries get real spans: `make lanes-libraries`. Each in a process of its own, offline."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

pytestmark = pytest.mark.lanes
APPLICATIONS = Path(__file__).parent / "applications"
OFFLINE = {
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "NO_PROXY": "127.0.0.1,localhost",
}
LIBRARIES = {
    "baggage": ("opentelemetry.processor.baggage", "t1"),
    "sentry": ("sentry_sdk", "MainThread"),
    "logfire": ("logfire", "span"),
    "ddtrace": ("ddtrace", "otel"),
    "langfuse": ("langfuse", "u1"),
}
"""The package of each, and what it adds to a span of ours, as its application has it."""
WITH_DECLARATIONS = [
    *(["Taxed.inputs", "Taxed.tax", "Taxed.total", "run Taxed"] * 3),
    *["Shared.inputs", "Shared.rest", "run Shared"],
]
PHASES = ("compile", "parse", "analyze", "lower", "codegen")
RUNS = ["run Taxed"] * 3 + ["run Shared"]


def is_installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def ran(library, traces, when, cwd, **environment):
    """What the library has, what the file has, and what was said."""
    package, _ = LIBRARIES[library]
    if not is_installed(package):
        pytest.skip(f"{package} is not installed: make lanes-libraries")
    done = subprocess.run(
        [sys.executable, APPLICATIONS / "lane_runs.py", f"lane_{library}", traces, when],
        cwd=cwd, env=os.environ | OFFLINE | environment, capture_output=True, text=True, timeout=HANG,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in (cwd / "p.jsonl").read_text().splitlines()]
    return json.loads(done.stdout), events, done.stderr


def ids(spans):
    return sorted(
        (span["trace_id"], span["span_id"], span["parent_span_id"] or "") for span in spans
    )


@pytest.mark.parametrize(("traces", "when"), [("native", "first"), ("auto", "later")])
@pytest.mark.parametrize("library", LIBRARIES)
def test_spans_arrive_once_as_the_file_has_them(library, traces, when, tmp_path):
    spans, events, said = ran(library, traces, when, tmp_path)
    phases = [span for span in spans if span["name"].partition(" ")[0] in PHASES]
    ours = [span for span in spans if span["name"] != "request" and span not in phases]
    (request,) = [span for span in spans if span["name"] == "request"]
    assert sorted(span["name"] for span in ours) == sorted(
        RUNS if traces == "auto" else WITH_DECLARATIONS
    )

    early = 2 if when == "later" else 0
    assert "traces go as real spans of runs" in said
    in_file = [e for e in events if e["event"] == "vm_run"]
    made = {event["run"] for event in in_file[early:]}
    kinds = ("vm_run",) if traces == "auto" else ("vm_run", "vm_declaration")
    assert ids(ours) == ids(e for e in events if e["event"] in kinds and e["run"] in made)
    runs = [span for span in ours if span["name"].startswith("run ")]
    assert [span["trace_id"] for span in runs].count(request["trace_id"]) == 3
    assert [span["parent_span_id"] for span in runs].count(request["span_id"]) == 3
    assert [span["parent_span_id"] for span in runs].count(None) == 1

    failed = {span["name"] for span in ours if span["failed"]}
    assert failed == ({"run Shared"} if traces == "auto" else {"run Shared", "Shared.rest"})
    below = [span for span in ours if span["trace_id"] == request["trace_id"]]
    assert {span["added"] for span in below} == {LIBRARIES[library][1]}
    counted = events[-1]["spans"]
    assert counted["sampled"] == counted["handed"] == len(ours) + len(phases)
    assert events[-1]["dropped"] == {}


def test_runs_lie_below_a_span_of_datadogs_own_where_contexts_are_shared(tmp_path):
    shared = {"OTEL_PYTHON_CONTEXT": "ddcontextvars_context"}
    spans, events, _ = ran("ddtrace", "auto", "first", tmp_path, **shared)
    (request,) = [span for span in spans if span["name"] == "request"]
    assert request["added"] == "datadog"
    runs = [span for span in spans if span["name"].startswith("run ")]
    assert [span["parent_span_id"] for span in runs].count(request["span_id"]) == 3
    assert ids(runs) == ids(event for event in events if event["event"] == "vm_run")


def test_sentry_has_runs_in_the_transaction_of_their_request(tmp_path):
    spans, _, _ = ran("sentry", "native", "first", tmp_path)
    (request,) = [span for span in spans if span["name"] == "request"]
    runs = [span for span in spans if span["name"].partition(" ")[0] not in PHASES]
    own = [span for span in runs if span["transaction"] == request["span_id"]]
    assert len(own) == 1 + 4 + 4 + 3
    assert len({span["transaction"] for span in runs}) == 2
