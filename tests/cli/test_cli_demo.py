"""`kumi demo`, as a newcomer runs it."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys

import pytest
from otlp_receivers import http_receiver
from patience import HANG

KUMI = [sys.executable, "-c", "from kumi.cli.main import main; main()"]


def call(arguments, cwd, **settings):
    return subprocess.run(
        [*KUMI, *arguments],
        cwd=cwd,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
        process_group=0,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return call(["demo"], folder), folder


def test_it_says_what_was_computed(done):
    shown, _ = done
    assert (shown.returncode, shown.stderr) == (0, "")
    for schema in ("UsTax2024: returns 2,000", "OrderPricing: revenue", "Payroll: headcount 2,000"):
        assert f"{schema}" in shown.stdout


def test_the_profile_is_small_and_whole(done):
    _, folder = done
    (profile,) = folder.iterdir()
    assert profile.name == "kumi-demo.jsonl"
    assert profile.stat().st_size < 1_000_000
    events = [json.loads(line) for line in profile.read_text().splitlines()]
    assert {e["schema"] for e in events if e["event"] == "vm_operation"} == {
        "UsTax2024",
        "OrderPricing",
        "Payroll",
    }


def test_the_summary_follows(done):
    shown, _ = done
    lines = shown.stdout.splitlines()
    first = lines.index("") + 1
    assert re.fullmatch(r"Total operations: \d+ \(\d+\.\d{4}ms\)", lines[first])
    assert lines[first + 1].startswith("Schemas analyzed: ")


def test_the_next_commands_work_as_they_are_printed(done):
    shown, folder = done
    commands = re.findall(r"^  kumi (.*)$", shown.stdout, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        then = call(shlex.split(command), folder)
        assert (then.returncode, then.stderr) == (0, "")
        assert "UsTax2024" in then.stdout


def test_a_second_demo_replaces_the_first(tmp_path):
    sizes = []
    for _ in range(2):
        assert call(["demo", "-o", "again.jsonl"], tmp_path).returncode == 0
        sizes.append((tmp_path / "again.jsonl").read_text().count("vm_operation"))
    assert sizes[0] == sizes[1]
    assert [path.name for path in tmp_path.iterdir()] == ["again.jsonl"]


@pytest.mark.parametrize("output", ["/dev/full", "/dev/stdout", "."])
def test_what_cannot_be_read_back_is_no_place_for_the_profile(tmp_path, output):
    shown = call(["demo", "-o", output], tmp_path)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert f"{output} is no file: the report is read back from the profile" in shown.stderr


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("my notes\n")
    shown = call(["demo", "-o", "notes.txt"], tmp_path)
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr
    assert (tmp_path / "notes.txt").read_text() == "my notes\n"


def test_everything_is_one_trace_where_there_is_a_collector(tmp_path):
    with http_receiver() as received:
        shown = call(["demo"], tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=received.endpoint)
    assert (shown.returncode, shown.stderr) == (0, "")
    sent = received.spans()
    (root,) = [span for span in sent if not span.parent_span_id]
    assert root.name == "kumi demo"
    assert {span.trace_id for span in sent} == {root.trace_id}
    runs = [span for span in sent if span.name.startswith("run ")]
    assert {run.parent_span_id for run in runs} == {root.span_id}
    said = re.search(
        r"^Trace ([0-9a-f]{32}): ([\d,]+) spans sent to (.*)$", shown.stdout, re.MULTILINE
    )
    assert said[1] == root.trace_id.hex()
    assert int(said[2].replace(",", "")) == len(sent) - 1
    assert said[3] == received.endpoint


def test_a_collector_that_is_not_there_is_said(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        settings = {"OTEL_EXPORTER_OTLP_TIMEOUT": "0.5", "KUMI_PROFILE_EXIT_MS": "300"}
        shown = call(["demo"], tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **settings)
    assert shown.returncode == 0
    assert f"spans did not reach {endpoint}; is it running?" in shown.stdout
    assert "Total operations: " in shown.stdout
