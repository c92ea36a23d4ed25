"""`lookup` and `bracket` against loops in Python: tables of the root, and one for each group."""

import math
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kumi
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.text import parse

INPUT = """
    integer :k
    float :x
    string :s
    array :groups do
      hash :group do
        array :cells do
          hash :cell do
            integer :k
            float :x
            string :s
          end
        end
        array :rows do
          hash :row do
            integer :key
            string :tag
            KIND :bound
            float :value
            string :word
          end
        end
      end
    end
    array :table do
      hash :row do
        integer :key
        string :tag
        KIND :bound
        float :value
        string :word
      end
    end
"""
CELL, ROW, ROOT = "input.groups.group.cells.cell", "input.groups.group.rows.row", "input.table.row"


def schema_of(kind, call):
    text = f"schema do input do {INPUT.replace('KIND', kind)} end value :found, {call} end"
    return type("Tables", (Schema,), {"_parsed": parse(Source("tables.kumi", text), "Tables")})


KEYS, TAGS = st.integers(0, 4), st.sampled_from(["a", "b", "c"])
FLOATS = st.sampled_from([-1.0, 0.0, -0.0, 0.5, 1.0, 2.0, math.inf, math.nan, 2.0**53])
INTEGERS = st.sampled_from([-1, 0, 1, 2, 2**53 + 1, 2**63, 10**30])
WORDS = st.sampled_from(["a", "b", "zebra"])


def cells():
    return st.fixed_dictionaries({"k": KEYS, "x": FLOATS, "s": TAGS})


@st.composite
def rows(draw, bounds):
    drawn = st.fixed_dictionaries(
        {"key": KEYS, "tag": TAGS, "bound": bounds, "value": st.floats(0, 9), "word": WORDS}
    )
    made = draw(st.lists(drawn, max_size=6))
    if draw(st.booleans()):  # mostly in order, as tables are
        made.sort(key=lambda row: (row["tag"], row["bound"]))
        made = [one for n, one in enumerate(made) if not any(same(one, two) for two in made[:n])]
    return made


def same(one, two):
    return one["key"] == two["key"] or (one["tag"], one["bound"]) == (two["tag"], two["bound"])


@st.composite
def inputs(draw, bounds):
    group = st.fixed_dictionaries({"cells": st.lists(cells(), max_size=3), "rows": rows(bounds)})
    root = draw(cells())
    return {**root, "groups": draw(st.lists(group, max_size=3)), "table": draw(rows(bounds))}


def found_by_key(table, matches, default):
    for n, row in enumerate(table):
        if any(all(row[name] == other[name] for name in matches) for other in table[:n]):
            raise ValueError
    chosen = [row for row in table if all(row[name] == one for name, one in matches.items())]
    return chosen[0]["value"] if chosen else default


def found_by_bound(table, x, tag, *, up_to):
    for each in {row["tag"] for row in table} if tag else {None}:
        bounds = [row["bound"] for row in table if each in (None, row["tag"])]
        pairs = zip(bounds, bounds[1:], strict=False)
        if any(b != b for b in bounds) or not all(a < b for a, b in pairs):
            raise ValueError
    mine = [row for row in table if tag in (None, row["tag"])]
    if up_to:
        return next((row["word"] for row in mine if row["bound"] >= x), None)
    return next((row["word"] for row in reversed(mine) if row["bound"] <= x), None)


def outcome(compute):
    try:
        return compute()
    except ValueError:
        return ValueError


def grouped(data, find):
    """For each cell of each group, in the table of its group."""
    for group in data["groups"]:
        find(group["rows"], {"k": 0, "x": 0, "s": "a"})  # a table is looked at even without cells
    return [[find(group["rows"], one) for one in group["cells"]] for group in data["groups"]]


