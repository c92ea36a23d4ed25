"""Every mode of the event file against every state in which it may find its path."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from scripts import EXPECTED, TWO_SCHEMAS, events, operations, run_script

OPS = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1"}
MODES = {
    "neither": {},
    "persistent": {"KUMI_PROFILE_PERSISTENT": "1"},
    "truncate": {"KUMI_PROFILE_TRUNCATE": "1"},
    "both": {"KUMI_PROFILE_PERSISTENT": "1", "KUMI_PROFILE_TRUNCATE": "1"},
}
DELIVERY = {"batch": {}, "stream": {"KUMI_PROFILE_STREAM": "1"}}
OLD = '{"event":"vm_operation","schema":"Old","operation":"Map","duration_ms":0.001,"timestamp":"2025-01-20T10:30:45.123Z"}\n'
FOREIGN = "name,price\nbook,9.5\n"

every_mode = pytest.mark.parametrize("mode", MODES)
every_delivery = pytest.mark.parametrize("delivery", DELIVERY)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("import logging\nlogging.basicConfig(level=logging.INFO)\n" + TWO_SCHEMAS)
    return path


def profile(script, file, mode, delivery, **more):
    settings = {**OPS, **MODES[mode], **DELIVERY[delivery], "KUMI_PROFILE_FILE": str(file), **more}
    done = run_script(script, script.parent, **settings)
    assert (done.returncode, done.stdout) == (0, EXPECTED), done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def n(tmp_path_factory):
    folder = tmp_path_factory.mktemp("count")
    (folder / "script.py").write_text(TWO_SCHEMAS)
    profile(folder / "script.py", folder / "p.jsonl", "neither", "batch")
    return operations(folder / "p.jsonl")


@every_mode
@every_delivery
def test_existing_profile(script, tmp_path, n, mode, delivery):
    file = tmp_path / "p.jsonl"
    file.write_text(OLD)
    said = profile(script, file, mode, delivery)
    assert operations(file) == n + (1 if mode == "persistent" else 0)
    rotated = tmp_path / "p.jsonl.old"
    assert rotated.exists() == (mode == "neither")
    if mode == "neither":
        assert rotated.read_text() == OLD
        assert "p.jsonl.old" in said


@every_mode
@every_delivery
def test_empty_file_and_missing_folder(script, tmp_path, n, mode, delivery):
    empty, missing = tmp_path / "empty.jsonl", tmp_path / "a" / "b" / "p.jsonl"
    empty.touch()
    for file in (empty, missing):
        profile(script, file, mode, delivery)
        assert operations(file) == n
        assert sorted(file.parent.glob("*.old")) == []


@every_mode
@every_delivery
def test_unwritable_path(script, tmp_path, mode, delivery):
    (tmp_path / "plain").write_text("a regular file")
    said = profile(script, tmp_path / "plain" / "p.jsonl", mode, delivery)
    happened, lost = said.splitlines()
    assert "p.jsonl: " in happened
    assert re.search(r"(\d+) of \1 spans are not in .*p\.jsonl: file_error \1$", lost)
    assert "Traceback" not in said
    assert (tmp_path / "plain").read_text() == "a regular file"


@every_mode
@every_delivery
def test_foreign_file_is_left_alone(script, tmp_path, mode, delivery):
    file = tmp_path / "prices.csv"
    file.write_text(FOREIGN)
    said = profile(script, file, mode, delivery)
    assert file.read_text() == FOREIGN
    assert "prices.csv" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["prices.csv", "script.py"]


@every_delivery
def test_an_old_file_that_is_no_profile_is_never_replaced(script, tmp_path, n, delivery):
    file = tmp_path / "p.jsonl"
    file.write_text(OLD)
    (tmp_path / "p.jsonl.old").write_text(FOREIGN)
    profile(script, file, "neither", delivery)
    assert (tmp_path / "p.jsonl.old").read_text() == FOREIGN
    assert (tmp_path / "p.jsonl.1").read_text() == OLD
    assert operations(file) == n


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A file on a disk with hardly any room: a small tmpfs, or /dev/full where mounting is refused."""
    mount = tmp_path_factory.mktemp("disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(mount)], capture_output=True
    )
    print("full disk:", "tmpfs of 4 KiB" if made.returncode == 0 else "/dev/full")
    if made.returncode != 0:
        yield Path("/dev/full")
        return
    yield mount / "p.jsonl"
    subprocess.run(["umount", "-l", str(mount)], check=True)  # also while somebody looks


@every_mode
@every_delivery
def test_full_disk(script, small_disk, mode, delivery):
    if small_disk.is_file():
        small_disk.unlink()
    said = profile(script, small_disk, mode, delivery)
    assert "No space left" in said
    assert "Traceback" not in said
    if small_disk.is_file():  # who could not write everything says so, unlike who was killed
        last = events(small_disk)[-1]
        assert last["event"] == "profile_end"
        assert last["dropped"]["file_error"] > 0


@every_mode
@every_delivery
def test_no_file_at_all(script, mode, delivery):
    settings = {**OPS, **MODES[mode], **DELIVERY[delivery]}
    done = run_script(script, script.parent, **settings)
    assert (done.returncode, done.stdout) == (0, EXPECTED)
    assert done.stderr.count("KUMI_PROFILE_FILE") == 1
    assert [p.name for p in script.parent.iterdir()] == ["script.py"]


@every_delivery
def test_operations_off_leaves_runs_and_declarations(script, tmp_path, delivery):
    file = tmp_path / "p.jsonl"
    profile(script, file, "neither", delivery, KUMI_PROFILE_OPS="0")
    kinds = {event["event"] for event in events(file)}
    assert "vm_operation" not in kinds
    assert {"vm_run", "vm_declaration"} <= kinds


def test_streamed_events_are_in_the_file_when_the_run_returns(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        TWO_SCHEMAS
        + "print(sum(b'\"vm_run\"' in line for line in open('p.jsonl', 'rb')))\nimport os; os._exit(0)\n"
    )
    settings = {**OPS, **DELIVERY["stream"], "KUMI_PROFILE_FILE": "p.jsonl"}
    assert run_script(script, tmp_path, **settings).returncode == 0
    assert len(events(tmp_path / "p.jsonl", "vm_run")) == 2


def test_off_writes_nothing(script):
    done = run_script(script, script.parent, KUMI_PROFILE_FILE="p.jsonl", KUMI_PROFILE="0")
    assert (done.stdout, done.stderr) == (EXPECTED, "")
    assert not (script.parent / "p.jsonl").exists()
