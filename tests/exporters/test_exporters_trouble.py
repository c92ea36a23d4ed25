"""The event file in trouble: full disks, paths that cannot be, slow readers, closed descriptors."""

import errno
import os
import stat
import subprocess
import sys
import threading
import time

import pytest
from event_lines import LINE, OLD, environment
from patience import HANG

from kumi_exporters.eventfile import regular_file, stream
from kumi_exporters.eventfile.event_file import EventFile


def written_at_last(file):
    """Write a line as soon as the place is tried again; give how many failed before."""
    failed = 0
    while not file.write(LINE, 1):
        failed += 1
        time.sleep(0.001)
    return failed


@pytest.mark.parametrize("accepted", [0, 1, 30, 60, 1061, 1062, 1063, 2000])
def test_a_disk_that_fills_up_and_is_cleared_again(accepted, path, monkeypatch, caplog):
    file = EventFile(path)
    file.write(LINE, 1)
    real, left = os.write, [accepted]

    def full(fd, data):
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = real(fd, bytes(data)[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(regular_file.os, "write", full)
    whole = max(0, accepted - regular_file._KEPT_FOR_THE_END) // len(LINE)
    assert file.write(LINE * 100, 100) == whole
    assert file.write(LINE, 1) == 0
    monkeypatch.setattr(regular_file.os, "write", real)
    assert file.write(LINE * 2, 2) == 2

    assert path.read_bytes() == LINE * (1 + whole + 2)
    assert file.dropped == {"file_error": 101 - whole}
    assert len(caplog.messages) == 1
    assert "No space left" in caplog.text


@pytest.fixture(scope="module")
def two_pages(tmp_path_factory):
    """A disk of 8 KiB."""
    mount = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(mount)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


@pytest.mark.parametrize("length", range(100, 4000, 130))
def test_the_last_line_finds_room_on_a_full_disk_wherever_that_became_full(two_pages, length):
    path = two_pages / "p.jsonl"
    path.unlink(missing_ok=True)
    file = EventFile(path)
    line, last = (LINE[:-1] + b" " * (blanks - len(LINE)) + b"\n" for blanks in (length, 900))
    while file.write(line, 1):
        pass

    assert file.dropped == {"file_error": 1}
    assert file.say(last, last=True)
    assert path.read_bytes().removesuffix(last).replace(line, b"") == b""
    file.close()


def test_dev_full_is_a_full_disk(caplog):
    file = EventFile("/dev/full")

    assert [file.write(LINE, 1) for _ in range(3)] == [0, 0, 0]
    assert file.dropped == {"file_error": 3}
    assert len(caplog.messages) == 1


def test_a_path_below_a_regular_file_is_tried_again(tmp_path, caplog):
    blocker = tmp_path / "blocker"
    blocker.write_text("a file")
    file = EventFile(blocker / "profile.jsonl")
    assert [file.write(LINE, 1), file.write(LINE, 1)] == [0, 0]
    assert len(caplog.messages) == 1

    blocker.unlink()
    failed = written_at_last(file)
    assert file.dropped == {"file_error": 2 + failed}


def test_the_size_at_which_it_stops_growing(path, caplog):
    file = EventFile(path, max_bytes=400)
    total = sum(file.write(LINE * 2, 2) for _ in range(20))

    assert total == path.stat().st_size // len(LINE) == 300 // len(LINE)
    assert file.dropped == {"file_limit": 40 - total}
    assert len(caplog.messages) == 1
    assert file.write(LINE, 1, last=True) == 1
    assert path.stat().st_size <= 400


def test_a_process_that_closes_all_descriptors_writes_on(path, tmp_path):
    file = EventFile(path)
    file.write(LINE, 1)
    mine = file._watched.sink.fd
    os.close(mine)
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert other == mine
    assert file.write(LINE, 1) == 1

    assert path.read_bytes() == LINE * 2
    assert os.fstat(other).st_size == 0
    os.close(other)


def test_standard_output_is_written_to_and_not_renamed(path):
    script = (
        "from kumi_exporters.eventfile import stream\n"
        "from kumi_exporters.eventfile.event_file import EventFile\n"
        f"stream._STALL = {HANG}\n"
        f"print(EventFile('/dev/stdout').write({LINE * 1000}, 1000), flush=True)"
    )
    run = [sys.executable, "-c", script]
    piped = subprocess.run(run, check=True, env=environment(), stdout=subprocess.PIPE).stdout
    assert piped == LINE * 1000 + b"1000\n"

    path.write_bytes(b"something else\n")
    with path.open("ab") as out:
        subprocess.run(run, check=True, env=environment(), stdout=out)
    assert path.read_bytes() == b"something else\n" + LINE * 1000 + b"1000\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_pipe_is_written_to_while_somebody_reads_it(path):
    os.mkfifo(path)
    file = EventFile(path)
    assert file.write(LINE, 1) == 0

    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    written_at_last(file)
    assert os.read(reader, 1000) == LINE
    os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_line_that_a_slow_reader_cut_is_ended_before_the_next(path, monkeypatch):
    monkeypatch.setattr(stream, "_STALL", 0.02)
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = EventFile(path)
    first = file.write(LINE * 5000, 5000)
    assert 0 < first < 5000
    got = os.read(reader, 1 << 20)
    assert file.write(LINE, 1) == 1
    got += os.read(reader, 1 << 20)

    lines = got.splitlines(keepends=True)
    assert set(lines) == {LINE}
    assert len(lines) == first + 1
    assert file.dropped == {"file_error": 5000 - first}


def test_a_hurried_write_waits_for_nobody(path):
    path.write_bytes(OLD)
    locker = (
        "import fcntl, sys\n"
        f"file = open({str(path)!r}, 'ab')\n"
        "fcntl.lockf(file, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", locker], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        holder.stdout.readline()
        file = EventFile(path, persistent=True)
        file.hurry(0.0)
        let_go = threading.Timer(HANG / 10, holder.stdin.close)  # for a write that waits
        let_go.start()
        assert file.write(LINE, 1) == 0
        let_go.cancel()
        holder.stdin.close()
    assert file.write(LINE, 1) == 1
    assert file.dropped == {"file_error": 1}


def test_dev_null_takes_everything():
    assert EventFile("/dev/null").write(LINE * 10, 10) == 10


def test_a_name_with_escape_sequences_does_not_reach_the_log_raw(tmp_path, caplog):
    folder = tmp_path / "a\x1b[31mred"
    folder.write_text("no folder")
    assert EventFile(folder / "p.jsonl").write(b'{"event":"memory"}\n', 1) == 0
    (said,) = [record.getMessage() for record in caplog.records]
    assert "a\\x1b[31mred" in said
    assert "\x1b" not in said
