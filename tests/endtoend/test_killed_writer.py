"""A writer killed again and again beside living ones on one file costs nobody else a line."""

from __future__ import annotations

import json
import subprocess
import sys

from patience import HANG, NO_WAITING_FOR_LOCKS_IN_VAIN
from scripts import environment

SCHEMA = f"""{NO_WAITING_FOR_LOCKS_IN_VAIN}
import fcntl, os, random, signal, sys, time
import kumi

class Work(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    doubled = kumi.value(Input.x * 2.0)
    more = kumi.value(doubled + 1.0)

"""
# A living writer works in bursts, so that it is there as long as others are killed beside it.
LIVING = """
for number in range(int(sys.argv[1])):
    Work.run(x=1.0)
    if number % 50 == 0:
        time.sleep(0.03)
"""
# Victims are forked and write without a pause. The system seldom tears a write, so every second one
# dies by its own hand in the middle of a line.
VICTIMS = """
def torn():
    file = os.open("p.jsonl", os.O_WRONLY | os.O_APPEND)
    fcntl.lockf(file, fcntl.LOCK_EX)  # as every writer does: a line is torn inside of it
    os.write(file, b'{"event":"vm_operation","schema":"Wo')
    os.kill(os.getpid(), signal.SIGKILL)

Work.run(x=1.0)
kumi.otel.flush()
parent = os.getpid()
for number in range(int(sys.argv[1])):
    child = os.fork()
    if not child:
        if number % 2:
            torn()
        while os.getppid() == parent:
            Work.run(x=1.0)
    if number % 2 == 0:
        time.sleep(random.uniform(0.02, 0.05))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
KILLS, WRITERS, RUNS = 100, 3, 6_000


def start(folder, name, code, count):
    (folder / name).write_text(SCHEMA + code)
    settings = environment(
        KUMI_PROFILE="1",
        KUMI_PROFILE_OPS="1",
        KUMI_PROFILE_PERSISTENT="1",
        KUMI_PROFILE_FILE="p.jsonl",
    )
    return subprocess.Popen([sys.executable, name, str(count)], cwd=folder, env=settings)


def test_every_line_of_the_living_is_whole_and_counted(tmp_path):
    living = [start(tmp_path, f"living{n}.py", LIVING, RUNS) for n in range(WRITERS)]
    victims = start(tmp_path, "victims.py", VICTIMS, KILLS)
    assert [process.wait(timeout=2 * HANG) for process in (*living, victims)] == [0] * (WRITERS + 1)
    whole, broken = read(tmp_path / "p.jsonl")
    print("torn lines of the killed:", broken)
    assert 0 < broken <= KILLS
    counted = count_runs(whole)
    ends = [event for event in whole if event["event"] == "profile_end"]
    assert all(not event["dropped"] for event in ends)
    finished = [event["process"] for event in ends if event["runs"]["seen"] == RUNS]
    assert len(finished) == WRITERS
    assert [counted[process] for process in finished] == [RUNS] * WRITERS


def read(path):
    whole, broken = [], 0
    with path.open("rb") as file:
        for line in file:
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
