"""What was imported says where it is from: in files, spans, reports, exports, replays, comparisons."""

import gzip
import hashlib
import json
from collections import Counter

import pytest
from imported_schemas import FILES, RUNS, data, events_of, origin_of, recorded, run_all, written

from calling import call  # isort: skip - these are found by a path that the helper above adds
from recordings import loose, spans_of  # isort: skip

from opentelemetry.sdk.trace import TracerProvider

from kumi import otel
from kumi.profiles.breakdown import breakdown
from kumi.profiles.call_tree import call_trees
from kumi.profiles.counts_engine import CountsEngine
from kumi.profiles.filters import Filters
from kumi.profiles.grouping import grouped
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.operand_names import OperandNames
from kumi.profiles.positions.own_files import OwnFiles
from kumi.profiles.python_engine import PythonEngine
from kumi.profiles.read_profiles import counted
from kumi.profiles.source_lines import schema_sources

LINES = {
    "inputs": 1, "rate": 14, "line_tax": 15, "fee_tax": 16, "sent": 17, "total": 18, "left": 19,
    "tax.amount": 15, "tax.amount#3": 7, "Tax.rate": 7, "Tax.net": 8, "Tax.tax": 9, "Tax.rest": 10,
    "Shipping.rate": 6, "Shipping.cost": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with schemas, and in it the profile of their runs; its events, and spans."""
    folder = tmp_path_factory.mktemp("shop")
    path = folder / "p.jsonl"
    return path, *recorded(path, written(folder))


def told(events, kind):
    return [event for event in events if event["event"] == kind]


def test_every_event_of_an_imported_declaration_says_both_schemas(shop):
    _, events, _ = shop
    said = told(events, "vm_declaration") + told(events, "vm_operation")
    assert {event["schema"] for event in said} == {"Order"}
    for event in said:
        is_own = event["declaration"] == "tax.amount#3"  # an argument, written in Shipping
        expected = "Shipping" if is_own else origin_of(event["declaration"])
        assert event.get("origin") == expected, event
    assert {event.get("origin") for event in said} == {None, "Tax", "Shipping"}
    names = {event["declaration"] for event in said if event.get("origin") == "Tax"}
    assert {"Tax.tax", "Tax.tax#2", "Tax.tax#3", "Tax.rest"} <= names


def test_a_program_says_where_each_origin_is_written(shop):
    path, events, _ = shop
    whole, part = told(events, "program")
    for program, origins in ((whole, ["Tax", "Shipping"]), (part, ["Tax"])):
        assert program["paths"] == {
            origin: {
                "path": str(path.with_name(f"{origin.lower()}.kumi")),
                "sha256": hashlib.sha256(FILES[f"{origin.lower()}.kumi"].encode()).hexdigest(),
            }
            for origin in origins
        }
        for name, _, line, origin in program["declarations"]:
            start = name if name in LINES else name.partition("#")[0]
            assert line == LINES[start]
            assert origin == ("Shipping" if name == "tax.amount#3" else origin_of(name))


@pytest.mark.parametrize("lane", ["block", "stock", "spans", "real"])
def test_every_span_says_so_too_however_it_is_sent(tmp_path, lane):
    path = tmp_path / "p.jsonl"
    events, spans = recorded(path, written(tmp_path), lane)
    said = told(events, "vm_declaration") + told(events, "vm_operation")
    assert {event["span_id"] for event in said} <= spans.keys()
    lines = operation_lines(events)
    for event in said:
        about = spans[event["span_id"]]["attributes"]
        assert about["kumi.schema.name"] == "Order"
        assert about["kumi.declaration.name"] == event["declaration"]
        assert about.get("kumi.schema.origin") == event.get("origin")
        file = f"{(event.get('origin') or 'order').lower()}.kumi"
        assert about["code.file.path"] == str(tmp_path / file)
        start = event["declaration"].partition("#")[0]
        line = LINES.get(event["declaration"], LINES[start])
        if event["event"] == "vm_operation":
            line = lines[event["program"], event["index"]]
        assert about["code.line.number"] == line
        assert line <= len(FILES[file].splitlines())


def operation_lines(events):
    return {
        (program["program"], index): operation[5]
        for program in told(events, "program")
        for index, operation in enumerate(program["operations"])
    }


@pytest.mark.parametrize("max_spans", [40, 120])
def test_what_is_folded_keeps_it_and_its_sums(tmp_path, max_spans):
    path = tmp_path / "p.jsonl"
    with TracerProvider().get_tracer("x").start_as_current_span("all in one trace"):
        _, spans = recorded(path, written(tmp_path), max_spans=max_spans)
    folded = [
        each["attributes"]
        for each in spans.values()
        if "aggregation.is_summary" in each["attributes"]
    ]
    assert folded
    imported = [about for about in folded if "kumi.schema.origin" in about]
    assert imported
    for about in imported:
        origin = about["kumi.schema.origin"]
        assert about["kumi.declaration.name"].startswith((f"{origin}.", "tax.amount#3"))
        assert about["code.file.path"] == str(tmp_path / f"{origin.lower()}.kumi")


@pytest.mark.parametrize("read", ["as it was written", "as somebody else writes it"])
def test_a_replay_sends_the_spans_that_were_sent(shop, read):
    path, _, sent = shop
    found, _ = spans_of(path if read == "as it was written" else loose(path))
    assert found == sent


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """So many runs that they are read by position."""
    folder = tmp_path_factory.mktemp("long")
    path, schema = folder / "p.jsonl", written(folder)
    with otel.profile(file=str(path), ops=True):
        for number in range(150):
            schema.run(data(lines=number % 7))
    return path


def engines(path, filters):
    """Python's engine, and that for counts: by position, and by DuckDB of what others have written."""
    for each in (path, loose(path)):
        with open_profiles([str(each)]) as profiles:
            assert OwnFiles(profiles, filters).are_all is (each == path)
            for small, engine in ((1 << 40, PythonEngine), (0, CountsEngine)):
                found = counted(profiles, filters, small)
                assert type(found) is engine
                yield found


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(origins=("Tax",)),
        Filters(origins=("Order", "Shipping"), operations=("Map",)),
        Filters(declarations=("Tax.tax", "Tax.tax#2")),
        Filters(origins=("Nowhere",)),
    ],
)
def test_all_engines_tell_the_same_of_them(long, filters):
    def said(engine):
        events = engine.uncounted
        trees = call_trees(engine, OperandNames(events), "time")
        by_origin = grouped(engine, events, ("origin", "declaration"))
        found = breakdown(engine)
        return found._replace(lines=None), trees, by_origin, schema_sources(engine, events)

    first, *others = map(said, engines(long, filters))
    assert all(other == first for other in others)
    asked = filters.origins
    wanted = [
        event
        for event in told(events_of(long), "vm_operation")
        if (not asked or (event.get("origin") or "Order") in asked)
        and (not filters.operations or event["operation"] in filters.operations)
        and (not filters.declarations or event["declaration"] in filters.declarations)
    ]
    assert first[0].operations == len(wanted)
    ns = sum(event["end_unix_nano"] - event["start_unix_nano"] for event in wanted)
    assert first[0].total == ns == sum(group.total for group in first[2].groups)
    assert sum(source.total for source in first[3]) == ns


