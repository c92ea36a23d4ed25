"""Disks that give no more, files that become shorter, and SIGTERM: said, and nothing left behind."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patience import HANG
from profile_files import operation, text, written

from kumi.profiles.engine import Engine
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import SMALL, open_profiles
from kumi.profiles.profile_file import ProfileFile
from kumi.profiles.read_profiles import counted
from kumi.profiles.unreadable import UnreadableError


class BadDisk(io.BytesIO):
    """A file of which only the beginning can be read."""

    def read(self, size=-1):
        if self.tell() > 1000 or size > 1000:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size)

    def readline(self, size=-1):
        return super().readline(size) if self.tell() <= 1000 else self.read()


@pytest.mark.parametrize("small", [SMALL, 0])
def test_a_disk_that_gives_no_more_is_named_by_its_file(tmp_path, monkeypatch, small):
    path = written(tmp_path, *[operation()] * 20_000)
    with open_profiles([str(path)]) as profiles:
        monkeypatch.setattr(ProfileFile, "open", lambda self: BadDisk(Path(self.path).read_bytes()))
        with pytest.raises(UnreadableError, match=r"profile\.jsonl: Input/output error"):
            counted(profiles, Filters(), small)


@pytest.mark.parametrize("small", [1 << 40, 0])
def test_a_file_that_becomes_shorter_is_read_as_far_as_it_goes(tmp_path, small):
    path = written(tmp_path, *[operation()] * 100)
    with open_profiles([str(path)]) as profiles:
        os.truncate(path, len(text(operation())) * 60 + 5)
        engine: Engine = counted(profiles, Filters(), small)
        assert (engine.lines.events, engine.lines.malformed) == ({"vm_operation": 60}, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to handle")
def test_sigterm_leaves_nothing_behind(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "kumi", "profile", "-"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write(text(*[operation()] * 100_000).encode())
    process.stdin.flush()
    until = time.monotonic() + HANG
    while not list(scratch.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(scratch.iterdir())
    process.send_signal(signal.SIGTERM)
    assert process.wait(HANG) == -signal.SIGTERM
    assert not list(scratch.iterdir())
    assert b"Traceback" not in process.stderr.read()
