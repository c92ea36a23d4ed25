"""A file of a kind that we know and cannot read says which kind it is, in one line."""

import bz2
import gzip
import json
import lzma
import sys
import zipfile
from pathlib import Path

import pytest
from profile_files import operation, text, written

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from calling import TAX, call


@pytest.fixture
def profile(tmp_path):
    return written(tmp_path, *[operation(ns=ns) for ns in range(20)])


def said_of(capsys, path):
    done = call(capsys, "profile", path)
    assert (done.code, done.out) == (1, "")
    [line] = done.err.splitlines()
    return line.removeprefix(f"Error: {path}: ")


def zipped(content):
    from io import BytesIO

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("profile.jsonl", content)
    return packed.getvalue()


MADE = {
    "a ZIP archive": zipped,
    "compressed with bzip2": bz2.compress,
    "compressed with xz": lzma.compress,
    "text in UTF-16": lambda content: content.decode().encode("utf-16"),
    "a schema": lambda content: f"# taxes\n\n{TAX}".encode(),
    "a trace for Perfetto or Chrome": lambda content: b'[{"ph":"X","name":"a","ts":1}]',
}


@pytest.mark.parametrize("kind", MADE)
def test_the_kind_is_told(capsys, tmp_path, profile, kind):
    path = tmp_path / "other"
    path.write_bytes(MADE[kind](profile.read_bytes()))
    assert said_of(capsys, path) == f"no profile: it is {kind}"


EXPORTED = {
    ".folded": "folded stacks",
    ".json": "a report of kumi profile --json",
    ".speedscope.json": "a file of speedscope",
    ".trace.json": "a trace for Perfetto or Chrome",
    ".pb.gz": "binary, as traces of Perfetto and files of pprof are",
}


@pytest.mark.parametrize("end", EXPORTED)
def test_what_was_exported_is_told(capsys, tmp_path, profile, end):
    call(capsys, "profile", profile, "-o", tmp_path / f"x{end}")
    assert said_of(capsys, tmp_path / f"x{end}") == f"no profile: it is {EXPORTED[end]}"


def test_utf_16_without_a_mark(capsys, tmp_path, profile):
    path = tmp_path / "wide"
    path.write_bytes(profile.read_text("utf-8").encode("utf-16-le"))
    assert said_of(capsys, path) == "no profile: it is text in UTF-16"


def test_an_empty_gzip_is_empty(capsys, tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b""))
    assert said_of(capsys, tmp_path / "x.gz") == "nothing readable: it is empty"


@pytest.mark.parametrize("damage", [b"\0" * 5000, b"\n\x01\x02\n", b"PK\x03\x04\n", b"a;b 5\n"])
def test_a_damaged_profile_is_read_all_the_same(capsys, tmp_path, damage):
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(damage + b"\n" + text(operation(ns=5)).encode())
    done = call(capsys, "profile", path, "--json")
    assert done.code == 0
    assert json.loads(done.out)["total_ns"] == 5