def test_operations_tile_runs_and_results_are_the_same(tmp_path, shop):
    runs = {}
    for event in shop[1]:
        if event["event"].startswith("vm_"):
            runs.setdefault(event["run"], []).append(event)
    assert len(runs) == RUNS + 2
    for run, *inside in runs.values():
        if run["status"] == "error":
            continue
        for kind in ("vm_declaration", "vm_operation"):
            edges = [(e["start_unix_nano"], e["end_unix_nano"]) for e in told(inside, kind)]
            lasting = sorted(edge for edge in edges if edge[0] < edge[1])
            assert lasting[0][0] == run["start_unix_nano"]
            assert lasting[-1][1] == run["end_unix_nano"]
            assert all(a[1] == b[0] for a, b in zip(lasting, lasting[1:], strict=False))
    schema = written(tmp_path)
    plain = schema.run(data()).to_dict()
    with otel.profile(file=str(tmp_path / "p.jsonl"), ops=True):
        assert schema.run(data()).to_dict() == plain


def test_compiling_an_import_is_a_part_of_compiling_its_importer(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=str(path), ops=True):
        written(tmp_path).run(data())
    phases = told(events_of(path), "phase")
    names = {each["span_id"]: f"{each['name']} {each['schema']}" for each in phases}
    below = {name: names.get(each["parent_span_id"]) for each in phases
             for name in [names[each["span_id"]]] if name.startswith(("parse", "analyze"))}  # fmt: skip
    assert below == {
        "parse Order": "compile Order",
        "analyze Order": "compile Order",
        "parse Tax": "analyze Order",
        "analyze Tax": "analyze Order",
        "parse Shipping": "analyze Order",
        "analyze Shipping": "analyze Order",
    }
    assert not {"compile Tax", "compile Shipping"} & set(names.values())  # which would count twice