by_key = [
    (f"fn(:lookup, input.k, {ROOT}.key, {ROOT}.value, default: 7)",
     lambda data: found_by_key(data["table"], {"key": data["k"]}, 7.0)),
    (f"fn(:lookup, {CELL}.k, {ROOT}.key, {ROOT}.value)",
     lambda data: [
         [found_by_key(data["table"], {"key": one["k"]}, None) for one in group["cells"]]
         for group in data["groups"] or [found_by_key(data["table"], {"key": 0}, None)][:0]
     ]),
    (f"fn(:lookup, {CELL}.k, {ROW}.key, {CELL}.s, {ROW}.tag, {ROW}.value, default: 0.5)",
     lambda data: grouped(data, lambda table, one: found_by_key(
         table, {"key": one["k"], "tag": one["s"]}, 0.5))),
    (f"fn(:lookup, input.s, {ROW}.tag, {CELL}.k, {ROW}.key, {ROW}.value)",
     lambda data: grouped(data, lambda table, one: found_by_key(
         table, {"key": one["k"], "tag": data["s"]}, None))),
    (f"fn(:lookup, input.k, {ROW}.key, {ROW}.value)",
     lambda data: [
         found_by_key(group["rows"], {"key": data["k"]}, None) for group in data["groups"]
     ]),
]  # fmt: skip
by_bound = [
    (f"fn(:bracket, input.x, {ROOT}.bound, {ROOT}.word ENDS)",
     lambda data, up_to: found_by_bound(data["table"], data["x"], None, up_to=up_to)),
    (f"fn(:bracket, input.x, {ROOT}.bound, {ROOT}.word, input.s, {ROOT}.tag ENDS)",
     lambda data, up_to: found_by_bound(data["table"], data["x"], data["s"], up_to=up_to)),
    (f"fn(:bracket, {CELL}.x, {ROW}.bound, {ROW}.word ENDS)",
     lambda data, up_to: grouped(data, lambda table, one: found_by_bound(
         table, one["x"], None, up_to=up_to))),
    (f"fn(:bracket, {CELL}.x, {ROW}.bound, {ROW}.word, {CELL}.s, {ROW}.tag ENDS)",
     lambda data, up_to: grouped(data, lambda table, one: found_by_bound(
         table, one["x"], one["s"], up_to=up_to))),
    (f"fn(:bracket, 1, {ROW}.bound, {ROW}.word, input.s, {ROW}.tag ENDS)",
     lambda data, up_to: [
         found_by_bound(group["rows"], 1, data["s"], up_to=up_to) for group in data["groups"]
     ]),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(by_key)))
@given(data=inputs(FLOATS))
@settings(max_examples=60)
def test_lookup(case, data):
    call, meaning = by_key[case]
    schema = schema_of("float", call)
    if case == 1:  # one table for all groups: it is looked at even without any
        outcome_of_table = outcome(lambda: found_by_key(data["table"], {"key": 0}, None))
        if outcome_of_table is ValueError:
            assert outcome(lambda: schema.run(data)["found"]) is ValueError
            return
    assert outcome(lambda: schema.run(data)["found"]) == outcome(lambda: meaning(data))


@pytest.mark.parametrize("ends", ["", ", ends: :up_to"])
@pytest.mark.parametrize("kind", ["float", "integer"])
@pytest.mark.parametrize("case", range(len(by_bound)))
@given(data=st.data())
@settings(max_examples=40)
def test_bracket(case, kind, ends, data):
    call, meaning = by_bound[case]
    schema = schema_of(kind, call.replace(" ENDS", ends))
    one = data.draw(inputs(FLOATS if kind == "float" else INTEGERS))
    expected = outcome(lambda: meaning(one, bool(ends)))
    assert outcome(lambda: schema.run(one)["found"]) == expected


def test_text_has_brackets_too():
    schema = schema_of("string", f'fn(:bracket, input.s, {ROOT}.bound, {ROOT}.word, default: "-")')
    table = [
        {"key": n, "tag": "a", "bound": bound, "value": 0.0, "word": bound + "!"}
        for n, bound in enumerate(["b", "m"])
    ]
    found = [
        schema.run(k=1, x=0.0, s=s, groups=[], table=table)["found"] for s in ("a", "b", "l", "z")
    ]
    assert found == ["-", "b!", "b!", "m!"]


DATES = """
schema do
  input do
    date :day
    array :days do date :day end
    array :rates do
      hash :rate do
        date :from
        date :until
        float :percent
      end
    end
  end
  value :one, fn(:bracket, input.day, input.rates.rate.from, input.rates.rate.percent, default: 0)
  value :many, fn(:bracket, input.days.day, input.rates.rate.from, input.rates.rate.until)
  value :same, fn(:lookup, input.days.day, input.rates.rate.from, input.rates.rate.percent)
  value :last, fn(:bracket, input.days.day, input.rates.rate.until, input.rates.rate.from,
                  ends: :up_to)
end
"""


def test_dates_are_bounds_keys_and_values():
    tree = parse(Source("dates.kumi", DATES), "Dates")
    rates = [
        {"from": "2024-01-01", "until": "2024-06-30", "percent": 19.0},
        {"from": "2024-07-01", "until": "2024-12-31", "percent": 16.0},
    ]
    days = ["2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"]
    found = type("Dates", (Schema,), {"_parsed": tree}).run(
        day=date(2024, 7, 1), days=days, rates=rates
    )
    june, december = date(2024, 6, 30), date(2024, 12, 31)
    january, july = date(2024, 1, 1), date(2024, 7, 1)
    assert found["one"] == 16.0
    assert found["many"] == [None, june, december, december]
    assert found["same"] == [None, 19.0, None, None]
    assert found["last"] == [january, january, july, None]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (f"fn(:lookup, {CELL}.k, {ROW}.key, {ROW}.value)",
         "lookup: groups[1].rows[0] and groups[1].rows[2] have the same keys"),
        (f"fn(:bracket, {CELL}.x, {ROW}.bound, {ROW}.value)",
         "bracket: the bound of groups[1].rows[1] is not above the one before"),
        (f"fn(:bracket, {CELL}.x, {ROW}.bound, {ROW}.value, {CELL}.s, {ROW}.tag)",
         "bracket: the bound of groups[1].rows[2] is not above the one before"),
    ],
)  # fmt: skip
def test_an_ambiguous_table_is_told_by_its_row_and_no_value(call, told):
    def row(key, tag, bound):
        return {"key": key, "tag": tag, "bound": bound, "value": 1.0, "word": ""}

    groups = [
        {"cells": [], "rows": [row(1, "a", 1.0), row(2, "a", 2.0)]},
        {"cells": [], "rows": [row(1, "a", 3.0), row(2, "b", 2.0), row(1, "a", 3.0)]},
    ]
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        schema_of("float", call).run(k=0, x=0.0, s="", groups=groups, table=[])
    assert "Search" in "".join(caught.value.__notes__)


