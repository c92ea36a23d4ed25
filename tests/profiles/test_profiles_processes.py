"""Which processes ended a profile, and what became of the others, in both engines."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from profile_files import end, operation, start, timed, written

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted
from kumi.profiles.reports.json_report import json_report
from kumi.profiles.reports.raw_events import RawEvents
from kumi.profiles.reports.remarks import remarks

LINUX = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="only Linux tells it")
A, B, C = "aaaaaaaa", "bbbbbbbb", "cccccccc"


@pytest.fixture(params=[1_000_000, 0], ids=["small", "DuckDB"])
def found(request, tmp_path):
    def read(*events):
        with open_profiles([str(written(tmp_path, *events))]) as profiles:
            return breakdown(counted(profiles, Filters(), small=request.param))

    return read


@pytest.fixture
def alive():
    """The number of a process that is alive, and a way to kill it without burying it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


def here(pid, process=A, timestamp=None):
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return start(process, pid=pid, host=socket.gethostname(), timestamp=timestamp or now)


def at(milliseconds):
    return f"2026-11-30T10:00:00.{milliseconds:03}Z"


def test_a_process_that_is_given_twice_is_told(found):
    """As a file and a copy of it; one that was moved away and opened anew begins later again."""
    first = start(A, timestamp=at(1))
    everything = found(first, end(process=A), start(B, timestamp=at(1)), first, end(process=A))
    assert everything.processes.repeated == 1
    assert [line for line in remarks(everything) if line.startswith("Counted twice: 1 of 2")]
    anew = found(first, start(A, timestamp=at(2)), end(process=A))
    assert anew.processes.repeated == 0
    assert not [line for line in remarks(anew) if line.startswith("Counted")]


def test_more_ends_than_starts_are_no_debt(found):
    ends = [end(process=A, timestamp=at(n)) for n in (1, 2, 3)]
    everything = found(start(A), *ends, start(B), operation())
    assert everything.processes.begun == 2
    assert everything.processes.unfinished == 1


def test_a_process_that_opened_its_file_anew_is_one(found):
    assert found(start(A), operation(), start(A), operation()).processes[0] == 1
    assert found(start(A), start(A), end(process=A)).processes.unfinished == 0


def test_an_end_whose_beginning_went_with_another_file_is_no_process_here(found):
    assert found(operation(), end(process=B), start(A)).processes[:2] == (1, 0)


@pytest.mark.parametrize("ordered", [1, -1])
def test_the_losses_of_a_process_are_those_of_its_last_end(found, ordered):
    ends = [
        end({"exit": 3, "export_failed": 1}, A, timestamp=at(1)),
        end({"exit": 5, "export_failed": 1}, A, timestamp=at(2)),
        end({"exit": 7, "export_failed": 1}, A, timestamp=at(2), runs={"seen": 9}),
        end({"exit": 100}, B, timestamp=at(1)),
    ]
    assert found(start(A), start(B), *ends[::ordered]).dropped == {"exit": 107, "export_failed": 1}


def test_a_process_that_runs_is_told_from_one_that_was_killed(found, alive):
    events = [here(alive.pid, A), start(B, pid=alive.pid, host="elsewhere"), start(C)]
    assert found(*events).processes[1:4] == (1, 0, 2)
    alive.kill()
    alive.wait()
    everything = found(*events)
    assert everything.processes[1:4] == (0, 1, 2)
    (said,) = (line for line in remarks(everything) if line.startswith("Unfinished"))
    assert said == (
        "Unfinished: 3 of 3 profiled processes: 1 killed, 2 killed or still running; "
        "what they had not written yet is missing"
    )


@LINUX
def test_a_killed_process_that_nobody_waited_for_does_not_run(found, alive):
    alive.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, alive.pid, os.WEXITED | os.WNOWAIT)
    assert found(here(alive.pid)).processes[1:4] == (0, 1, 0)


@LINUX
def test_a_number_that_was_given_again_is_another_process(found, alive):
    assert found(here(alive.pid, timestamp=at(0))).processes[1:4] == (0, 1, 0)
    assert found(here(alive.pid, timestamp="once")).processes[1:4] == (0, 0, 1)


@pytest.mark.parametrize("pid", [0, -1, 2**40, "1", None, True])
def test_a_number_that_is_none_tells_nothing(found, pid):
    assert found(here(pid)).processes.unknown == 1


def test_pauses_are_never_malformed_and_part_of_the_raw_stream(found, tmp_path):
    pauses = [
        timed("pause", 2_000, cause="gc", generation=2),
        timed("pause", -5, cause="gc", generation=2),
        {"event": "pause", "cause": 5, "duration_ms": "long"},
        {"event": "pause"},
    ]
    everything = found(operation(), *pauses)
    assert [tuple(pause) for pause in everything.pauses] == [("gc", 1, 2_000, 2_000)]
    assert everything.lines.malformed == 0
    assert everything.lines.events["pause"] == 4
    with open_profiles([str(tmp_path / "profile.jsonl")]) as profiles:
        stream = RawEvents(profiles.files, Filters())
        assert [json.loads(line) for line in stream][1:] == pauses
    assert stream.lines.malformed == 0


def test_the_figures_have_processes_and_pauses(found):
    all_of_it = json.loads(
        json_report(found(start(A), timed("pause", 10, cause="gc"), operation()))
    )
    assert all_of_it["pauses"] == [{"cause": "gc", "count": 1, "total_ns": 10, "longest_ns": 10}]
    assert all_of_it["processes"]["begun"] == all_of_it["processes"]["unfinished"] == 1