def report(capsys, path, *options):
    done = call(capsys, "profile", path, *options)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_reports_name_the_origin_and_the_file_of_each_declaration(capsys, shop):
    path, _, _ = shop
    screen = report(capsys, path, "--origin", "Tax")
    assert "  Order: " in screen
    assert any(
        line.endswith(("  Order.Tax.net  tax.kumi:8", "  Order.Tax.net#2  tax.kumi:8"))
        for line in screen.splitlines()
    )
    said = json.loads(report(capsys, path, "--json"))
    tax = next(each for each in said["declarations"] if each["declaration"] == "Tax.tax#2")
    assert (tax["schema"], tax["origin"], tax["count"]) == ("Order", "Tax", RUNS + 2)
    places = {each["declaration"]: each for each in said["answer"]["places"]}
    assert (places["Tax.net"]["origin"], places["Tax.net"]["line"]) == ("Tax", 8)
    assert places["Tax.net"]["path"] == str(path.with_name("tax.kumi"))
    assert (places["total"]["origin"], places["total"]["line"]) == (None, 18)
    tree = report(capsys, path, "--tree", "--limit", "40").splitlines()
    at = next(n for n, line in enumerate(tree) if line.endswith("    Tax.tax#2"))
    assert tree[1].endswith("  run Order")
    assert tree[at + 1].endswith("      Map multiply")


def sources(capsys, path, *options):
    found = json.loads(report(capsys, path, "--source", "--json", *options))["schemas"]
    return {each["schema"]: each for each in found}


def test_each_source_is_shown_with_what_its_own_lines_cost(capsys, shop):
    path, events, _ = shop
    found = sources(capsys, path)
    assert found.keys() == {"Order", "Tax", "Shipping"}
    for schema, source in found.items():
        file = f"{schema.lower()}.kumi"
        assert (source["path"], source["source"]) == (str(path.with_name(file)), "same")
        assert [line["text"] for line in source["lines"]] == FILES[file].splitlines()
        assert source["importers"] == ([] if schema == "Order" else ["Order"])
    lines = {line["line"]: line for line in found["Tax"]["lines"]}
    assert {number for number, line in lines.items() if line["count"]} == {7, 8, 9, 10}
    assert {"Tax.tax", "Tax.tax#2", "Tax.tax#3"} == set(lines[9]["declarations"])
    of_tax = [event for event in told(events, "vm_operation") if event.get("origin") == "Tax"]
    assert sum(line["count"] for line in lines.values()) == len(of_tax)
    drawn = report(capsys, path, "--source", "--origin", "Tax")
    assert "in runs of Order" in drawn
    assert "value :tax, net * rate" in drawn
    assert "Shipping" not in drawn


@pytest.mark.parametrize("state", ["changed", "missing"])
def test_a_source_that_is_another_one_by_now_is_not_shown(capsys, tmp_path, state):
    path = tmp_path / "p.jsonl"
    recorded(path, written(tmp_path))
    tax = tmp_path / "tax.kumi"
    tax.write_text("# another\n" + FILES["tax.kumi"]) if state == "changed" else tax.unlink()
    found = sources(capsys, path)
    assert {schema: source["source"] for schema, source in found.items()} == {
        "Order": "same", "Tax": state, "Shipping": "same",
    }  # fmt: skip
    assert [line["line"] for line in found["Tax"]["lines"]] == [7, 8, 9, 10]
    assert {line["text"] for line in found["Tax"]["lines"]} == {None}


