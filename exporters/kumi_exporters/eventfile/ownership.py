"""Whose profile it is: the job of this process, a command and all that it starts.

Why there are jobs: by default an existing profile is moved aside when a new one begins. But a
program that starts others, or a server with its workers, is many processes, which all begin, and
none may move aside what the others have just written. So what becomes of an existing file is
decided once a job; whoever belongs to it appends.

    $ KUMI_PROFILE=1 KUMI_PROFILE_FILE=p.jsonl python tests.py
    100  tests.py                    job 100:5000 (its number, and when it began): moves the p.jsonl
                                     of yesterday to p.jsonl.old, and begins another
    101  a script that it starts     is told KUMI_PROFILE_OWNER="100:5000 <device>:<inode>": appends
    102  a child that it forks       has the same variable, and the same memory: appends
    200  python tests.py once more   job 200:9000, which is another: moves p.jsonl aside

A process that starts others tells them its job in the environment, and which file it has claimed.
Workers whose common parent knows nothing of Kumi find their job out by themselves: a parent that
runs the same executable in their process group is their server's master or their pool's owner, and
gives the job its name. A shell, or a supervisor, which gives each child a group of its own, is
neither. Whoever opens a file finds the job that began it in its first line, too (`sniff.job_of`).
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from kumi.spans.process import THIS_PROCESS

OWNER = "KUMI_PROFILE_OWNER"

_JOB = re.compile(r"\d+:[\w-]+")
_PYTHON = re.compile(r"python[\d.]*(\.exe)?", re.IGNORECASE)
_GROUP, _START = 2, 19  # in /proc/PID/stat, behind the name in brackets
_PS_COLUMNS = 8  # the start of a process is five of them


class _Seen(NamedTuple):
    """A process as the system shows it: who it is, and its process group."""

    job: str
    group: int


def claim() -> str:
    """The job of this process, which those that it starts are told by the environment."""
    told = os.environ.get(OWNER, "").partition(" ")[0]
    if _JOB.fullmatch(told):
        return told
    os.environ[OWNER] = job = _found()
    return job


def claim_file(identity: str) -> None:
    """Tell the processes that this one starts that a file is theirs, too: they append.

    The variable names the last file only; this process and those that it forks know of all.
    """
    if OWNER not in os.environ:
        _claimed.clear()
    _claimed.add(identity)
    os.environ[OWNER] = f"{claim()} {identity}"


def has_claimed(identity: str) -> bool:
    """Whether a file is this job's, whatever stands in its first line."""
    told = os.environ.get(OWNER)
    return told is not None and identity in {told.partition(" ")[2], *_claimed}


_claimed: set[str] = set()


def _found() -> str:
    try:
        return _found_in_proc() if Path("/proc/self/stat").exists() else _found_by_ps()
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return f"{os.getpid()}:{THIS_PROCESS.id}"


def _found_in_proc() -> str:
    own = _seen(os.getpid())
    try:
        parent = _seen(os.getppid())
        return parent.job if parent.group == own.group and _is_same_program() else own.job
    except OSError:  # it has ended, or lives outside of our container
        return own.job


def _seen(process: int) -> _Seen:
    text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    fields = text.rpartition(")")[2].split()
    return _Seen(f"{process}:{fields[_START]}", int(fields[_GROUP]))


def _is_same_program() -> bool:
    """Whether the parent runs our executable; by its name, where that is another user's secret."""
    parent = Path(f"/proc/{os.getppid()}")
    try:
        return (parent / "exe").samefile("/proc/self/exe")
    except PermissionError:
        program = (parent / "cmdline").read_bytes().partition(b"\0")[0]
        return _PYTHON.fullmatch(Path(os.fsdecode(program)).name) is not None


def _found_by_ps() -> str:
    """The job as `_found_in_proc` would find it, where there is no /proc: macOS and the BSDs."""
    own, parent = os.getpid(), os.getppid()
    asked = ["ps", "-o", "pid=,pgid=,lstart=,comm=", "-p", f"{own},{parent}"]
    table = subprocess.run(  # noqa: S603 - nothing of the user's is in it
        asked, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, _PS_COLUMNS - 1) for line in table.splitlines()]
    by_process = {int(row[0]): row for row in rows}
    mine, above = by_process[own], by_process.get(parent)
    if above is not None and (above[1], above[-1]) == (mine[1], mine[-1]):
        mine = above
    return f"{mine[0]}:{'-'.join(mine[2:-1]).replace(':', '')}"
