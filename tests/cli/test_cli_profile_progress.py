"""How far a report is: shown on a terminal where it takes longer than a second, and gone after."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from patience import HANG
from terminals import on_terminal, without_colours

LINE = '{{"event":"vm_run","schema":"S","duration_ms":{}.5,"timestamp":"2026-11-30T21:22:44Z"}}\n'


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A file that takes a report some seconds, in whichever engine."""
    path = tmp_path_factory.mktemp("progress") / "long.jsonl"
    with path.open("w") as file:
        while file.tell() < 15_000_000:
            file.write("".join(LINE.format(number) for number in range(1000)))
    return path


@pytest.mark.parametrize("asked", [(), ("--by", "schema"), ("-o", "figures.json")])
def test_a_terminal_shows_how_far_the_file_is_read(long, asked):
    done = on_terminal(60, "profile", long.name, *asked, cwd=long.parent)
    (long.parent / "figures.json").unlink(missing_ok=True)
    *shown, last = without_colours(done.out.split("\n")[0]).split("\r")
    assert done.code == 0
    assert any(line.startswith("reading long.jsonl, ") and " %" in line for line in shown), shown
    assert all(len(line) < 60 for line in shown)
    assert shown[-1].isspace()
    assert not last.startswith(("reading", " "))


def test_two_profiles_are_compared_with_progress(long):
    done = on_terminal(60, "compare", long.name, long.name, cwd=long.parent)
    assert done.code == 0
    assert "\rreading long.jsonl, " in done.out


def test_raw_events_are_shown_alone_on_a_terminal(long):
    done = on_terminal(200, "profile", "--raw", long.name, "--limit", "3", cwd=long.parent)
    assert done.out == "".join(LINE.format(number) for number in range(3))


def test_what_goes_into_a_pipe_is_without_progress(long):
    done = subprocess.run(
        [sys.executable, "-m", "kumi", "profile", str(long)], capture_output=True, check=True
    )
    assert b"\r" not in done.stdout
    assert done.stderr == b""


def test_ctrl_c_leaves_a_clean_line(long):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kumi", "profile", str(long)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown, begun = b"", time.monotonic()
    while b"%" not in shown and time.monotonic() - begun < HANG:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=HANG) == 130
    shown += os.read(ours, 4096)
    os.close(ours)
    *_, wiped, nothing, end = shown.decode().split("\r")
    assert wiped.isspace()
    assert (nothing, end) == ("", "\n")  # so that the prompt is not where the terminal wrote ^C
