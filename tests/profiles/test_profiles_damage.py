"""Every source with every damage: what is counted, what is said, the exit code; in both engines."""

import gzip
import json
import os
import sys
from pathlib import Path

import duckdb
import pytest
from backports import zstd
from profile_files import operation, text

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted
from kumi.profiles.unreadable import UnreadableError

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from calling import call

LINES = 40
BEGAN = 1737369045123000000


def five_keys(number):
    said = {"event": "vm_operation", "schema": "Shop", "operation": "Map"}
    return {**said, "duration_ms": number / 1000, "timestamp": "2025-01-20T10:30:45.123Z"}


def ruby(number):
    said = {"ts": "2026-11-23T14:15:33.979Z", "run": 1, "schema": "Shop", "decl": "total"}
    return {**said, "i": number, "tag": "map", "wall_ms": number / 1000, "rows": 2, "note": None}


def otlp(number):
    names = {"schema.name": "Shop", "operation.name": "Map", "declaration.name": "total"}
    span = {
        "traceId": "1" * 32,
        "spanId": "2" * 16,
        "name": "Map",
        "startTimeUnixNano": str(BEGAN),
        "endTimeUnixNano": str(BEGAN + 1000 * number),
        "attributes": [
            {"key": f"kumi.{key}", "value": {"stringValue": value}} for key, value in names.items()
        ],
    }
    return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "kumi"}, "spans": [span]}]}]}


def own(number):
    return operation(ns=1000 * number, run=f"5b8aa5a2{number:08x}")


FORMATS = {"own": own, "five keys": five_keys, "ruby": ruby, "otlp": otlp}
"""The line of an operation that takes so many microseconds."""
PACKED = {"plain": bytes, "gz": gzip.compress, "zst": zstd.compress}
WAYS = ["file", "link", "several", "folder", "pattern", "standard input"]

AT = 20  # lines before the damage


def between(damage):
    return lambda lines, _: [*lines[:AT], damage, *lines[AT:]]


def instead(change):
    return lambda lines, _: [*lines[:AT], change(lines[AT]), *lines[AT + 1 :]]


def taking(number):
    """A line that says another time."""
    return lambda lines, make: [*lines[:AT], text(make(number)).encode(), *lines[AT + 1 :]]


# What is done to forty lines; how many operations are counted then, how many lines are malformed, and
# which is the first of those.
DAMAGE = {
    "none":                   (lambda lines, _: lines, 40, 0, None),
    "torn in the middle":     (lambda lines, _: [*lines[:AT], lines[AT][:50]], 20, 1, 21),
    "a torn last line":       (lambda lines, _: [*lines[:-1], lines[-1][:-3]], 39, 1, 40),
    "no last line feed":      (lambda lines, _: [*lines[:-1], lines[-1][:-1]], 40, 0, None),
    "a torn first line":      (lambda lines, _: [lines[0][50:], *lines[1:]], 39, 1, 1),
    "a line of garbage":      (between(b"#?! garbage\n"), 40, 1, 21),
    "a line of JSON":         (between(b'{"level":"info"}\n'), 40, 1, 21),
    "an event of others":     (between(b'{"event":"click","duration_ms":"soon"}\n'), 40, 0, None),
    "a hole of NUL":          (between(bytes(512) + b"\n"), 40, 1, 21),
    "NUL at the end":         (lambda lines, _: [*lines, bytes(4096)], 40, 1, 41),
    "NUL in a line":          (instead(lambda line: line.replace(b"Shop", b"Sh\0p")), 39, 1, 21),
    "no UTF-8":               (instead(lambda line: line.replace(b"Shop", b"Sh\xffp")), 39, 1, 21),
    "two lines in one":       (instead(lambda line: line[:-1] + line), 39, 1, 21),
    "doubled keys":           (instead(lambda line: line.replace(b"{", b'{"x":1,"x":2,', 1)), 40, 0, None),
    "a comma that trails":    (instead(lambda line: line.replace(b"}\n", b",}\n")), 39, 1, 21),
    "nan":                    (instead(lambda line: line.replace(b"{", b'{"x":nan,', 1)), 39, 1, 21),
    "a time out of range":    (taking(10**30), 39, 1, 21),
    "a negative time":        (taking(-5), 39, 1, 21),
    "a time that is a text":  (instead(lambda line: line.replace(b'_ms":', b'_ms":"x","y":').replace(b'Nano":"', b'Nano":"x')), 39, 1, 21),
    "blank lines":            (between(b"\n  \t\n\r\n"), 40, 0, None),
    "line ends of Windows":   (lambda lines, _: [line.replace(b"\n", b"\r\n") for line in lines], 40, 0, None),
    "a byte order mark":      (lambda lines, _: [b"\xef\xbb\xbf", *lines], 40, 0, None),
    "garbage behind it":      (lambda lines, _: [*lines, b"\x1f\x8b\x08 more"], 40, 1, 41),
}  # fmt: skip

