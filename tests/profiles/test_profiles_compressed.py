"""Compressed profiles, whole and damaged, in both engines."""

import gzip
import io
import sys

import pytest
from backports import zstd

from kumi.profiles import open_profiles as opening
from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters, FromEdge
from kumi.profiles.open_profiles import SMALL, open_profiles
from kumi.profiles.read_profiles import counted, read_breakdown

PACK = {".gz": gzip.compress, ".zst": zstd.compress}
OPERATION = (
    b'{"event":"vm_operation","schema":"S","operation":"Map","duration_ms":0.5,"timestamp":"t"}\n'
)
PAUSE = b'{"event":"pause","cause":"gc","generation":2,"duration_ms":1.5,"timestamp":"t","start_unix_nano":1,"end_unix_nano":1500001}\n'


@pytest.fixture(params=PACK)
def suffix(request):
    return request.param


@pytest.fixture(params=["small", "duck"])
def lines(request):
    """How the lines of these files divide, by one engine or the other."""

    def read(*names):
        with open_profiles([str(name) for name in names]) as profiles:
            limit = 1 << 40 if request.param == "small" else 0
            return counted(profiles, Filters(), small=limit).lines

    return read


def test_frames_are_read_one_after_the_other(tmp_path, suffix, lines):
    path = tmp_path / f"p.jsonl{suffix}"
    path.write_bytes(b"".join(PACK[suffix](OPERATION * count) for count in (1, 30, 2000)))
    found = lines(path)
    assert (found.events, found.other, found.malformed) == ({"vm_operation": 2031}, 0, 0)


def test_an_old_generation_and_a_plain_file_beside_it(tmp_path, suffix, lines):
    old, plain = tmp_path / f"p.jsonl{suffix}.old", tmp_path / "plain.jsonl"
    old.write_bytes(PACK[suffix](OPERATION * 3))
    plain.write_bytes(OPERATION)
    assert lines(old, plain).events == {"vm_operation": 4}


def test_a_torn_last_frame_is_said_and_costs_no_other(tmp_path, suffix, lines):
    path = tmp_path / f"p.jsonl{suffix}"
    frame = PACK[suffix](OPERATION * 10)
    path.write_bytes(frame * 3 + frame[:-3])
    found = lines(path)
    assert found.malformed == 1
    assert found.events["vm_operation"] >= 30
    assert found.first_malformed[0] == str(path)


@pytest.mark.parametrize("damage", [b"", b"\0\0\0\0", b"junk that is no frame at all"])
def test_a_damaged_frame_in_the_middle_costs_no_other(tmp_path, suffix, lines, damage):
    path = tmp_path / f"p.jsonl{suffix}"
    frame = PACK[suffix](OPERATION * 10)
    path.write_bytes(frame * 2 + frame[: len(frame) // 2] + damage + frame * 2)
    found = lines(path)
    assert found.malformed == 1
    assert 40 <= found.events["vm_operation"] < 50


def test_larger_than_memory_should_hold(tmp_path, suffix):
    path = tmp_path / f"p.jsonl{suffix}"
    path.write_bytes(PACK[suffix](OPERATION * 140_000) * 2)
    assert len(OPERATION) * 280_000 > SMALL
    assert read_breakdown([str(path)]).lines.events == {"vm_operation": 280_000}


@pytest.mark.parametrize("filters", [Filters(), Filters(since=FromEdge(500, before_end=True))])
def test_large_ones_are_unpacked_as_they_are_read(tmp_path, suffix, filters, monkeypatch):
    monkeypatch.setattr(opening, "SMALL", 10_000)
    moments = (b'"start_unix_nano":%d,"end_unix_nano":%d}' % (n, n + 5) for n in range(1000, 3000))
    lines = [OPERATION.replace(b"}", b"," + each) for each in moments]
    parts = [b"".join(lines[n : n + 100]) for n in range(0, len(lines), 100)]
    whole = [PACK[suffix](part) for part in parts]
    packed, plain = tmp_path / f"p.jsonl{suffix}", tmp_path / "p.jsonl"
    packed.write_bytes(b"".join([*whole[:7], whole[7][:-9], *whole[8:]]))
    plain.write_bytes(b"".join([*parts[:7], *parts[8:]]))
    with open_profiles([str(packed)]) as profiles:
        small, large = (breakdown(counted(profiles, filters, size)) for size in (1 << 40, 0))
    with open_profiles([str(plain)]) as profiles:
        without = breakdown(counted(profiles, filters))
    assert small == large
    assert large.lines.malformed == 1
    assert large.operations - without.operations in range(100 if filters == Filters() else 1)


def test_from_a_pipe(monkeypatch, suffix):
    packed = io.BytesIO(PACK[suffix](OPERATION * 5))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(packed)))
    assert read_breakdown(["-"]).lines.events == {"vm_operation": 5}


def test_small_in_a_pipe_and_large_unpacked(monkeypatch, suffix):
    packed = io.BytesIO(PACK[suffix](OPERATION * 280_000))
    assert len(packed.getvalue()) < SMALL < len(OPERATION) * 280_000
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(packed)))
    assert read_breakdown(["-"]).lines.events == {"vm_operation": 280_000}


def test_a_pause_is_no_malformed_line(tmp_path, lines):
    path = tmp_path / "p.jsonl"
    path.write_bytes(OPERATION + PAUSE)
    found = lines(path)
    assert (found.readable, found.malformed) == (2, 0)
