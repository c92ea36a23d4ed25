"""Which processes share a profile: a command and all it starts, workers of one parent, no others."""

from __future__ import annotations

import subprocess
import sys

import pytest
from patience import HANG
from scripts import environment, events

RUNS, PROCESSES = 30, 6
WORK = f"""
import kumi

class Work(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    doubled = kumi.value(Input.x * 2.0)

def work(runs={RUNS}):
    for _ in range(runs):
        Work.run(x=1.0)
"""
ALONE = "import work\nwork.work()\n"

# Parents that know nothing of Kumi, nor run a schema.
SUBPROCESSES = f"""
import subprocess, sys
for _ in range({PROCESSES}):
    subprocess.run([sys.executable, "alone.py"], check=True)
"""
SPAWNED = f"""
import multiprocessing

def target():
    import work
    work.work()

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    for _ in range({PROCESSES}):
        process = spawn.Process(target=target)
        process.start()
        process.join()
"""
RECYCLED = f"""
import multiprocessing

def target(_):
    import work
    work.work()

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2, maxtasksperchild=1) as pool:
        pool.map(target, range({PROCESSES}), chunksize=1)
        pool.close()
        pool.join()
"""
PARENTS = {"subprocess": SUBPROCESSES, "spawn": SPAWNED, "recycled": RECYCLED}
# A parent that runs a schema itself, and then starts others that forget its process group.
KNOWING = """
import subprocess, sys, work
work.work()
subprocess.run([sys.executable, "alone.py"], check=True, process_group=0)
"""
SUPERVISOR = """
import subprocess, sys
for _ in range(2):
    subprocess.run([sys.executable, "alone.py"], check=True, process_group=0)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "alone.py").write_text(ALONE)
    return tmp_path


def start(folder, script, **settings):
    (folder / "parent.py").write_text(script)
    command(folder, [sys.executable, "parent.py"], **settings)


def command(folder, arguments, **settings):
    """Run a command as a shell does: in a process group of its own."""
    settings = environment(KUMI_PROFILE="1", KUMI_PROFILE_FILE="p.jsonl", **settings)
    done = subprocess.run(
        arguments, cwd=folder, env=settings, timeout=HANG, process_group=0, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""


def runs(path):
    return len(events(path, "vm_run"))


def jobs(path):
    return {event["job"] for event in events(path, "profile_start")}


@pytest.mark.parametrize("mode", [{}, {"KUMI_PROFILE_TRUNCATE": "1"}])
@pytest.mark.parametrize("parent", PARENTS)
def test_workers_of_a_parent_that_knows_nothing_of_kumi_are_one_job(folder, parent, mode):
    start(folder, PARENTS[parent], **mode)
    file = folder / "p.jsonl"
    assert runs(file) == RUNS * PROCESSES
    assert len(events(file, "profile_start")) == PROCESSES
    assert len(jobs(file)) == 1
    assert not (folder / "p.jsonl.old").exists()


def test_what_a_profiled_process_starts_is_of_its_job(folder):
    start(folder, KNOWING)
    assert runs(folder / "p.jsonl") == 2 * RUNS
    assert len(jobs(folder / "p.jsonl")) == 1


def test_two_lines_of_a_shell_script_are_two_jobs(folder):
    command(folder, ["sh", "-c", f"{sys.executable} alone.py; {sys.executable} alone.py"])
    assert runs(folder / "p.jsonl") == runs(folder / "p.jsonl.old") == RUNS
    assert jobs(folder / "p.jsonl") != jobs(folder / "p.jsonl.old")


def test_what_a_supervisor_starts_again_is_another_job(folder):
    start(folder, SUPERVISOR)
    assert runs(folder / "p.jsonl") == runs(folder / "p.jsonl.old") == RUNS


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("PERSISTENT", 2 * PROCESSES), ("TRUNCATE", PROCESSES)],
)
def test_a_second_job_appends_or_empties_the_file_once(folder, mode, kept):
    for _ in range(2):
        start(folder, SUBPROCESSES, **{f"KUMI_PROFILE_{mode}": "1"})
    assert runs(folder / "p.jsonl") == RUNS * kept
    assert len(jobs(folder / "p.jsonl")) == kept // PROCESSES
    assert not (folder / "p.jsonl.old").exists()
