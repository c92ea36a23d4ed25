"""The event file: whose it is, what becomes of what stood there, and nothing lost or raised."""

import errno
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from kumi_exporters import sinks
from kumi_exporters.files import EventFile
from kumi_exporters.opening import OWNER

LINE = b'{"event":"vm_run","schema":"S","n":1}\n'
OLD = b'{"event":"profile_start","format":1}\n{"event":"vm_run","schema":"Old"}\n'
OTHER = b'{"event":"login","user":"x"}\n'


@pytest.fixture(autouse=True)
def no_owner(monkeypatch):
    monkeypatch.delenv(OWNER, raising=False)
    yield
    os.environ.pop(OWNER, None)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "profile.jsonl"


def written(path, **mode):
    """Write a line as a process does that has just begun."""
    file = EventFile(path, **mode)
    count = file.write(LINE, 1)
    file.close()
    return count, file


MODES = {
    "neither": {},
    "persistent": {"persistent": True},
    "truncate": {"truncate": True},
    "both": {"persistent": True, "truncate": True},
}


@pytest.mark.parametrize("mode", MODES)
def test_no_file_an_empty_one_and_a_missing_folder(mode, tmp_path):
    (tmp_path / "empty").touch()
    for name in ("none", "empty", "a/b/c"):
        assert written(tmp_path / name, **MODES[mode])[0] == 1
        assert (tmp_path / name).read_bytes() == LINE
        assert not (tmp_path / f"{name}.old").exists()


@pytest.mark.parametrize(
    ("mode", "new", "old"),
    [("neither", LINE, OLD), ("persistent", OLD + LINE, None), ("truncate", LINE, None),
     ("both", LINE, None)],
)  # fmt: skip
def test_an_existing_profile(mode, new, old, path):
    path.write_bytes(OLD)

    assert written(path, **MODES[mode])[0] == 1
    assert path.read_bytes() == new
    assert (path.with_name("profile.jsonl.old").exists()) is (old is not None)
    if old:
        assert path.with_name("profile.jsonl.old").read_bytes() == old


@pytest.mark.parametrize("mode", [{}, {"truncate": True}])
def test_going_back_and_forth_between_files_applies_the_mode_once_to_each(mode, path):
    other = path.with_name("other.jsonl")
    for each in (path, other, path, other):
        written(each, **mode)
    assert path.read_bytes() == other.read_bytes() == LINE * 2
    assert sorted(path.parent.iterdir()) == [other, path]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("content", [OTHER, b"PK\x03\x04 no text", b"hello", b"[1]\n" + OLD])
def test_a_foreign_file_stays_as_it_is(mode, content, path, caplog):
    path.write_bytes(content)
    file = EventFile(path, **MODES[mode])

    assert [file.write(LINE, 1), file.write(LINE * 2, 2)] == [0, 0]
    assert path.read_bytes() == content
    assert file.dropped == {"file_foreign": 3}
    assert len(caplog.messages) == 1
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "first",
    [
        b'{"event":"vm_operation","schema":"S","operation":"Map","duration_ms":1,"timestamp":"t"}',
        b'{ "event": "span", "name": "x"}',
        b'{"resourceSpans":[]}',
        b'{"ts":"2026-01-01T00:00:00Z","run":2,"schema":"S","tag":"ref"}',
        b'{"event":"profile_start","format":1,"pro',
    ],
)
def test_what_the_readers_read_is_a_profile(first, path):
    path.write_bytes(first + b"\n")
    assert written(path, persistent=True)[0] == 1
    assert path.read_bytes() == first + b"\n" + LINE


def test_a_torn_first_line_is_ours_and_is_mended(path):
    path.write_bytes(b'{"event":"profile_start","for')

    assert written(path, persistent=True)[0] == 1
    assert path.read_bytes() == b'{"event":"profile_start","for\n' + LINE


def test_an_old_file_is_one_generation_but_only_if_it_is_a_profile(path, caplog):
    caplog.set_level(logging.INFO)
    for number in range(3):
        path.write_bytes(OLD + LINE * number)
        written(path)
        os.environ.pop(OWNER)
    old = path.with_name("profile.jsonl.old")
    assert old.read_bytes() == OLD + LINE * 2
    assert str(old) in caplog.text

    old.write_text("my notes")
    path.with_name("profile.jsonl.1").write_text("mine, too")
    written(path)
    assert old.read_text() == "my notes"
    assert path.with_name("profile.jsonl.1").read_text() == "mine, too"
    assert path.with_name("profile.jsonl.2").read_bytes() == LINE


