"""`kumi profile -o`: each format adds up to the report, to the nanosecond, and says what it should."""

import json
import os
import sys
from pathlib import Path

import export_readers
import pytest
from export_readers import reported, without
from profile_files import declaration, operation, phase, program, run, start, text, written

from kumi.cli.export_formats import FORMATS, ending

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("cli", "replay", "backends", "spans", "exporters")]

from calling import call  # noqa: E402 - found by the path above
from recordings import long_profile, recorded  # noqa: E402 - found by the path above

EXACT = {
    ".parquet": (export_readers.parquet, {}),
    ".otlp.jsonl": (export_readers.otlp, {}),
    ".folded": (export_readers.folded, {"calls": True}),
    ".speedscope.json": (export_readers.speedscope, {}),
    ".trace.json": (export_readers.trace, {"places": True}),
    ".pb.gz": (export_readers.pprof, {}),
}
FILTERS = [[], ["--operation", "Map"], ["--declaration", "all"], ["--min-duration", "900ns"]]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Every golden program, run once: read in plain Python."""
    return recorded(tmp_path_factory.mktemp("golden") / "golden.jsonl")[0]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Read by DuckDB."""
    path = long_profile(tmp_path_factory.mktemp("long") / "long.jsonl")
    assert path.stat().st_size > 1_000_000
    return path


def exported(capsys, path, output, *options):
    done = call(capsys, "profile", path, "-o", output, *options)
    assert (done.code, done.out) == (0, "")
    assert f"wrote {output}" in done.err
    return output


def report(capsys, path, *options):
    return json.loads(call(capsys, "profile", path, "--json", *options).out)


@pytest.mark.parametrize("end", EXACT)
@pytest.mark.parametrize("filters", FILTERS, ids=" ".join)
@pytest.mark.parametrize("size", ["small", "large"])
def test_sums_are_those_of_the_report(capsys, request, tmp_path, size, filters, end):
    path = request.getfixturevalue(size)
    read, lacks = EXACT[end]
    output = exported(capsys, path, tmp_path / f"out{end}", *filters)
    assert read(output) == without(reported(report(capsys, path, *filters)), **lacks)


def test_json_is_what_the_option_prints(capsys, small, tmp_path):
    output = exported(capsys, small, tmp_path / "figures.json")
    assert output.read_text("utf-8") == call(capsys, "profile", small, "--json").out


def test_every_format_is_named_in_the_help(capsys):
    page = " ".join(call(capsys, "profile", "--help").out.split())
    assert [end for end in FORMATS if end not in page] == []
    assert set(FORMATS) == {".json", *EXACT}


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.json", ".json"),
        ("a.trace.json", ".trace.json"),
        ("trace.json", ".trace.json"),
        ("A.PB.GZ", ".pb.gz"),
        ("my.trace.json/x.folded", ".folded"),
        ("a.jsonl", None),
        ("json", ".json"),
        ("a", None),
        ("-", None),
    ],
)
def test_the_end_of_a_name_says_the_format(name, format_):
    assert ending(name) == format_


def test_a_name_without_a_format_is_wrong_usage_and_tells_which_there_are(capsys, small, tmp_path):
    done = call(capsys, "profile", small, "-o", tmp_path / "x.json", "-o", tmp_path / "x.svg")
    assert (done.code, done.out) == (2, "")
    assert all(end in done.err for end in FORMATS)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_only_where_that_is_asked_for(capsys, small, tmp_path):
    output = tmp_path / "x.folded"
    output.write_text("mine")
    done = call(capsys, "profile", small, "-o", tmp_path / "y.json", "-o", output)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Error: {output} is there already; --force replaces it\n"
    assert output.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [output]
    exported(capsys, small, output, "--force")
    assert "mine" not in output.read_text()
    assert list(tmp_path.iterdir()) == [output]


def test_a_link_stays_one(capsys, small, tmp_path):
    (tmp_path / "link.folded").symlink_to(tmp_path / "real.folded")
    exported(capsys, small, tmp_path / "link.folded", "--force")
    assert (tmp_path / "link.folded").is_symlink()
    assert (tmp_path / "real.folded").read_text()


@pytest.mark.parametrize("end", FORMATS)
def test_where_a_file_cannot_be_made_one_line_says_so(capsys, small, tmp_path, end):
    output = tmp_path / "nowhere" / f"x{end}"
    done = call(capsys, "profile", small, "-o", output)
    assert (done.code, done.err) == (1, f"Error: {output}: No such file or directory\n")


