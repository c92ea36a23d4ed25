"""Compressed event files: a frame a write, whoever is killed, and nothing but whole frames kept."""

import gzip
import os
import signal
import subprocess
import sys

import pytest
from backports import zstd
from event_lines import LINE, OLD, OTHER, environment
from patience import HANG

from kumi_exporters.eventfile import ownership
from kumi_exporters.eventfile.event_file import EventFile

PACK = {".gz": gzip.compress, ".zst": zstd.compress}
UNPACK = {".gz": gzip.decompress, ".zst": zstd.decompress}
LAST = b'{"event":"profile_end","process":"0a0b0c0d"}\n'


@pytest.fixture(params=PACK)
def suffix(request):
    return request.param


@pytest.fixture
def path(suffix, tmp_path):
    return tmp_path / f"p.jsonl{suffix}"


def unpacked(path):
    return UNPACK[path.suffix](path.read_bytes())


def test_each_write_is_a_frame_that_stands_alone(path, suffix):
    file = EventFile(path)
    sizes = [0]
    for count in (1, 1000, 5):
        assert file.write(LINE * count, count) == count
        sizes.append(path.stat().st_size)
    frames = [path.read_bytes()[start:end] for start, end in zip(sizes, sizes[1:], strict=False)]
    assert [UNPACK[suffix](frame) for frame in frames] == [LINE, LINE * 1000, LINE * 5]
    assert sizes[-1] < len(LINE) * 100


def test_the_modes_mean_the_same(path, suffix):
    def begin(**mode):
        os.environ.pop(ownership.OWNER, None)
        file = EventFile(path, **mode)
        assert file.write(LINE, 1) == 1
        file.close()

    path.write_bytes(PACK[suffix](OLD))
    begin(persistent=True)
    assert unpacked(path) == OLD + LINE
    begin()
    assert unpacked(path) == LINE
    old = path.with_name(path.name + ".old")
    assert UNPACK[suffix](old.read_bytes()) == OLD + LINE
    begin()
    assert UNPACK[suffix](old.read_bytes()) == LINE
    begin(truncate=True)
    assert unpacked(path) == LINE
    assert len(list(path.parent.iterdir())) == 2


def test_the_job_is_read_from_the_first_frame(path, suffix):
    mine = f'{{"event":"profile_start","format":1,"job":"{ownership.claim()}"}}\n'.encode()
    path.write_bytes(PACK[suffix](mine + OLD))
    assert EventFile(path).write(LINE, 1) == 1
    assert unpacked(path) == mine + OLD + LINE


@pytest.mark.parametrize("content", [OTHER, OLD, "packed", b"\0"])
def test_a_file_that_is_none_of_ours_stays_as_it_is(path, suffix, content):
    content = PACK[suffix](OTHER) if content == "packed" else content
    path.write_bytes(content)
    assert EventFile(path).write(LINE, 1) == 0
    assert path.read_bytes() == content


@pytest.mark.parametrize("kept", [0, 1, 3, 20, -1])
@pytest.mark.parametrize("before", [b"", OLD])
def test_a_torn_frame_is_cut_off(path, suffix, kept, before):
    whole = PACK[suffix](before) if before else b""
    path.write_bytes(whole + PACK[suffix](LINE * 3)[:kept])
    file = EventFile(path, persistent=True)
    assert file.write(LINE, 1) == 1
    assert unpacked(path) == before + LINE
    with path.open("ab") as neighbour:
        neighbour.write(PACK[suffix](LINE * 3)[:kept])
    assert file.write(LINE, 1) == 1
    assert unpacked(path) == before + LINE * 2


def test_the_last_line_is_a_frame_that_can_be_forced(path):
    file = EventFile(path)
    file.write(LINE, 1)
    assert file.force(LAST)
    assert file.write(LINE, 1) == 1
    assert unpacked(path) == LINE + LAST + LINE


def test_a_limit_takes_whole_frames(path):
    file = EventFile(path, max_bytes=2000)
    lines = [b'{"event":"memory","x":"%s"}\n' % os.urandom(100).hex().encode() for _ in range(40)]
    written = [line for line in lines if file.write(line, 1)]
    assert 1 < len(written) < 40
    assert unpacked(path) == b"".join(written)
    assert file.dropped == {"file_limit": 40 - len(written)}
    assert file.say(LAST, last=True)
    assert path.stat().st_size <= 2000


def test_killed_writers_cost_nobody_else_a_line(path):
    script = (
        "from kumi_exporters.eventfile.event_file import EventFile\n"
        f"file = EventFile({str(path)!r}, persistent=True)\n"
        f"print('ready', flush=True)\nwhile True: file.write({LINE!r} * 30000, 30000)"
    )
    file = EventFile(path, persistent=True)
    written = 0
    for _ in range(10):
        victim = subprocess.Popen(
            [sys.executable, "-c", script], env=environment(), stdout=subprocess.PIPE
        )
        victim.stdout.readline()
        for _ in range(20):
            written += file.write(LAST, 1)
        victim.send_signal(signal.SIGKILL)
        victim.communicate(timeout=HANG)
    assert file.write(LAST, 1) == 1
    lines = unpacked(path).splitlines(keepends=True)
    assert written == 200
    assert lines.count(LAST) == 201
    assert set(lines) <= {LINE, LAST}