def test_the_mode_applies_once_in_a_tree_of_processes(path):
    path.write_bytes(OLD)
    written(path, truncate=True)
    written(path, truncate=True)
    written(path)
    assert path.read_bytes() == LINE * 3

    script = (
        f"from kumi_exporters.files import EventFile; EventFile({str(path)!r}).write({LINE}, 1)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=_environment())
    assert path.read_bytes() == LINE * 4
    assert len(list(path.parent.iterdir())) == 1


def test_a_file_that_another_process_uses_is_neither_emptied_nor_renamed(path, caplog):
    with _holder(path):
        for mode in ("neither", "truncate", "both"):
            os.environ.pop(OWNER, None)
            assert written(path, **MODES[mode])[0] == 1
    assert path.read_bytes() == LINE * 4
    assert len(caplog.messages) == 3
    assert "in use" in caplog.messages[0]


def test_a_file_that_nobody_uses_any_more_is_moved_aside_again(path):
    with _holder(path):
        pass
    written(path)

    assert path.read_bytes() == LINE


def test_names_with_pid_host_and_service(tmp_path):
    file = EventFile(tmp_path / "{pid}-{service}-{host}.jsonl", service="../my shop/ü")
    file.write(LINE, 1)
    (made,) = tmp_path.iterdir()

    assert made.name.startswith(f"{os.getpid()}-_my_shop_ü-")
    assert str(made) == file.path


def test_a_forked_child_appends_to_the_file_or_has_one_of_its_own(path, tmp_path):
    shared, own = EventFile(path), EventFile(tmp_path / "{pid}.jsonl")
    for file in (shared, own):
        file.write(LINE, 1)
    child = os.fork()
    if not child:
        os._exit(2 - shared.write(LINE, 1) - own.write(LINE, 1))
    assert os.waitpid(child, 0)[1] == 0
    assert shared.write(LINE, 1) == 1

    assert path.read_bytes() == LINE * 3
    assert (tmp_path / f"{child}.jsonl").read_bytes() == LINE
    assert (tmp_path / f"{os.getpid()}.jsonl").read_bytes() == LINE


def test_a_child_can_write_although_a_thread_of_the_parent_was_writing(path):
    file = EventFile(path)
    file.write(LINE, 1)
    stop = threading.Event()
    busy = threading.Thread(
        target=lambda: [file.write(LINE * 50, 50) for _ in iter(stop.is_set, 1)]
    )
    busy.start()
    children = []
    for _ in range(20):
        child = os.fork()
        if not child:
            signal.alarm(20)
            os._exit(1 - file.write(LINE, 1))
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
    stop.set()
    busy.join()

    assert set(path.read_bytes().splitlines(keepends=True)) == {LINE}


def test_a_neighbour_killed_in_its_line_costs_no_other_line(path):
    file = EventFile(path, persistent=True)
    file.write(LINE, 1)
    with path.open("ab") as neighbour:
        neighbour.write(LINE[:17])
    assert file.write(LINE, 1) == 1

    assert path.read_bytes() == LINE + LINE[:17] + b"\n" + LINE


@pytest.mark.parametrize("accepted", [0, 1, 30, 38, 60])
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

    monkeypatch.setattr(sinks.os, "write", full)
    whole = accepted // len(LINE)
    assert file.write(LINE * 3, 3) == whole
    assert file.write(LINE, 1) == 0
    monkeypatch.setattr(sinks.os, "write", real)
    assert file.write(LINE * 2, 2) == 2

    assert path.read_bytes() == LINE * (1 + whole + 2)
    assert file.dropped == {"file_error": 4 - whole}
    assert len(caplog.messages) == 1
    assert "No space left" in caplog.text


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
    assert file.write(LINE, 1) == 1
    assert file.dropped == {"file_error": 2}


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
    mine = file._sink.fd
    os.close(mine)
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert other == mine
    assert file.write(LINE, 1) == 1

    assert path.read_bytes() == LINE * 2
    assert os.fstat(other).st_size == 0
    os.close(other)


def test_standard_output_is_written_to_and_not_renamed(path):
    script = (
        "from kumi_exporters.files import EventFile\n"
        f"print(EventFile('/dev/stdout').write({LINE * 1000}, 1000), flush=True)"
    )
    run = [sys.executable, "-c", script]
    piped = subprocess.run(run, check=True, env=_environment(), stdout=subprocess.PIPE).stdout
    assert piped == LINE * 1000 + b"1000\n"

    path.write_bytes(b"something else\n")
    with path.open("ab") as out:
        subprocess.run(run, check=True, env=_environment(), stdout=out)
    assert path.read_bytes() == b"something else\n" + LINE * 1000 + b"1000\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_pipe_is_written_to_while_somebody_reads_it(path):
    os.mkfifo(path)
    file = EventFile(path)
    assert file.write(LINE, 1) == 0

    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    assert file.write(LINE, 1) == 1
    assert os.read(reader, 1000) == LINE
    os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_line_that_a_slow_reader_cut_is_ended_before_the_next(path, monkeypatch):
    monkeypatch.setattr(sinks, "_STALL", 0.02)
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
        begun = time.monotonic()
        assert file.write(LINE, 1) == 0
        assert time.monotonic() - begun < 1  # of the two seconds that a write has otherwise
        holder.stdin.close()
    assert file.write(LINE, 1) == 1
    assert file.dropped == {"file_error": 1}


def test_dev_null_takes_everything():
    assert EventFile("/dev/null").write(LINE * 10, 10) == 10


def test_threads_and_processes_write_whole_lines(path):
    big = json.dumps({"event": "vm_run", "x": "y" * 500}).encode() + b"\n"
    script = (
        "from kumi_exporters.files import EventFile\n"
        f"file = EventFile({str(path)!r}, persistent=True)\n"
        f"for _ in range(30): file.write({big!r} * 200, 200)"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", script], env=_environment()) for _ in range(2)
    ]
    file = EventFile(path, persistent=True)
    threads = [
        threading.Thread(target=lambda: [file.write(big * 50, 50) for _ in range(40)])
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]

    lines = path.read_bytes().splitlines(keepends=True)
    assert set(lines) == {big}
    assert len(lines) == 2 * 30 * 200 + 3 * 40 * 50


def _environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


class _holder:
    """Another process that has the file open, and has written a line."""

    def __init__(self, path):
        self.script = (
            "import sys\nfrom kumi_exporters.files import EventFile\n"
            f"file = EventFile({str(path)!r}, persistent=True); file.write({LINE}, 1)\n"
            "print('ready', flush=True); sys.stdin.read()"
        )

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        assert self.process.stdout.readline() == b"ready\n"

    def __exit__(self, *error):
        self.process.communicate()
