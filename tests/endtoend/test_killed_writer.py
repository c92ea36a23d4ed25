"""A writer killed again and again beside living ones on one file costs nobody else a line."""

from __future__ import annotations

import json
import subprocess
import sys

from scripts import environment

WRITER = """
import sys
import kumi

class Work(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    doubled = kumi.value(Input.x * 2.0)
    more = kumi.value(doubled + 1.0)

runs = int(sys.argv[1])
for number in range(runs):
    Work.run(x=1.0)
"""
KILLS, LIVING, RUNS = 100, 3, 20_000


def start(folder, runs):
    settings = environment(
        KUMI_PROFILE="1",
        KUMI_PROFILE_OPS="1",
        KUMI_PROFILE_PERSISTENT="1",
        KUMI_PROFILE_FILE="p.jsonl",
    )
    return subprocess.Popen([sys.executable, "writer.py", str(runs)], cwd=folder, env=settings)


def fork_victims(folder):
    """A parent that has imported everything, and forks a writer for each kill: no start-up time."""
    code = (
        WRITER
        + """
import os, random, signal, time
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        while True:
            Work.run(x=1.0)
    time.sleep(random.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
    )
    (folder / "victims.py").write_text(code)
    settings = environment(
        KUMI_PROFILE="1",
        KUMI_PROFILE_OPS="1",
        KUMI_PROFILE_PERSISTENT="1",
        KUMI_PROFILE_FILE="p.jsonl",
    )
    return subprocess.Popen(
        [sys.executable, "victims.py", "1", str(KILLS)], cwd=folder, env=settings
    )


def test_every_line_of_the_living_is_whole_and_counted(tmp_path):
    (tmp_path / "writer.py").write_text(WRITER)
    living = [start(tmp_path, RUNS) for _ in range(LIVING)]
    victims = fork_victims(tmp_path)
    assert [process.wait(timeout=300) for process in (*living, victims)] == [0] * (LIVING + 1)
    whole, broken = read(tmp_path / "p.jsonl")
    assert broken <= KILLS
    counted = count_runs(whole)
    ends = [event for event in whole if event["event"] == "profile_end"]
    finished = {event["process"]: event["runs"]["seen"] for event in ends}
    full = [process for process, seen in finished.items() if seen >= RUNS]
    assert len(full) == LIVING
    for process in full:
        assert counted[process] == RUNS


def read(path):
    whole, broken = [], 0
    for line in path.read_bytes().splitlines():
        try:
            whole.append(json.loads(line))
        except ValueError:
            broken += 1
    return whole, broken


def count_runs(whole):
    counted = {}
    for event in whole:
        if event["event"] == "vm_run":
            process = event["run"][:8]
            counted[process] = counted.get(process, 0) + 1
    return counted
