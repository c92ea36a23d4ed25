"""What the original description of the feature shows, line by line."""

from __future__ import annotations

import re
import shutil

import pytest
from scripts import EXPECTED, TWO_SCHEMAS, events, kumi, operations, run_script

BASIC = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1", "KUMI_PROFILE_FILE": "profile.jsonl"}
PERSISTENT = {**BASIC, "KUMI_PROFILE_PERSISTENT": "1"}
STREAM = {**BASIC, "KUMI_PROFILE_STREAM": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original")
    (folder / "script.py").write_text(TWO_SCHEMAS)
    return folder


@pytest.fixture
def script(folder, tmp_path):
    shutil.copy(folder / "script.py", tmp_path / "script.py")
    return tmp_path / "script.py"


def listed_operations(folder):
    """What `kumi ops` lists for the two schemas."""
    count = 0
    for name in ("SchemaA", "SchemaB"):
        shown = kumi("ops", f"script.py:{name}", cwd=folder)
        assert shown.returncode == 0, shown.stderr
        count += int(re.search(rf"{name}: (\d+) operations", shown.stdout).group(1))
    return count


def test_the_environment_lines_each_twice_and_in_order_on_one_file(script):
    folder, file = script.parent, script.parent / "profile.jsonl"
    n = listed_operations(folder)
    counts = []
    for settings in (BASIC, BASIC, PERSISTENT, PERSISTENT, STREAM, STREAM):
        before = file.read_bytes() if file.exists() else None
        done = run_script(script, folder, **settings)
        assert (done.returncode, done.stdout) == (0, EXPECTED), done.stderr
        counts.append(operations(file))
        if before is not None and settings is not PERSISTENT:
            assert (folder / "profile.jsonl.old").read_bytes() == before
    assert counts == [n, n, 2 * n, 3 * n, n, n]


def test_the_three_report_lines(script):
    folder = script.parent
    assert run_script(script, folder, **BASIC).returncode == 0
    recorded = events(folder / "profile.jsonl", "vm_operation")
    for mode in ("--summary", "--detailed", "--raw"):
        shown = kumi("profile", "profile.jsonl", mode, cwd=folder)
        assert (shown.returncode, shown.stderr) == (0, "")
        if mode == "--raw":
            assert len(re.findall(r'"event":"vm_operation"', shown.stdout)) == len(recorded)
        else:
            check_first_lines(shown.stdout, recorded)


def check_first_lines(text, recorded):
    nanoseconds, counts = {}, {}
    for event in recorded:
        name = event["schema"]
        spent = event["end_unix_nano"] - event["start_unix_nano"]
        assert round(event["duration_ms"] * 1e6) == spent
        nanoseconds[name] = nanoseconds.get(name, 0) + spent
        counts[name] = counts.get(name, 0) + 1
    order = sorted(nanoseconds, key=lambda name: (-nanoseconds[name], name))
    first = [
        f"Total operations: {len(recorded)} ({sum(nanoseconds.values()) / 1e6:.4f}ms)",
        f"Schemas analyzed: {', '.join(order)}",
        *(
            f"  {name}: {counts[name]} operations, {nanoseconds[name] / 1e6:.4f}ms"
            for name in order
        ),
    ]
    assert text.splitlines()[: len(first)] == first
    printed = [float(re.search(r"([\d.]+)ms", line).group(1)) for line in (first[0], *first[2:])]
    assert abs(printed[0] - sum(printed[1:])) <= 0.00005 * len(printed)
