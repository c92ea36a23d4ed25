"""Groups, the tree and the order of tables: equal in both engines, and right."""

import json

import pytest
from profile_files import declaration, operation, run, start, written

from kumi.profiles.breakdown import Part
from kumi.profiles.call_tree import call_trees
from kumi.profiles.engine import GROUP_KEYS
from kumi.profiles.filters import Filters
from kumi.profiles.grouping import grouped
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.operand_names import OperandNames
from kumi.profiles.ordering import SORT_KEYS, ordered
from kumi.profiles.read_profiles import counted
from kumi.profiles.reports.drawing import plain
from kumi.profiles.reports.grouped import grouped_json, grouped_report
from kumi.profiles.reports.tree_text import tree_json, tree_report

EVENTS = [
    start("5b8aa5a2", service="shop"),
    start("5b8aa5a3", service="shop"),
    *(
        event
        for process in ("5b8aa5a2", "5b8aa5a3")
        for number in range(2)
        for of in ({"run": f"{process}0000000{number}"},)
        for event in (
            run("Shop", 9000, **of),
            declaration("Shop", "total", 5000, **of),
            operation("Shop", "Map", 1000 * (number + 1), **of, rows=5),
            operation("Shop", "Map", 500, **of, index=1),
            operation("Shop", "Reduce", 1500, **of, function="sum", index=2),
            operation("Shop", "Const", 0, **of, declaration="rate", origin="Rates", index=3),
        )
    ),
    operation("Tax", "Map", 7000, declaration=None, function="add", run=None),
]


@pytest.fixture(params=[1 << 40, 0], ids=["python", "duckdb"])
def found(request, tmp_path):
    def made(what, *events):
        path = str(written(tmp_path, *events))
        with open_profiles([path]) as profiles:
            engine = counted(profiles, Filters(), request.param, by_run=True)
            return what(engine, engine.uncounted)

    return made


def figures(grouping):
    return {group.names: (group.calls, group.total, group.p50) for group in grouping.groups}


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (("schema",), {("Shop",): (16, 14000, 500), ("Tax",): (1, 7000, 7000)}),
        (
            ("origin",),
            {("Shop",): (12, 14000, 1000), ("Rates",): (4, 0, 0), ("Tax",): (1, 7000, 7000)},
        ),
        (("service",), {("shop",): (16, 14000, None), (None,): (1, 7000, 7000)}),
        (
            ("schema", "function"),
            {
                ("Shop", "multiply"): (8, 8000, 500),
                ("Shop", "sum"): (4, 6000, 1500),
                ("Shop", None): (4, 0, 0),
                ("Tax", "add"): (1, 7000, 7000),
            },
        ),
        (
            ("run",),
            {
                ("5b8aa5a200000000",): (4, 3000, 500),
                ("5b8aa5a200000001",): (4, 4000, 500),
                ("5b8aa5a300000000",): (4, 3000, 500),
                ("5b8aa5a300000001",): (4, 4000, 500),
                (None,): (1, 7000, 7000),
            },
        ),
    ],
)
def test_groups_have_the_figures_of_what_is_in_them(found, by, groups):
    grouping = found(lambda engine, events: grouped(engine, events, by), *EVENTS)
    assert grouping.kind == "vm_operation"
    assert figures(grouping) == groups
    assert sum(group.total for group in grouping.groups) == 21_000
    longest_first = [group.total for group in grouping.groups]
    assert longest_first == sorted(longest_first, reverse=True)


@pytest.mark.parametrize("key", GROUP_KEYS)
def test_one_can_group_by_each_key(found, key):
    grouping = found(lambda engine, events: grouped(engine, events, (key,)), *EVENTS)
    assert sum(group.calls for group in grouping.groups) == 17
    assert grouping.groups[0].typical <= grouping.groups[0].total


def test_without_operations_declarations_are_grouped_and_runs_where_only_they_have_the_key(found):
    events = [event for event in EVENTS if event["event"] != "vm_operation"]
    of = found(lambda engine, events: grouped(engine, events, ("declaration",)), *events)
    assert (of.kind, figures(of)) == ("vm_declaration", {("total",): (4, 20000, 5000)})
    runs = [event for event in events if event["event"] != "vm_declaration"]
    of = found(lambda engine, events: grouped(engine, events, ("service",)), *runs)
    assert (of.kind, figures(of)) == ("vm_run", {("shop",): (4, 36000, None)})


def test_the_table_says_what_is_left_out(found):
    grouping = found(
        lambda engine, events: grouped(engine, events, ("schema", "operation")), *EVENTS
    )
    lines = plain(grouped_report(grouping, 2), 80).splitlines()
    assert lines[0] == "Operations (self time) by schema, operation"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  others (2)") for line in lines)
    said = json.loads(grouped_json(grouping))
    assert said["groups"][0]["schema"] == "Shop"
    assert sum(group["total_ns"] for group in said["groups"]) == 21_000


def trees(engine, events):
    return call_trees(engine, OperandNames(events), "time")


def test_a_tree_has_runs_declarations_in_them_and_operations_in_those(found):
    shop, tax = found(trees, *EVENTS)
    assert shop[:4] == (("Shop",), 4, 36000, 36000 - 20000)
    total, rate = shop.inside
    assert total[:4] == (("total",), 4, 20000, 20000 - 14000)
    assert [(node.names[0], node.calls, node.total) for node in total.inside] == [
        ("Map multiply", 8, 8000),
        ("Reduce sum", 4, 6000),
    ]
    assert (rate.names, rate.total) == (("rate",), 0)
    assert (tax.names, tax.total, tax.inside[0].names) == (("Tax",), 7000, ("(no declaration)",))


def test_the_tree_is_drawn_with_bars_and_fits_80_columns(found):
    long = [operation("S" * 90, declaration="数" * 60, ns=9000)]
    drawn = found(trees, *EVENTS, *long)
    lines = plain(tree_report(drawn, 1), 80).splitlines()
    assert lines[1] == "#######     69.2 %    36 µs    16 µs        4  run Shop"
    assert lines[3] == "##          15.4 %     8 µs     8 µs        8      Map multiply"
    assert lines[4].endswith("      others (1)")
    assert max(map(len, lines)) <= 80
    said = json.loads(tree_json(drawn))["schemas"][0]
    assert (said["schema"], said["total_ns"], said["self_ns"]) == ("Shop", 36000, 16000)
    assert said["declarations"][0]["operations"][0]["operation"] == "Map multiply"


def test_rows_are_ordered_by_any_figure_that_they_have():
    parts = [Part(("b",), 1, 900), Part(("a",), 9, 300), Part(("c",), 2, 300)]
    by = {key: "".join(part.names[0] for part in ordered(parts, key)) for key in SORT_KEYS}
    assert by["time"] == by["self"] == by["total"] == by["p95"] == "bac"
    assert (by["count"], by["average"], by["name"]) == ("acb", "bca", "abc")