# What else may be called a profile, and what is said of it.
NONE = {
    "empty":               (lambda path: path.write_bytes(b""), "nothing readable: it is empty"),
    "only blank lines":    (lambda path: path.write_bytes(b"\n \r\n\n"), "nothing readable: it is empty"),
    "only garbage":        (lambda path: path.write_bytes(b"a\n\nb\n"), "nothing readable: 2 lines are malformed, the first at {}:1"),
    "only NUL":            (lambda path: path.write_bytes(bytes(9000)), "nothing readable: 1 line is malformed, the first at {}:1"),
    "events of others":    (lambda path: path.write_bytes(b'{"event":"click"}\n'), "nothing readable: 1 lines of unknown events"),
    "UTF-16 with a mark":  (lambda path: path.write_bytes(text(own(5)).encode("utf-16")), "no profile: it is text in UTF-16"),
    "a folder":            (lambda path: path.mkdir(), "a folder in which no file ends in .jsonl, .jsonl.gz, .jsonl.zst, .parquet"),
    "a link to itself":    (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "a link to nothing":   (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    "nothing":             (lambda path: None, "No such file or directory"),
}  # fmt: skip


def damaged(make, damage):
    change, *expected = DAMAGE[damage]
    lines = [text(make(number)).encode() for number in range(LINES)]
    return b"".join(change(lines, make)), expected


def both(*names):
    """The figures by the engine for small files and by that for large ones, which are the same."""
    with open_profiles([str(name) for name in names]) as profiles:
        small, large = (breakdown(counted(profiles, Filters(), size)) for size in (1 << 40, 0))
    assert small == large
    return small


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("form", FORMATS)
def test_lines(capsys, tmp_path, form, damage):
    content, (operations, malformed, first) = damaged(FORMATS[form], damage)
    for packing, pack in PACKED.items():
        path = tmp_path / f"profile.{packing}"
        path.write_bytes(pack(content))
        found = both(path)
        assert (found.operations, found.lines.malformed) == (operations, malformed), packing
        # Of other programs' files lines are numbered as the events that they are made of.
        assert found.lines.first_malformed == (first and (str(path), first)), packing
        done = call(capsys, "profile", path)
        assert done.code == 0
        said = f"Malformed: {malformed} line, the first at {path}:{first}\n"
        assert (said in done.out) == bool(malformed), packing


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("form", FORMATS)
def test_ways(capsys, tmp_path, monkeypatch, form, packing, way):
    content, _ = damaged(FORMATS[form], "a line of garbage")
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in files:
        path.write_bytes(PACKED[packing](content))
    link = tmp_path / "link"
    link.symlink_to(files[0])
    names, times = {
        "file": (files[:1], 1),
        "link": ([link], 1),
        "several": (files, 2),
        "folder": ([tmp_path], 2),
        "pattern": ([tmp_path / "[ab].j*"], 2),
        "standard input": (["-"], 1),
    }[way]
    opened = files[0].open()
    monkeypatch.setattr(sys, "stdin", opened)
    done = call(capsys, "profile", *names, "--json")
    opened.close()
    found = json.loads(done.out)
    assert (done.code, found["operations"], found["malformed_lines"]) == (0, 40 * times, times)
    assert found["total_ns"] == sum(range(LINES)) * 1000 * times


@pytest.mark.parametrize("kind", NONE)
def test_what_is_none(capsys, tmp_path, kind):
    make, said = NONE[kind]
    path = tmp_path / "profile.jsonl"
    make(path)
    for mode in ("--summary", "--raw", "--json"):
        done = call(capsys, "profile", path, mode)
        is_shown = mode == "--raw" and kind == "events of others"
        assert (done.code, bool(done.out)) == (1, is_shown)
        assert done.err == f"Error: {path}: {said.format(path)}\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(capsys, tmp_path):
    path = tmp_path / "profile.jsonl"
    path.write_text(text(own(5)))
    path.chmod(0)
    done = call(capsys, "profile", path)
    assert (done.code, done.err) == (1, f"Error: {path}: Permission denied\n")


PARQUET = {
    "torn in the middle": lambda data: data[: len(data) // 2],
    "a byte short":       lambda data: data[:-1],
    "garbage behind it":  lambda data: data + b"garbage",
    "NUL at the end":     lambda data: data + bytes(512),
    "a hole of NUL":      lambda data: data[:8] + bytes(200) + data[208:],
    "only its beginning": lambda data: data[:4],
}  # fmt: skip


def table(folder, rows="range(40)"):
    path = folder / "profile.parquet"
    duckdb.execute(
        "COPY (SELECT 'Map' AS operation, 'Shop' AS schema, n / 1000 AS duration_ms, "
        f"repeat('5', 8 + n::INT) AS run FROM {rows} t(n)) TO '{path}'"
    )
    return path


@pytest.mark.parametrize("damage", PARQUET)
def test_parquet(capsys, tmp_path, damage):
    path = table(tmp_path)
    assert (both(path).operations, both(path, path).lines.malformed) == (40, 0)
    path.write_bytes(PARQUET[damage](path.read_bytes()))
    for mode in ("--summary", "--raw", "--json"):
        done = call(capsys, "profile", path, mode)
        assert (done.code, done.out) == (1, "")
        assert done.err == f"Error: {path}: a damaged Parquet file\n"


def test_parquet_without_rows(capsys, tmp_path):
    path = table(tmp_path, "range(0)")
    done = call(capsys, "profile", path)
    assert (done.code, done.err) == (1, f"Error: {path}: nothing readable: it is empty\n")


@pytest.mark.parametrize("size", [0, 1 << 40])
def test_parquet_that_becomes_shorter(tmp_path, size):
    path = table(tmp_path)
    with open_profiles([str(path)]) as profiles:
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(UnreadableError, match=r"profile\.parquet: a damaged Parquet file"):
            counted(profiles, Filters(), size)


@pytest.mark.parametrize("cut", [3, 30])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_frames(tmp_path, form, packing, cut):
    """A frame that is torn or damaged costs what is in it at most, also amid others.

    Where some of it could be read, the last line of that is torn as well.
    """
    make, pack = FORMATS[form], PACKED[packing]
    lines = [text(make(number)).encode() for number in range(LINES)]
    frames = [pack(b"".join(lines[first : first + 10])) for first in range(0, LINES, 10)]
    path = tmp_path / "profile"
    for at in (1, 3):
        for bad in (frames[at][:-cut], frames[at][:cut] + bytes(cut)):
            path.write_bytes(b"".join([*frames[:at], bad, *frames[at + 1 :]]))
            found = both(path)
            assert 30 <= found.operations <= 40
            assert found.lines.malformed in {1, 2}