@pytest.mark.parametrize("end", FORMATS)
def test_what_cannot_be_read_leaves_no_file(capsys, tmp_path, end):
    (tmp_path / "bad.jsonl").write_text("nothing\n")
    done = call(capsys, "profile", tmp_path / "bad.jsonl", "-o", tmp_path / f"x{end}")
    assert done.code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


def test_the_report_comes_only_where_it_is_asked_for(capsys, small, tmp_path):
    shown = call(capsys, "profile", small, "--summary").out
    done = call(capsys, "profile", small, "--summary", "-o", tmp_path / "x.folded")
    assert (done.out, done.err) == (shown, f"wrote {tmp_path / 'x.folded'}\n")
    raw = call(capsys, "profile", small, "--raw", "-o", tmp_path / "y.folded")
    assert raw.code == 2


def test_standard_input_serves_several_files(capsys, small, tmp_path, monkeypatch):
    outputs = [tmp_path / f"x{end}" for end in EXACT]
    options = [each for output in outputs for each in ("-o", output)]
    stdin = small.read_text("utf-8")
    call(capsys, "profile", "-", *options, stdin=stdin, monkeypatch=monkeypatch)
    document = report(capsys, small)
    for output, (read, lacks) in zip(outputs, EXACT.values(), strict=True):
        assert read(output) == without(reported(document), **lacks)


@pytest.mark.parametrize("end", [".parquet", ".folded", ".speedscope.json", ".pb.gz"])
def test_a_profile_without_operations_says_so(capsys, tmp_path, end):
    path = written(tmp_path, start(), run(), declaration())
    done = call(capsys, "profile", path, "-o", tmp_path / f"x{end}")
    assert done.code == 0
    assert "KUMI_PROFILE_OPS=1" in done.err


def test_lines_of_other_writers_have_durations_and_no_spans(capsys, tmp_path):
    keys = ("event", "schema", "operation", "duration_ms", "timestamp")
    lines = [{key: operation(ns=ns)[key] for key in keys} for ns in (1000, 2, 30)]
    path = written(tmp_path, *lines)
    document = reported(report(capsys, path))
    for end, (read, lacks) in EXACT.items():
        output = tmp_path / f"x{end}"
        if end == ".otlp.jsonl":
            done = call(capsys, "profile", path, "-o", output)
            assert done.err == f"wrote {output} (3 lines without ids or times left out)\n"
        else:
            assert read(exported(capsys, path, output)) == without(document, **lacks)
    events = json.loads((tmp_path / "x.trace.json").read_text())["traceEvents"]
    assert [each["ts"] for each in events if each["ph"] == "X"] == [0, 1, 1.002]
    assert len({each["tid"] for each in events if each["ph"] == "X"}) == 1


def test_names_break_no_format(capsys, tmp_path):
    odd = 'a;b\n"\x1b[31m é 5'
    path = written(tmp_path, operation(odd, ns=5, declaration=odd, function=odd, span_id="1" * 16))
    document = report(capsys, path)
    assert document["schemas"][0]["schema"] == odd
    for end, (read, _) in EXACT.items():
        found = read(exported(capsys, path, tmp_path / f"x{end}"))
        assert found.ns == 5
        if end not in {".folded", ".trace.json"}:
            assert set(found) == {(odd, odd, "Map")}
    [line] = (tmp_path / "x.folded").read_text("utf-8").splitlines()
    assert line.count(";") == 2
    assert line.isprintable()


def test_a_trace_holds_nothing_that_json_cannot(capsys, tmp_path):
    line = text(run(kept="KEPT", ns=5)).replace('"KEPT"', "1e999")
    (tmp_path / "odd.jsonl").write_text(line)
    output = exported(capsys, tmp_path / "odd.jsonl", tmp_path / "x.trace.json")

    def refuse(constant):
        raise AssertionError(constant)

    json.loads(output.read_text(), parse_constant=refuse)


def test_the_columns_of_parquet_are_the_keys_of_an_operation(capsys, small, tmp_path):
    import duckdb

    output = exported(capsys, small, tmp_path / "x.parquet")
    events = [json.loads(line) for line in small.read_text("utf-8").splitlines()]
    operations = [event for event in events if event["event"] == "vm_operation"]
    table = duckdb.sql(f"FROM '{output}'")
    keys = {key for event in operations for key in event} | {"origin"}
    assert {*table.columns} == keys
    assert table.columns[-1] == "error"
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]
    for row, event in zip(rows, operations, strict=True):  # in the order of the lines
        at = row.pop("timestamp")
        assert at.isoformat(timespec="milliseconds").startswith(event["timestamp"][:-1])
        assert row == {key: event.get(key) for key in row}


