"""What each line of a source cost: equal in both engines, beside the text that ran and no other."""

import hashlib
import json

import pytest
from profile_files import declaration, operation, program, written

from kumi.letters import cells
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted
from kumi.profiles.reports.drawing import plain
from kumi.profiles.reports.source_text import source_json, source_report
from kumi.profiles.source_lines import schema_sources

TEXT = """\
schema do
\tinput do
    float :preis  # 数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数
  end
  value :total, input.preis * 2.0  # \x1b[31m red
end
"""
OPERATIONS = [
    ["inputs", "LoadInput", None, None, [], 3, "preis"],
    ["total", "Map", "multiply", None, [], 5, None],
]
PYTHON = """\
import kumi

class Other(kumi.Schema):
    x = 1

class Shop(kumi.Schema):
    a = kumi.value(1.0)
    total = kumi.value(2.0)

RATE = 3
"""


def described(path, text, operations=OPERATIONS):
    digest = hashlib.sha256(text.encode()).hexdigest()
    declared = [["inputs", "input", 2, None], ["total", "value", 5, None]]
    said = {"path": str(path), "sha256": digest, "declarations": declared}
    return program(operations) | said


COSTS = [
    operation(name="LoadInput", ns=3000, index=0, declaration="inputs", rows=12_000),
    operation(ns=6000, index=1, rows=123_456),
    operation(ns=90, index=1),
]


@pytest.fixture(params=[1 << 40, 0], ids=["python", "duckdb"])
def sources(request, tmp_path):
    def made(*events):
        with open_profiles([str(written(tmp_path, *events))]) as profiles:
            engine = counted(profiles, Filters(), request.param)
            return schema_sources(engine, engine.uncounted)

    return made


def test_each_line_has_the_time_count_and_rows_of_its_operations(sources, tmp_path):
    path = tmp_path / "shop.kumi"
    path.write_text(TEXT)
    [shop] = sources(described(path, TEXT), *COSTS)
    assert (shop.schema, shop.state, shop.total, shop.elsewhere) == ("Shop", "same", 9090, 0)
    assert [line.text for line in shop.lines] == TEXT.splitlines()
    costs = {line.number: line[2:] for line in shop.lines if line.calls}
    assert costs == {
        3: (1, 3000, 12_000, ("inputs",)),
        5: (2, 6090, 123_457, ("total",)),
    }


def test_the_drawing_fits_80_columns_and_cannot_steer_the_terminal(sources, tmp_path):
    path = tmp_path / "shop.kumi"
    path.write_text(TEXT)
    found = sources(described(path, TEXT), *COSTS)
    lines = plain(source_report(found, 10), 80).splitlines()
    assert lines[2] == "   time   count   rows heat line"
    assert lines[4].endswith("  2      input do")
    assert lines[5].startswith("   3 µs       1 12,000 ####    3      float :preis  # 数")
    assert lines[5].endswith("…")
    assert lines[7].startswith("6.09 µs       2   123k ####    5    value :total")
    assert lines[7].endswith("# \\x1b[31m…")
    assert max(map(cells, lines)) <= 80


def test_lines_that_ended_otherwise_are_the_same_text(sources, tmp_path):
    path = tmp_path / "shop.kumi"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    [shop] = sources(described(path, TEXT), *COSTS)
    assert (shop.state, len(shop.lines)) == ("same", 6)


@pytest.mark.parametrize(
    ("make", "state", "told"),
    [
        (lambda path: path.write_text(TEXT + "# more"), "changed", "the source has changed since"),
        (lambda path: None, "missing", "the source is not there"),
        (lambda path: path.mkdir(), "missing", "the source is not there"),
    ],
)
def test_without_the_text_that_ran_there_are_the_numbers_of_lines(
    sources, tmp_path, make, state, told
):
    path = tmp_path / "shop.kumi"
    make(path)
    [shop] = found = sources(described(path, TEXT), *COSTS)
    assert (shop.state, [line.number for line in shop.lines]) == (state, [3, 5])
    drawn = plain(source_report(found, 10))
    assert told in drawn
    assert "   3 µs       1 12,000 ####    3  inputs\n" in drawn
    assert json.loads(source_json(found))["schemas"][0]["lines"][1] == {
        "line": 5,
        "text": None,
        "count": 2,
        "total_ns": 6090,
        "rows": 123_457,
        "declarations": ["total"],
    }


