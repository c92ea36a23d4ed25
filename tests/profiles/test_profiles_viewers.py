"""Exported files, read by the programs that they are for."""

import json
import re
import sys
from pathlib import Path

import pytest
import viewer_programs
from profile_files import operation, phase, run, start, written

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("cli", "replay", "backends", "spans", "exporters")]

from calling import call  # noqa: E402 - found by the path above
from recordings import PAY, long_profile  # noqa: E402 - found by the path above


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return long_profile(tmp_path_factory.mktemp("viewed") / "pay.jsonl", runs=150)


@pytest.fixture
def exported(capsys, recorded, tmp_path):
    """Writes the recorded profile to a file that ends so, or another one."""

    def export(end, path=recorded):
        done = call(capsys, "profile", path, "-o", tmp_path / f"out{end}")
        assert done.code == 0, done.err
        return tmp_path / f"out{end}"

    return export


@pytest.fixture
def report(capsys, recorded):
    return json.loads(call(capsys, "profile", recorded, "--json").out)


def test_pprof_lists_operations_below_their_declarations(exported, report):
    path = exported(".pb.gz")
    raw = viewer_programs.go_pprof("-raw", path)
    assert "operations/count time/nanoseconds[dflt]" in raw
    samples = re.findall(r"^ +(\d+) +(\d+):", raw.partition("Samples:")[2], re.MULTILINE)
    taken = {int(ns) for _, ns in samples}
    assert taken == {spot["total_ns"] for spot in report["hotspots"]}
    top = viewer_programs.go_pprof("-top", "-cum", "-unit=ns", path)
    assert f"{report['total_ns']}ns   100%  Pay\n" in top
    assert "Pay.gross" in top
    assert "Map multiply" in top


def test_pprof_finds_the_lines_of_the_schema(exported, recorded):
    source = recorded.with_name("pay.kumi")
    listed = viewer_programs.go_pprof(
        "-list=Pay.gross", "-sample_index=operations", exported(".pb.gz")
    )
    line = next(each for each in PAY.splitlines() if ":gross" in each)
    assert str(source) in listed
    assert any(line.strip() in each and " 150 " in each for each in listed.splitlines())


def test_speedscope_shows_the_stacks_by_time_and_by_count(exported, report):
    time, count = viewer_programs.speedscope(exported(".speedscope.json"))
    assert (time["unit"], time["total"]) == ("nanoseconds", report["total_ns"])
    assert (count["unit"], count["total"]) == ("none", report["operations"])
    [schema] = [frame for frame in time["frames"] if frame["name"] == "Pay"]
    assert schema["total"] == report["total_ns"]
    by_declaration = {each["declaration"]: each["total_ns"] for each in report["declarations"]}
    shown = {frame["name"]: frame["total"] for frame in time["frames"]}
    assert by_declaration.items() <= shown.items()


def test_speedscope_reads_folded_stacks(exported, report):
    [profile] = viewer_programs.speedscope(exported(".folded"))
    assert profile["total"] == report["total_ns"]
    assert {"Pay", "gross", "Map multiply"} <= {frame["name"] for frame in profile["frames"]}


def test_perfetto_has_every_nanosecond_and_nothing_to_complain_of(exported, report):
    path = exported(".trace.json")
    by_kind = "SELECT category, count(), sum(dur) FROM slice GROUP BY 1 ORDER BY 1"
    declarations = report["declarations"]
    [run_] = report["runs"]
    assert [row for row in viewer_programs.perfetto(path, by_kind) if row[0] != "phase"] == [
        [
            "vm_declaration",
            sum(d["count"] for d in declarations),
            sum(d["total_ns"] for d in declarations),
        ],
        ["vm_operation", report["operations"], report["total_ns"]],
        ["vm_run", run_["count"], run_["total_ns"]],
    ]
    above = """SELECT DISTINCT category, parent.category FROM slice
      LEFT JOIN slice parent ON parent.id = slice.parent_id WHERE slice.dur > 0 ORDER BY 1"""
    above = above.replace("DISTINCT category", "DISTINCT slice.category")
    assert viewer_programs.perfetto(path, above) == [
        ["phase", None],
        ["vm_declaration", "vm_run"],
        ["vm_operation", "vm_declaration"],
        ["vm_run", None],
    ]
    problems = "SELECT name FROM stats WHERE severity != 'info' AND value > 0"
    assert viewer_programs.perfetto(path, problems) == []


def test_perfetto_shows_runs_at_once_beside_each_other(exported, tmp_path):
    base = 1737369045123000000

    def lines(number, begin, end):
        own = {"run": f"5b8aa5a20000000{number}"}
        times = {"start_unix_nano": base + begin, "end_unix_nano": base + end}
        return [run(**own) | times, operation(**own) | times]

    path = written(
        tmp_path,
        start(service="shop", pid=7, host="here"),
        *lines(1, 0, 57),
        *lines(2, 10, 61),
        *lines(3, 59, 83),
        phase("compile", 5, "Shop"),
    )
    shown = """SELECT process.name, thread.name, slice.name, slice.ts, dur FROM slice
      JOIN thread_track ON thread_track.id = track_id JOIN thread USING (utid)
      JOIN process USING (upid) WHERE category != 'vm_operation' ORDER BY slice.ts, dur"""
    assert viewer_programs.perfetto(exported(".trace.json", path), shown) == [
        ["shop pid 7 on here", "compile", "compile Shop", 0, 5],
        ["shop pid 7 on here", "Shop", "run Shop", 0, 57],
        ["shop pid 7 on here", "Shop", "run Shop", 10, 51],
        ["shop pid 7 on here", "Shop", "run Shop", 59, 24],
    ]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow.parquet"])
def test_libraries_of_tables_read_parquet(exported, report, library):
    read = pytest.importorskip(library)
    path = exported(".parquet")
    table = read.read_table(path) if library == "pyarrow.parquet" else read.read_parquet(path)
    columns = table.to_pydict() if library == "pyarrow.parquet" else table
    ends, starts = columns["end_unix_nano"], columns["start_unix_nano"]
    took = [end - begin for end, begin in zip(ends, starts, strict=True)]
    assert sum(took) == report["total_ns"]
    assert [round(ms * 1e6) for ms in columns["duration_ms"]] == took
