"""The job of a process where the system tells less than usual."""

import os
import subprocess
import sys

import pytest
from event_lines import environment

from kumi_exporters.eventfile import ownership


def in_child(work):
    """What `work` gives in a forked child that nobody told its job."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.environ.pop(ownership.OWNER, None)
        os.write(write_end, work().encode())
        os._exit(0)
    os.close(write_end)
    os.waitpid(child, 0)
    with os.fdopen(read_end) as pipe:
        return pipe.read()


def test_a_child_that_nobody_told_finds_its_parent():
    job, other = (in_child(ownership.claim) for _ in range(2))
    assert job == other
    assert job.startswith(f"{os.getpid()}:")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root changes users")
def test_a_parent_of_another_user_is_known_by_its_command_line():
    def as_nobody():
        os.setuid(65534)
        return ownership.claim()

    assert in_child(as_nobody) == in_child(ownership.claim)


def test_a_process_in_a_group_of_its_own_is_no_worker():
    def alone():
        os.setpgid(0, 0)
        return ownership.claim()

    assert not in_child(alone).startswith(f"{os.getpid()}:")


def test_ps_tells_the_same_where_there_is_no_proc():
    def by_ps():
        return ownership._found_by_ps()

    def alone():
        os.setpgid(0, 0)
        return ownership._found_by_ps()

    job = in_child(by_ps)
    assert job == in_child(by_ps)
    assert job.startswith(f"{os.getpid()}:")
    assert ownership._JOB.fullmatch(job)
    assert not in_child(alone).startswith(f"{os.getpid()}:")


def test_who_was_told_believes_it(monkeypatch):
    script = "from kumi_exporters.eventfile import ownership; print(ownership.claim())"
    for told, is_believed in (("12:34 8:15", True), ("12:34", True), ("nonsense", False)):
        monkeypatch.setenv(ownership.OWNER, told)
        said = subprocess.run(
            [sys.executable, "-c", script], env=environment(), capture_output=True, text=True
        )
        assert (said.stdout.strip() == "12:34") is is_believed
