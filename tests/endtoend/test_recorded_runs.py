"""What the lines of a recorded run promise: complete, tiled, nested, unique."""

from __future__ import annotations

import json
import re

import pytest
from patience import NO_WAITING_FOR_LOCKS_IN_VAIN
from scripts import TWO_SCHEMAS, events, kumi, run_script

SETTINGS = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1", "KUMI_PROFILE_FILE": "p.jsonl"}

KEYS = [
    "event", "schema", "operation", "duration_ms", "timestamp", "declaration", "index", "function",
    "rows", "run", "program", "trace_id", "span_id", "parent_span_id", "start_unix_nano",
    "end_unix_nano",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "script.py").write_text(TWO_SCHEMAS)
    done = run_script(folder / "script.py", folder, **SETTINGS)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def recorded(folder):
    return events(folder / "p.jsonl")


def of_run(recorded, run, kind):
    return [e for e in recorded if e["event"] == kind and e["run"] == run]


def runs(recorded):
    return [e for e in recorded if e["event"] == "vm_run"]


def test_every_operation_has_the_documented_keys_in_order(recorded):
    operations = [e for e in recorded if e["event"] == "vm_operation"]
    assert all(list(e) == KEYS for e in operations)
    for e in operations:
        assert round(e["duration_ms"] * 1e6) == e["end_unix_nano"] - e["start_unix_nano"]
        assert re.fullmatch(r"[0-9a-f]{32}", e["trace_id"])
        assert re.fullmatch(r"[0-9a-f]{16}", e["span_id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", e["timestamp"])
        milliseconds = e["start_unix_nano"] // 1_000_000 % 1000
        assert e["timestamp"].endswith(f".{milliseconds:03d}Z")


@pytest.mark.parametrize("schema", ["SchemaA", "SchemaB"])
def test_operations_are_those_that_ops_lists(folder, recorded, schema):
    (run,) = [e for e in runs(recorded) if e["schema"] == schema]
    lines = of_run(recorded, run["run"], "vm_operation")
    listing = kumi("ops", f"script.py:{schema}", cwd=folder).stdout
    listed = re.findall(r"^\s*%(\d+)\s+(\w+)", listing, flags=re.MULTILINE)
    assert [(str(e["index"]), e["operation"]) for e in lines] == listed
    assert run["operations"] == len(listed)


def test_operations_tile_their_run_and_children_lie_inside(recorded):
    for run in runs(recorded):
        lines = of_run(recorded, run["run"], "vm_operation")
        assert lines[0]["start_unix_nano"] == run["start_unix_nano"]
        assert lines[-1]["end_unix_nano"] == run["end_unix_nano"]
        for one, following in zip(lines, lines[1:], strict=False):
            assert one["end_unix_nano"] == following["start_unix_nano"]
        groups = {e["span_id"]: e for e in of_run(recorded, run["run"], "vm_declaration")}
        for e in lines:
            parent = groups[e["parent_span_id"]]
            assert parent["declaration"] == e["declaration"]
            assert parent["start_unix_nano"] <= e["start_unix_nano"]
            assert e["end_unix_nano"] <= parent["end_unix_nano"]
        for group in groups.values():
            assert group["parent_span_id"] == run["span_id"]
            assert run["start_unix_nano"] <= group["start_unix_nano"]
            assert group["end_unix_nano"] <= run["end_unix_nano"]


def test_free_operations_take_no_time(recorded):
    free = [e for e in recorded if e.get("operation") in {"Const", "Ref"}]
    assert free
    assert {e["duration_ms"] for e in free} == {0}


def test_rows_are_the_cells_visited(recorded):
    reduces = [e for e in recorded if e.get("operation") == "Reduce"]
    assert [e["rows"] for e in reduces] == [3, 3]
    assert {e["rows"] for e in recorded if e.get("schema") == "SchemaA" and "rows" in e} == {1}


def test_each_program_is_described_before_its_first_operation(recorded):
    assert recorded[0]["event"] == "profile_start"
    assert recorded[-1]["event"] == "profile_end"
    seen = set()
    for e in recorded:
        if e["event"] == "program":
            seen.add(e["program"])
            assert len(e["sha256"]) == 64
        elif e["event"] == "vm_operation":
            assert e["program"] in seen


def test_no_value_of_the_input_and_no_literal_is_written(folder):
    text = (folder / "p.jsonl").read_text()
    assert "50000.0" not in text
    assert "1000.0" not in text
    assert "rich" not in text


UNIQUE = f"""{NO_WAITING_FOR_LOCKS_IN_VAIN}
import os, sys
import kumi

class Many(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    a = kumi.value(Input.x + 1.0)
    b = kumi.value(a * a)
    c = kumi.value(b - a)

def work(runs):
    for _ in range(runs):
        Many.run(x=2.0)

work(10)
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        work(24_000)
        sys.exit(0)
    children.append(child)
work(24_000)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_ids_are_unique_over_a_million_spans_and_two_forked_children(tmp_path):
    (tmp_path / "script.py").write_text(UNIQUE)
    done = run_script(tmp_path / "script.py", tmp_path, **SETTINGS)
    assert done.returncode == 0, done.stderr
    found = re.compile(rb'"trace_id":"(\w+)","span_id":"(\w+)"')
    lines = (tmp_path / "p.jsonl").read_bytes().splitlines()
    pairs = [match.groups() for match in map(found.search, lines) if match]
    spans = {span for _, span in pairs}
    assert len(pairs) > 1_000_000
    assert len(spans) == len(pairs)
    whole = [json.loads(line) for line in lines if b'"vm_run"' in line]
    assert len({e["run"] for e in whole}) == len({e["trace_id"] for e in whole}) == 72_010
