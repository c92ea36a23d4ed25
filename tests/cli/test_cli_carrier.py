"""The commands that run schemas are part of the trace that their environment names."""

import json
import os
import subprocess
import sys

import pytest
from calling import DATA, MODULE, TAX, start
from otlp_receivers import http_receiver
from patience import HANG

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = {
    "TRACEPARENT": f"00-{TRACE}-{PARENT}-01",
    "TRACESTATE": "vendor=opaque,other=1",
    "BAGGAGE": "tenant=shop%20one,plan=gold",
}
SCRIPT = MODULE + (
    "from opentelemetry import baggage\n"
    "print(sorted(baggage.get_all().items()))\n"
    "First.run(x=1.0)\n"
)
COMMANDS = {
    "run": ["run", "tax.kumi", "-i", "tax.json", "--profile", "p.jsonl"],
    "record": ["record", "-o", "p.jsonl", "--quiet", "app.py"],
    "demo": ["demo", "-o", "p.jsonl"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "tax.json").write_text(DATA)
    (tmp_path / "app.py").write_text(SCRIPT)
    return tmp_path


def run(command, **variables):
    process = start(*command, stdout=subprocess.PIPE, variables=variables)
    out, err = process.communicate(timeout=HANG)
    assert process.returncode == 0, err
    return out


def events(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def runs(path):
    found = [event for event in events(path) if event["event"] == "vm_run"]
    return [(event["trace_id"], event["parent_span_id"]) for event in found]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_runs_hang_below_the_parent_of_the_environment(folder, command):
    run(command, **GIVEN)
    everything = events(folder / "p.jsonl")
    timed = [event for event in everything if "trace_id" in event]
    assert {event["trace_id"] for event in timed} == {TRACE}
    own = {event["span_id"] for event in timed}
    assert {event["parent_span_id"] for event in timed} - own == {PARENT}
    assert runs(folder / "p.jsonl")


def test_a_run_that_is_profiled_by_the_environment_is_part_of_the_trace(folder):
    run(COMMANDS["run"][:4], **GIVEN, KUMI_PROFILE="1", KUMI_PROFILE_FILE="p.jsonl")
    assert runs(folder / "p.jsonl") == [(TRACE, PARENT)]


def test_a_recorded_program_has_the_baggage(folder):
    assert run(COMMANDS["record"], **GIVEN) == "[('plan', 'gold'), ('tenant', 'shop one')]\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"TRACEPARENT": "00-nonsense-01"},
        {"TRACEPARENT": f"ff-{TRACE}-{PARENT}-01"},
        {"TRACEPARENT": f"00-{'0' * 32}-{PARENT}-01"},
        {"TRACEPARENT": "", "TRACESTATE": "a=1"},
        {"TRACESTATE": "a=1", "BAGGAGE": ";;=,"},
    ],
)
def test_a_malformed_parent_is_ignored(folder, wrong):
    run(COMMANDS["run"], **wrong)
    ((trace, parent),) = runs(folder / "p.jsonl")
    assert (trace == TRACE, parent) == (False, None)


def test_a_malformed_state_leaves_the_parent(folder):
    run(COMMANDS["run"], **GIVEN | {"TRACESTATE": "=;=", "BAGGAGE": "\x7f"})
    assert runs(folder / "p.jsonl") == [(TRACE, PARENT)]


def test_a_collector_gets_the_runs_below_that_parent_with_its_state():
    with http_receiver() as received:
        sent = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.endpoint}
        run(COMMANDS["record"], **GIVEN, **sent)
    found = [span for span in received.spans() if span.name == "run First"]
    assert [(span.trace_id.hex(), span.parent_span_id.hex()) for span in found] == [(TRACE, PARENT)]
    assert {span.trace_state for span in received.spans()} == {GIVEN["TRACESTATE"]}


def test_a_parent_that_is_not_sampled_keeps_its_runs_from_the_collector(folder):
    with http_receiver() as received:
        unsampled = GIVEN | {"TRACEPARENT": f"00-{TRACE}-{PARENT}-00"}
        run(COMMANDS["record"], **unsampled, OTEL_EXPORTER_OTLP_ENDPOINT=received.endpoint)
    assert received.spans() == []
    assert [trace for trace, _ in runs(folder / "p.jsonl")] == [TRACE]


def test_a_run_that_is_not_profiled_imports_nothing_of_opentelemetry():
    command = (
        "import sys\nfrom kumi.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "finally:\n    print(any(name.startswith('opentelemetry') for name in sys.modules))\n"
    )
    python = [sys.executable, "-c", command, "run", "tax.kumi", "-i", "tax.json"]
    done = subprocess.run(python, env=os.environ | GIVEN, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert json.loads(done.stdout.rpartition("}")[0] + "}")["tax"] == 500.0
