"""Several threads, processes and signal handlers at one file: each gets its turn, or its deadline."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from event_lines import LINE, OLD, environment
from patience import HANG

from kumi_exporters.eventfile import locks
from kumi_exporters.eventfile.event_file import EventFile

LAST = b'{"event":"profile_end","process":"0a0b0c0d"}\n'


class Holder:
    """Another process that has the file in the middle of a write, for as long as the block lasts."""

    def __init__(self, path):
        self.script = (
            "import fcntl, sys\n"
            f"file = open({str(path)!r}, 'ab')\n"
            "fcntl.lockf(file, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()"
        )

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.process.stdout.readline()
        return self

    def let_go(self):
        self.process.stdin.close()

    def __exit__(self, *error):
        self.let_go()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def file(path):
    path.write_bytes(OLD)
    return EventFile(path, persistent=True)


def in_thread(work):
    given = []
    thread = threading.Thread(target=lambda: given.append(work()))
    thread.start()
    return thread, given


def test_a_write_waits_for_another_process(file, path):
    with Holder(path) as holder:
        thread, given = in_thread(lambda: file.write(LINE, 1))
        thread.join(0.1)
        assert given == []
        holder.let_go()
        thread.join()
    assert given == [1]
    assert path.read_bytes() == OLD + LINE
    assert not file.dropped


def test_what_was_hurried_is_dropped_and_never_written_late(file, path):
    with Holder(path) as holder:
        thread, given = in_thread(lambda: file.write(LINE, 1))
        thread.join(0.1)
        file.hurry(0.0)
        thread.join()
        assert given == [0]
        holder.let_go()
        assert EventFile(path, persistent=True).write(LINE * 2, 2) == 2
    assert file.dropped == {"file_error": 1}
    assert path.read_bytes() == OLD + LINE * 2


def test_many_threads_wait_for_one_process_and_all_are_served(file, path):
    with Holder(path) as holder:
        waiting = [in_thread(lambda: file.write(LINE, 1)) for _ in range(20)]
        holder.let_go()
        for thread, _ in waiting:
            thread.join()
    assert [given for _, given in waiting] == [[1]] * 20
    assert path.read_bytes() == OLD + LINE * 20


@pytest.mark.parametrize("torn", [b"", b'{"event":"vm_ru'])
def test_the_last_line_is_written_whoever_has_the_file(file, path, torn):
    file.write(LINE, 1)
    with path.open("ab") as other:
        other.write(torn)
    with Holder(path):
        file.hurry(0.0)
        assert file.write(LINE, 1) == 0
        assert file.say(LAST, last=True)
    mended = torn and torn + b"\n"
    assert path.read_bytes() == OLD + LINE + mended + LAST


def test_another_thread_may_force_a_line_while_the_writer_is_stuck(file, path):
    file.write(LINE, 1)
    with Holder(path) as holder:
        thread, given = in_thread(lambda: file.write(LINE, 1))
        thread.join(0.1)
        assert file.force(LAST)
        assert path.read_bytes() == OLD + LINE + LAST
        holder.let_go()
        thread.join()
    assert given == [1]


def test_no_line_is_forced_into_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    file = EventFile(tmp_path / "pipe")
    file.write(LINE, 1)
    assert not file.force(LAST)
    os.close(reader)


def test_a_handler_that_writes_while_its_thread_waits_for_a_process(file, path):
    written = []
    with Holder(path) as holder:

        def handler(*_):
            holder.let_go()
            written.append(file.write(LINE, 1))

        before = signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            written.append(file.write(LINE * 2, 2))
        finally:
            signal.signal(signal.SIGALRM, before)
    assert sorted(written) == [1, 2]
    assert path.read_bytes() == OLD + LINE * 3


def test_ctrl_c_in_a_write_keeps_no_other_from_writing(file, path):
    class Stop(BaseException):
        pass

    def stop(*_):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for number in range(1000):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.00002 + number * 0.000001)
                for _ in range(1000):
                    file.write(LINE, 1)
            except Stop:
                pass
    finally:
        signal.signal(signal.SIGALRM, before)
    assert file.write(LINE, 1) == 1
    thread, given = in_thread(lambda: file.write(LAST, 1))
    thread.join()
    assert given == [1]
    assert path.read_bytes().endswith(LINE + LAST)
    assert not file.dropped


def test_sixteen_processes_without_a_pause_all_come_to_their_last_line(path):
    script = (
        "import sys; from kumi_exporters.eventfile.event_file import EventFile\n"
        f"file = EventFile({str(path)!r}, persistent=True)\n"
        f"written = sum(file.write({LINE!r} * 1000, 1000) for _ in range(100))\n"
        f"assert file.say({LAST!r}, last=True)\n"
        "print(written, sum(file.dropped.values()))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script], env=environment(), stdout=subprocess.PIPE)
        for _ in range(16)
    ]
    said = [process.communicate(timeout=HANG)[0].split() for process in started]
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(said) == lines.count(LAST) == 16
    assert lines.count(LINE) == sum(int(written) for written, _ in said)
    assert [int(written) + int(dropped) for written, dropped in said] == [100_000] * 16


def test_where_no_thread_can_start_a_write_waits_all_the_same(file, path, monkeypatch):
    def refused(*_):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    with Holder(path) as holder:
        timer = threading.Timer(0.1, holder.let_go)
        timer.start()
        monkeypatch.setattr("_thread.start_new_thread", refused)
        assert file.write(LINE, 1) == 1
    timer.join()
    assert path.read_bytes() == OLD + LINE


def test_a_deadline_ends_the_wait_for_a_process_that_is_stuck(file, path, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE", 0.05)
    with Holder(path):
        assert file.write(LINE, 1) == 0
    assert file.dropped == {"file_error": 1}
