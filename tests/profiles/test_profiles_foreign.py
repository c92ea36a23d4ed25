"""Lines of other programs: the Ruby Kumi's, and OTLP JSON lines."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from profile_files import operation, text

from kumi.cli.main import main
from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("cli", "replay", "backends", "spans", "exporters")]

from calling import call  # noqa: E402 - found by the path above
from recordings import long_profile, recorded  # noqa: E402 - found by the path above


def ruby(tag, wall, decl="total", run=1, **more):
    said = {"ts": "2026-11-23T14:15:33.979Z", "run": run, "schema": "Shop", "decl": decl}
    return {**said, "i": 0, "tag": tag, "wall_ms": wall, "rows": 2, "note": None, **more}


def lines(*said):
    return "".join(f"{json.dumps(each)}\n" for each in said)


def report(capsys, *arguments, **more):
    done = call(capsys, "profile", *arguments, "--json", **more)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.fixture
def write(tmp_path):
    def write(content, name="foreign.jsonl"):
        (tmp_path / name).write_text(content, "utf-8")
        return tmp_path / name

    return write


def test_what_the_ruby_kumi_measured(capsys, write):
    path = write(
        lines(
            {"ts": "2026-11-23T14:15:33.737Z", "kind": "mem", "label": "x", "rss_mb": 16.5},
            {"ts": "2026-11-23T14:15:33.759Z", "kind": "phase", "name": "parse", "wall_ms": 20.9},
            {"ts": "2026-11-23T14:15:34Z", "kind": "phase", "name": "pass", "wall_ms": 1, "tags": {"pass": "Types"}},
            ruby("load_input", 0.25, "price"),
            ruby("const", 0.005, schema=None),
            ruby("guard_push", 0.005, schema="UnknownSchema"),
            ruby("map", 9.0, note="skipped"),
            {"ts": "2026-11-23T14:15:34Z", "kind": "final_summary", "data": {}},
        )
    )  # fmt: skip
    found = report(capsys, path)
    assert {each["operation"]: each["total_ns"] for each in found["types"]} == {
        "LoadInput": 250_000, "Const": 5000, "GuardPush": 5000,
    }  # fmt: skip
    assert {each["schema"]: each["count"] for each in found["schemas"]} == {"Shop": 1, "Unknown": 2}
    assert [(each["name"], each["total_ns"]) for each in found["phases"]] == [
        ("parse", 20_900_000), ("pass Types", 1_000_000),
    ]  # fmt: skip
    assert found["memory"]["peak"] == 17_301_504
    assert (found["unknown_lines"], found["malformed_lines"]) == (2, 0)


def test_a_ruby_reference_counts_without_what_it_computed(capsys, write):
    path = write(
        lines(
            ruby("load_input", 0.3, "a"),
            ruby("ref", 0.01, "b", attrs={"name": "x"}),
            ruby("map", 0.09, "b"),
            ruby("ref", 0.15, "c", attrs={"name": "b__vec"}),  # 0.05 of its own
            ruby("ref", 0.02, "c", attrs={"name": "a"}),  # computed before: all of it
            ruby("ref", 1.0, "d", attrs={"name": "c"}, run=2),  # another run
        )
    )
    spots = report(capsys, path)["hotspots"]
    taken = sorted((each["declaration"], each["operation"], each["total_ns"]) for each in spots)
    assert taken == [
        ("a", "LoadInput", 300_000),
        ("b", "Map", 90_000),
        ("b", "Ref", 10_000),
        ("c", "Ref", 70_000),
        ("d", "Ref", 1_000_000),
    ]


def test_ruby_times_end_where_the_line_says(capsys, write):
    path = write(lines(ruby("map", 250.0)))
    event = json.loads(call(capsys, "profile", path, "--raw").out)
    assert event["timestamp"] == "2026-11-23T14:15:33.729Z"


@pytest.fixture(scope="module", params=["small", "large"])
def otlp(request, tmp_path_factory):
    """A profile, and its spans as OTLP JSON lines."""
    folder = tmp_path_factory.mktemp("otlp")
    small = request.param == "small"
    path = recorded(folder / "p.jsonl")[0] if small else long_profile(folder / "p.jsonl")
    with pytest.raises(SystemExit):
        main(["profile", str(path), "-o", str(folder / "p.otlp.jsonl")])
    return path, folder / "p.otlp.jsonl"


def figures(found):
    """What spans say; what is said of programs and processes only once is not in them."""
    spots = [{**spot, "operand": None} for spot in found["hotspots"]]
    keys = (
        "operations",
        "total_ns",
        "schemas",
        "runs",
        "failures",
        "types",
        "declarations",
        "phases",
    )
    return {**{key: found[key] for key in keys}, "hotspots": spots}


def test_otlp_lines_give_the_figures_of_the_profile(capsys, otlp):
    path, spans = otlp
    assert figures(report(capsys, spans)) == figures(report(capsys, path))
    only = ("--operation", "Map", "--min-duration", "500ns")
    assert figures(report(capsys, spans, *only)) == figures(report(capsys, path, *only))


def test_they_come_compressed_and_by_standard_input(capsys, otlp, tmp_path, monkeypatch):
    path, spans = otlp
    wanted = figures(report(capsys, path))
    packed = tmp_path / "p.otlp.jsonl.gz"
    packed.write_bytes(gzip.compress(spans.read_bytes()))
    assert figures(report(capsys, packed)) == wanted
    stdin = spans.read_text("utf-8")
    assert figures(report(capsys, "-", stdin=stdin, monkeypatch=monkeypatch)) == wanted


@pytest.fixture(scope="module")
def of_two_services(tmp_path_factory):
    """The profiles of two services, and what a collector would have of both in one file."""
    folder = tmp_path_factory.mktemp("services")
    paths = []
    for name, runs in (("shop", 3), ("bank", 4)):
        code = f"import sys; sys.path.insert(0, {str(TESTS / 'replay')!r}); sys.path[:0] = {sys.path!r}\n"
        code += "from pathlib import Path; import recordings\n"
        code += f"recordings.long_profile(Path({str(folder / name)!r}), {runs})"
        said = {"OTEL_SERVICE_NAME": name, "OTEL_RESOURCE_ATTRIBUTES": f"team={name}s,zone=eu"}
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **said})
        paths.append(str(folder / name))
    with pytest.raises(SystemExit):
        main(["profile", *paths, "-o", str(folder / "both.otlp.jsonl")])
    return paths, folder / "both.otlp.jsonl"


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        (["--service", "shop"], 3),
        (["--service", "bank", "--service", "shop"], 7),
        (["--resource", "team=banks", "--operation", "Map"], 0),
        (["--resource", "zone=eu", "--service", "bank"], 4),
        (["--resource", "telemetry.sdk.language=python"], 7),
    ],
)
def test_a_service_is_that_of_the_resource(capsys, of_two_services, asked, runs):
    paths, spans = of_two_services
    wanted, found = report(capsys, *paths, *asked), report(capsys, spans, *asked)
    assert figures(found) == figures(wanted)
    assert sum(each["count"] for each in found["runs"]) == runs
    assert found["operations"] > 0
    raw = call(capsys, "profile", spans, "--raw", *asked).out.splitlines()
    assert len(raw) == len(call(capsys, "profile", *paths, "--raw", *asked).out.splitlines())


def test_services_leave_the_counts_of_lines_and_both_engines_choose_alike(of_two_services):
    seen = []
    for small in (0, 1 << 40):
        for asked in (Filters(), Filters(services=("bank",)), Filters(resources=(("zone", "us"),))):
            with open_profiles([str(of_two_services[1])]) as profiles:
                seen.append(breakdown(counted(profiles, asked, small)))
    assert seen[:3] == seen[3:]
    assert len({str(each.lines) for each in seen}) == 1
    assert seen[0].operations > seen[1].operations > seen[2].operations == 0


def test_by_service_and_one_that_is_not_there(capsys, of_two_services):
    paths, spans = of_two_services
    by_service = [call(capsys, "profile", *of, "--by", "service").out for of in (paths, [spans])]
    assert by_service[0].partition("shop")[2] == by_service[1].partition("shop")[2] != ""
    done = call(capsys, "profile", spans, "--service", "shp")
    assert done.err == "No service is called shp; did you mean `shop`?\n"


@pytest.mark.parametrize("by", ["service", "run"])
def test_spans_of_chosen_runs_are_written_with_all_that_is_in_them(
    capsys, of_two_services, tmp_path, by
):
    paths, _ = of_two_services
    with Path(paths[0]).open(encoding="utf-8") as file:
        run = next(said["run"] for line in file if (said := json.loads(line)).get("run"))
    asked = ("--run", run) if by == "run" else ("--service", "shop")
    written = tmp_path / "chosen.otlp.jsonl"
    assert call(capsys, "profile", *paths, "-o", written, *asked).code == 0
    wanted, found = report(capsys, *paths, *asked), report(capsys, written)
    assert figures(found) == figures(wanted)
    assert found["operations"] > 0


def test_a_damaged_resource_makes_no_span_malformed(capsys, of_two_services, write):
    said = json.loads(of_two_services[1].read_text("utf-8").splitlines()[0])
    said["resourceSpans"][0]["resource"] = {"attributes": [{"key": "service.name"}]}
    found = report(capsys, write(lines(said)), "--service", "shop")
    assert (found["operations"], found["malformed_lines"]) == (0, 0)


def test_spans_of_others_and_summaries_are_counted_as_lines(capsys, write):
    def span(name, **attributes):
        said = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
        ids = {"traceId": "1" * 32, "spanId": "2" * 16, "parentSpanId": ""}
        times = {
            "startTimeUnixNano": "1737369045123000000",
            "endTimeUnixNano": "1737369045123000500",
        }
        return {**ids, **times, "name": name, "kind": 1, "attributes": said}

    def scope(name, *spans):
        return {"scope": {"name": name}, "spans": spans}

    kumi = {"kumi.schema.name": "Shop"}
    mapped = {**kumi, "kumi.operation.name": "Map", "kumi.declaration.name": "total"}
    folded = {**mapped, "aggregation.is_summary": "true"}
    request = {
        "resourceSpans": [
            {"scopeSpans": [scope("flask", span("GET /", **mapped))]},
            {"scopeSpans": [scope("kumi", span("Map", **mapped), span("Map (folded)", **folded))]},
        ]
    }
    damaged = {"resourceSpans": [{"scopeSpans": [scope("kumi", {"name": "Map"})]}]}
    found = report(capsys, write(lines(request, damaged, {"resourceSpans": 5}, operation(ns=7))))
    assert found["events"] == {"vm_operation": 2, "span": 1}
    assert (found["total_ns"], found["unknown_lines"], found["malformed_lines"]) == (507, 1, 2)


def test_what_is_damaged_stays_malformed_in_both_engines(write):
    good = lines(ruby("map", 0.25))
    bad = lines(ruby("map", "soon"), ruby("map", True), ruby("map", 1, decl=5), {"ts": 1})
    path = write("torn {\n" + good + bad + '{"ts":NaN,"tag"\n[]\n\n' + text(operation(ns=1)))
    seen = []
    for small in (0, 1 << 40):
        with open_profiles([str(path)]) as profiles:
            engine = counted(profiles, Filters(), small)
            seen.append(
                (engine.lines, [each.total for each in engine.tallies("vm_operation", ("schema",))])
            )
    assert seen[0] == seen[1]
    assert seen[0][0].malformed == 7
    assert seen[0][0].first_malformed == (str(path), 1)
    assert sum(seen[0][1]) == 250_001


@pytest.mark.parametrize("size", ["golden", "long"])
def test_parquet_gives_the_operations_back(capsys, tmp_path, size, monkeypatch):
    path = tmp_path / "p.jsonl"
    recorded(path) if size == "golden" else long_profile(path)
    table = tmp_path / "p[1].parquet"
    call(capsys, "profile", path, "-o", table)
    wanted = report(capsys, path, "--operation", "Map")
    found = report(capsys, table, "--operation", "Map")
    keys = ("operations", "total_ns", "types")
    assert {key: found[key] for key in keys} == {key: wanted[key] for key in keys}
    assert figures(found)["hotspots"] == figures(wanted)["hotspots"]
    raw = [json.loads(line) for line in call(capsys, "profile", table, "--raw").out.splitlines()]
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    first = next(line for line in lines if line["event"] == "vm_operation")
    assert raw[0] == {**first, "error": first.get("error"), "origin": first.get("origin")}


ODD_COLUMNS = {
    "'S' AS trace_id": 6,
    "'nan'::DOUBLE AS trace_id": 6,
    "1.5::DOUBLE AS schema": 0,
    "nullif(n, 1) AS schema": 1,
    "DATE '2026-11-30' AS declaration": 6,
    "[n] AS error": 0,
    "n::UTINYINT AS rows": 6,
    "n - 4 AS rows": 4,
    "(n + 0.0)::DOUBLE AS rows": 0,
    "10::HUGEINT ** n * 9000000000000000000 AS rows": 0,
    "NULL AS rows": 6,
    "5 AS start_unix_nano": 6,
    "n - 2 AS start_unix_nano, 5 AS end_unix_nano": 4,
    "5 AS start_unix_nano, 200000 * n + 5 AS end_unix_nano, repeat('é\"', n::INT) AS run": 6,
    "TIMESTAMPTZ '2025-01-20 10:30:45.0019+02' + n * INTERVAL 1 SECOND AS timestamp": 6,
    "'2025-01-20T08:30:49Z' AS timestamp": 6,
    "'quo\"te\\' AS function, '' AS run": 6,
    "0.001::FLOAT * n AS duration_ms": 10,
    "(0.0000005 * n)::DECIMAL(18, 7) AS duration_ms": 10,
    "n AS duration_ms, NULL AS operation": 0,
    "n AS duration_ms, CASE WHEN n % 2 = 0 THEN 'Map' END AS operation": 5,
}
"""A column that takes values of n from 0 to 9, and how many rows count with it."""


@pytest.mark.parametrize("more", ODD_COLUMNS)
def test_a_parquet_file_says_as_columns_what_its_rows_say_as_lines(tmp_path, more):
    table = tmp_path / "odd.parquet"
    own = {
        "'Map'": "operation",
        "'A'": "schema",
        "CASE WHEN n % 3 = 0 THEN 'nan'::DOUBLE ELSE n END": "duration_ms",
    }
    rest = [f"{value} AS {name}" for value, name in own.items() if f" AS {name}" not in more]
    duckdb.execute(f"COPY (SELECT {', '.join([more, *rest])} FROM range(10) t(n)) TO '{table}'")
    for filters in (Filters(), Filters(since=1737361850_000_000_000), Filters(schemas=("A",))):
        with open_profiles([str(table)]) as profiles:
            engines = [counted(profiles, filters, size) for size in (1 << 40, 0)]
            small, large = map(breakdown, engines)
        assert small == large
        if filters.ask_nothing:
            assert small.operations == ODD_COLUMNS[more]


def test_a_parquet_file_beside_lines_of_ours_and_of_others(capsys, tmp_path):
    path, table = long_profile(tmp_path / "p.jsonl"), tmp_path / "p.parquet"
    call(capsys, "profile", path, "-o", table)
    five = tmp_path / "five.jsonl"
    five.write_text(lines({"event": "vm_operation", "operation": "Map", "duration_ms": 5}) + "{\n")
    both = [str(each) for each in (table, path, five, table)]
    for calibrated in (False, True):
        with open_profiles(both) as profiles:
            engines = [counted(profiles, Filters(), size) for size in (1 << 40, 0)]
            small, large = [breakdown(each, calibrated=calibrated) for each in engines]
        assert small == large
        assert small.lines.first_malformed == (str(five), 2)


def test_a_parquet_file_of_something_else(capsys, tmp_path):
    import duckdb

    path = tmp_path / "other.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a) TO '{path}'")
    done = call(capsys, "profile", path)
    assert (done.code, done.err) == (1, f"Error: {path}: a Parquet file, but none of operations\n")
    path.write_bytes(b"PAR1 and no more")
    assert call(capsys, "profile", path).err == f"Error: {path}: a damaged Parquet file\n"