def test_a_null_key_finds_nothing():
    call = f"fn(:lookup, {CELL}.k, {ROOT}.key, {ROOT}.value, default: 0.0)"
    text = "schema do input do INPUT end value :found, CALL end".replace("CALL", call)
    nullable = INPUT.replace("KIND", "float").replace(":k\n", ":k, null: true\n")
    nullable = nullable.replace(":key\n", ":key, null: true\n")
    tree = parse(Source("tables.kumi", text.replace("INPUT", nullable)), "Tables")
    run = type("Tables", (Schema,), {"_parsed": tree}).run
    row = {"tag": "", "bound": 0.0, "value": 4.0, "word": ""}
    groups = [{"cells": [{"x": 0.0, "s": ""}, {"k": 3, "x": 0.0, "s": ""}], "rows": []}]
    table = [{"key": 3, **row}, {"key": None, **row}, row]
    assert run(k=0, x=0.0, s="", groups=groups, table=table)["found"] == [[0.0, 4.0]]


def test_the_rows_of_a_search_are_the_cells_that_it_found():
    program = kumi.compile(schema_of("float", f"fn(:lookup, {CELL}.k, {ROOT}.key, {ROOT}.value)"))
    (search,) = [one for one in program.operations if one.title == "Search lookup"]
    assert search.axes == ("groups", "groups.group.cells")


@pytest.mark.parametrize("ends", ["", ", ends: :up_to"])
@pytest.mark.parametrize("count", [1, 16, 17, 200])
def test_a_bracket_among_many(count, ends):
    table = [
        {"key": n, "tag": "", "bound": n * 2.0, "value": float(n), "word": str(n)}
        for n in range(count)
    ]
    given = [n / 2 for n in range(-2, 4 * count + 3)] + [math.nan, math.inf, -math.inf]
    groups = [{"cells": [{"k": 0, "x": x, "s": ""} for x in given], "rows": []}]
    schema = schema_of("float", f"fn(:bracket, {CELL}.x, {ROOT}.bound, {ROOT}.word{ends})")
    found = schema.run(k=0, x=0.0, s="", groups=groups, table=table)["found"]
    assert found == [[found_by_bound(table, x, None, up_to=bool(ends)) for x in given]]


@given(
    st.lists(st.tuples(st.integers(-(10**20), 10**20), TAGS, st.integers(0, 10**6)), max_size=40),
    st.integers(0, 3),
)
@settings(max_examples=60)
def test_three_keys_of_any_size(keys, more):
    """Far apart, so that the numbers of the keys must be made smaller."""
    made = [
        {"key": a, "tag": t, "bound": float(b), "value": float(n), "word": ""}
        for n, (a, t, b) in enumerate(dict.fromkeys(keys))
    ]
    asked = [*made, *({**one, "key": one["key"] + 1} for one in made[:more])]
    groups = [
        {"cells": [{"k": o["key"], "x": o["bound"], "s": o["tag"]} for o in asked], "rows": []}
    ]
    call = f"fn(:lookup, {CELL}.x, {ROOT}.bound, {CELL}.k, {ROOT}.key, {CELL}.s, {ROOT}.tag,"
    schema = schema_of("float", f"{call} {ROOT}.value, default: -1.0)")
    found = schema.run(k=0, x=0.0, s="", groups=groups, table=made)["found"]
    by_keys = {(one["key"], one["tag"], one["bound"]): one["value"] for one in made}
    assert found == [[by_keys.get((o["key"], o["tag"], o["bound"]), -1.0) for o in asked]]


def test_a_null_that_no_cell_has_is_no_error():
    call = f"fn(:bracket, fn(:min, {CELL}.x), {ROOT}.bound, {ROOT}.word, {CELL}.s, {ROOT}.tag)"
    row = {"key": 0, "tag": "a", "bound": 0.0, "value": 4.0, "word": "low"}
    groups = [{"cells": [], "rows": []}, {"cells": [{"k": 0, "x": 1.0, "s": "a"}], "rows": []}]
    found = schema_of("float", call).run(k=0, x=0.0, s="", groups=groups, table=[row])["found"]
    assert found == [[], ["low"]]
