"""`kumi demo`, as a newcomer runs it."""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

KUMI = [sys.executable, "-c", "from kumi.cli.main import main; main()"]


def call(arguments, cwd, **settings):
    return subprocess.run(
        [*KUMI, *arguments],
        cwd=cwd,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
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


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("my notes\n")
    shown = call(["demo", "-o", "notes.txt"], tmp_path)
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr
    assert (tmp_path / "notes.txt").read_text() == "my notes\n"