def test_pprof_says_where_the_schema_says_it(capsys, large, tmp_path):
    message = export_readers.pprof_of(exported(capsys, large, tmp_path / "x.pb.gz"))
    texts = message.string_table
    functions = {each.id: each for each in message.function}
    found = {
        (texts[functions[line.function_id].name], line.line)
        for location in message.location
        for line in location.line
    }
    assert {("Pay", 0), ("Pay.gross", 8), ("Pay.all", 9), ("Map multiply", 8)} <= found
    assert {texts[each.filename] for each in message.function} == {str(large.with_name("pay.kumi"))}
    kinds = [(texts[each.type], texts[each.unit]) for each in message.sample_type]
    assert kinds == [("operations", "count"), ("time", "nanoseconds")]


def test_programs_that_share_a_key_by_mistake_have_no_place(capsys, tmp_path):
    described = program([["total", "Map", "multiply", None, [], "x", None]])
    described["declarations"] = "none"
    path = written(tmp_path, described, operation(ns=5, index=10**12))
    message = export_readers.pprof_of(exported(capsys, path, tmp_path / "x.pb.gz"))
    assert {line.line for location in message.location for line in location.line} == {0}


def test_runs_at_once_are_on_different_tracks(capsys, tmp_path):
    base = 1737369045123000000

    def lines(number, begin, end):
        own = {"run": f"5b8aa5a20000000{number}"}
        times = {"start_unix_nano": base + begin, "end_unix_nano": base + end}
        return [run(**own) | times, operation(**own) | times]

    path = written(
        tmp_path,
        start(service="shop", pid=7, host="here"),
        *lines(1, 0, 40),
        *lines(2, 10, 60),
        *lines(3, 50, 80),
        phase("compile", 5, "Shop"),
    )
    output = exported(capsys, path, tmp_path / "x.trace.json")
    events = json.loads(output.read_text())["traceEvents"]
    runs = [each["tid"] for each in events if each["name"] == "run Shop"]
    assert runs[0] == runs[2] != runs[1]
    assert [each["tid"] for each in events if each["name"] == "Map multiply"] == runs
    named = [each["args"]["name"] for each in events if each["ph"] == "M"]
    assert named == ["shop pid 7 on here", "Shop", "Shop", "compile"]


def test_otlp_has_the_spans_that_a_replay_would_send(capsys, small, tmp_path):
    from recordings import spans_of
    from span_views import by_id

    output = exported(capsys, small, tmp_path / "x.otlp.jsonl")
    requests = export_readers.otlp_requests(output)
    written_spans = by_id([group for request in requests for group in request.resource_spans])
    assert written_spans == spans_of(small)[0]
    assert {*json.loads(output.read_text().splitlines()[0])} == {"resourceSpans"}


def test_filters_leave_out_other_tracers_spans(capsys, tmp_path):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from kumi.otel import JsonlSpanExporter

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(JsonlSpanExporter(str(tmp_path / "s.jsonl"))))
    provider.get_tracer("shop").start_span("checkout").end()
    provider.shutdown()
    output = exported(capsys, tmp_path / "s.jsonl", tmp_path / "x.otlp.jsonl")
    assert [
        span.name
        for request in export_readers.otlp_requests(output)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ] == ["checkout"]
    exported(capsys, tmp_path / "s.jsonl", output, "--force", "--schema", "Shop")
    assert output.read_text() == ""


def test_whatever_ends_the_writing_leaves_nothing(tmp_path):
    from kumi.profiles.exports.whole_file import whole_file

    def interrupted(name):
        with whole_file(name) as path:
            path.write_text("half")
            raise KeyboardInterrupt

    (tmp_path / "old.folded").write_text("old")
    for name in ("new.folded", "old.folded"):
        with pytest.raises(KeyboardInterrupt):
            interrupted(str(tmp_path / name))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old.folded": "old"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(capsys, small, tmp_path):
    tmp_path.chmod(0o500)
    done = call(capsys, "profile", small, "-o", tmp_path / "x.folded")
    assert done.code == 1
    assert "Permission denied" in done.err