def test_of_a_python_module_it_is_the_lines_of_the_class(sources, tmp_path):
    path = tmp_path / "shop.py"
    path.write_text(PYTHON)
    operations = [["a", "Const", None, None, [], 7], ["total", "Map", None, None, [], 8]]
    [shop] = sources(described(path, PYTHON, operations), operation(index=0), operation(index=1))
    assert [line.number for line in shop.lines] == [6, 7, 8]
    operations[1][5] = 10
    [shop] = found = sources(described(path, PYTHON, operations), operation(index=1))
    assert [line.number for line in shop.lines] == [6, 7, 8, 10]
    assert "...\n" in plain(source_report(found, 10))


def test_what_is_written_in_another_schema_costs_there(sources):
    lent = [["total", "value", 5, "Rates"]]
    shop = described("shop.kumi", TEXT) | {"declarations": lent}
    [rates] = sources(shop, operation(index=1, origin="Rates"))
    assert (rates.schema, rates.state, rates.importers) == ("Rates", "unknown", ("Shop",))
    assert [(line.number, line.declarations) for line in rates.lines] == [(5, ("total",))]


def test_an_import_costs_in_the_file_that_the_program_names_for_it(sources, tmp_path):
    path = tmp_path / "rates.kumi"
    path.write_text(TEXT)
    said = {"path": str(path), "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    lent = [["inputs", "input", 2, None], ["Rates.total", "value", 5, "Rates"]]
    shop = described("shop.kumi", "another text") | {"declarations": lent, "paths": {"Rates": said}}
    costs = [COSTS[0], operation(ns=6000, index=1, declaration="Rates.total", origin="Rates")]
    rates, own = sources(shop, *costs)
    assert (rates.schema, rates.path, rates.state) == ("Rates", str(path), "same")
    assert {line.number: line.total for line in rates.lines if line.calls} == {5: 6000}
    assert (own.schema, own.state, own.total) == ("Shop", "missing", 3000)


ODD = [None, 5, "x", [], {}, {"Rates": None}, {"Rates": ["x"]}, {"Rates": {"path": 5}}]
ODD += [{"Rates": {"path": "a\x00b", "sha256": 5}}, {"Shop": {"path": "mine"}}, {"": {"path": ""}}]


@pytest.mark.parametrize("paths", ODD, ids=repr)
@pytest.mark.parametrize("origin", ["Rates", None, 5, ["Rates"]], ids=repr)
def test_whatever_a_program_says_of_its_imports_can_be_read(sources, paths, origin):
    odd = described("gone.kumi", TEXT) | {
        "paths": paths,
        "declarations": [["total", "value", 5, origin], ["inputs", "input", 2], 7, []],
    }
    found = sources(odd, operation(ns=40, index=1, origin="Rates"), operation(ns=2, index=1))
    assert {each.schema: each.total for each in found} == {"Rates": 40, "Shop": 2}
    assert {each.state for each in found} <= {"unknown", "missing"}


def test_without_operations_it_is_the_time_of_declarations(sources):
    [shop] = sources(
        described("gone.kumi", TEXT), declaration(ns=4000), declaration(name="x", ns=50)
    )
    assert [(line.number, line.total) for line in shop.lines] == [(5, 4000)]
    assert (shop.total, shop.elsewhere) == (4050, 50)


def test_schemas_come_by_time_and_those_past_the_limit_are_one_line(sources):
    found = sources(operation("A", ns=10), operation("B", ns=30), operation("C", ns=20))
    assert [each.schema for each in found] == ["B", "C", "A"]
    drawn = plain(source_report(found, 1))
    assert "B: 0.0000ms\n  the profile does not say where the source is\n" in drawn
    assert "\nothers (2): 0.0000ms\n" in drawn
