"""The event file: whose it is, what becomes of what stood there, and nothing lost or raised."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading

import pytest
from event_lines import LINE, OLD, OTHER, environment
from patience import HANG, NO_WAITING_FOR_LOCKS_IN_VAIN

from kumi_exporters.eventfile.event_file import EventFile
from kumi_exporters.eventfile.ownership import OWNER


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

    script = f"from kumi_exporters.eventfile.event_file import EventFile; EventFile({str(path)!r}).write({LINE}, 1)"
    subprocess.run([sys.executable, "-c", script], check=True, env=environment())
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
            signal.alarm(int(HANG))
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


def test_threads_and_processes_write_whole_lines(path):
    big = json.dumps({"event": "vm_run", "x": "y" * 500}).encode() + b"\n"
    script = (
        f"{NO_WAITING_FOR_LOCKS_IN_VAIN}\n"
        "from kumi_exporters.eventfile.event_file import EventFile\n"
        f"file = EventFile({str(path)!r}, persistent=True)\n"
        f"for _ in range(30): file.write({big!r} * 200, 200)"
    )
    others = [subprocess.Popen([sys.executable, "-c", script], env=environment()) for _ in range(2)]
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


class _holder:
    """Another process that has the file open, and has written a line."""

    def __init__(self, path):
        self.script = (
            "import sys\nfrom kumi_exporters.eventfile.event_file import EventFile\n"
            f"file = EventFile({str(path)!r}, persistent=True); file.write({LINE}, 1)\n"
            "print('ready', flush=True); sys.stdin.read()"
        )

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert self.process.stdout.readline() == b"ready\n"

    def __exit__(self, *error):
        self.process.communicate()