def test_files_of_other_programs_name_the_file_that_it_is_written_in(capsys, shop, tmp_path):
    path, events, _ = shop
    outputs = [tmp_path / f"x{end}" for end in (".pb.gz", ".speedscope.json", ".trace.json")]
    parquet = tmp_path / "x.parquet"
    options = [option for output in (*outputs, parquet) for option in ("-o", output)]
    assert call(capsys, "profile", path, *options).code == 0
    pprof, speedscope, trace = outputs
    tax = str(path.with_name("tax.kumi"))

    frames = json.loads(speedscope.read_text())["shared"]["frames"]
    assert {"name": "Tax.tax#2", "file": tax, "line": 9} in frames
    assert {"name": "Order", "file": str(path.with_name("order.kumi"))} in frames
    assert tax.encode() in gzip.decompress(pprof.read_bytes())
    drawn = json.loads(trace.read_text())["traceEvents"]
    told_of = [each for each in drawn if each["name"] == "Order.Tax.tax#2"]
    assert len(told_of) == RUNS + 2
    assert {each["args"]["source"] for each in told_of} == {f"{tax}:9"}
    assert {each["args"]["origin"] for each in told_of} == {"Tax"}
    origins = Counter(event.get("origin") for event in told(events, "vm_operation"))
    import duckdb

    rows = duckdb.sql(f"SELECT origin, count(*) FROM '{parquet}' GROUP BY ALL").fetchall()
    assert dict(rows) == origins
    counts = [
        json.loads(report(capsys, each, "--json", "--origin", "Tax"))["operations"]
        for each in (path, parquet)
    ]
    assert counts == [origins["Tax"]] * 2


def test_otlp_lines_answer_filters_by_origin(capsys, shop, tmp_path):
    path, events, _ = shop
    lines = tmp_path / "x.otlp.jsonl"
    assert call(capsys, "profile", path, "-o", lines).code == 0
    origins = Counter(event.get("origin", "Order") for event in told(events, "vm_operation"))
    for origin, count in origins.items():
        said = json.loads(report(capsys, lines, "--json", "--origin", origin))
        assert said["operations"] == count
    narrowed = tmp_path / "y.otlp.jsonl"
    assert call(capsys, "profile", path, "-o", narrowed, "--origin", "Tax").code == 0
    assert json.loads(report(capsys, narrowed, "--json"))["operations"] == origins["Tax"]


def test_recordings_are_compared_import_by_import(capsys, shop, tmp_path):
    schema, other = written(tmp_path), tmp_path / "other.jsonl"
    with otel.profile(file=str(other), ops=True):
        run_all(schema)
    said = json.loads(call(capsys, "compare", shop[0], other, "--json").out)
    operations = said["operations"]
    assert {each["declaration"] for each in operations} >= {"Tax.tax", "Tax.tax#2", "Shipping.cost"}
    assert not [each for each in operations if "added" in str(each) or "removed" in str(each)]
    assert len(operations) == sum(
        len(each["operations"]) for each in told(events_of(other), "program")
    )


def test_who_asks_for_an_import_by_its_own_name_is_told_the_one_it_has(capsys, shop):
    done = call(capsys, "profile", shop[0], "--declaration", "net")
    assert "No declaration is called net; did you mean `Tax.net`?" in done.err
    done = call(capsys, "profile", shop[0], "--declaration", "totl")
    assert "No declaration is called totl; did you mean `total`?" in done.err


CLASSES = """import kumi

class Tax(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
    rate = kumi.let(0.2)
    tax = kumi.value(Input.amount * rate)

class Order(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]
        fee: kumi.Field[float]
    each = kumi.value(Tax.tax(amount=Input.prices))
    fee = kumi.value(Tax.tax(amount=Input.fee + 1.0))
"""


def test_classes_say_it_as_texts_do(capsys, tmp_path):
    module, path = tmp_path / "shop.py", tmp_path / "p.jsonl"
    module.write_text(CLASSES)
    space = {"__name__": "shop"}
    exec(compile(CLASSES, module, "exec"), space)
    with otel.profile(file=str(path), ops=True):
        for order in ({"prices": [1.0, 2.0], "fee": 3.0}, {"prices": [], "fee": 0.0}):
            assert space["Order"].run(order).fee == (order["fee"] + 1.0) * 0.2
        space["Tax"].run(amount=5.0)
    program = next(each for each in told(events_of(path), "program") if each["schema"] == "Order")
    digest = hashlib.sha256(CLASSES.encode()).hexdigest()
    assert program["paths"] == {"Tax": {"path": str(module), "sha256": digest}}
    found = sources(capsys, path)
    assert [
        (line["line"], line["declarations"]) for line in found["Tax"]["lines"] if line["count"]
    ] == [
        (5, ["inputs"]),
        (6, ["Tax.rate", "rate"]),
        (7, ["Tax.tax", "Tax.tax#2", "tax"]),
    ]
    assert found["Tax"]["importers"] == ["Order"]
    assert [line["line"] for line in found["Order"]["lines"]] == [9, 10, 11, 12, 13, 14]
