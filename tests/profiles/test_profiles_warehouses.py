"""What Spark and ClickHouse are given to do: statements of theirs, and counts of lines.

Both are asked for real in tests/backends/test_backends_warehouses.py (make engines).
"""

import re
import sys

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_files import operation, run, text
from sqlglot import exp
from test_profiles_engines import EVENTS, both

import kumi.profiles
from kumi.profiles.breakdown import breakdown
from kumi.profiles.duckdb_files import sql
from kumi.profiles.engine import KEYS
from kumi.profiles.filters import Filters
from kumi.profiles.passing_sql import passes
from kumi.profiles.warehouses.first_readings import first_of
from kumi.profiles.warehouses.remote_engine import RemoteEngine
from kumi.profiles.warehouses.spark_lines import TYPES, LineCounter
from kumi.profiles.warehouses.statements import CountedTable, statement

ASKED = Filters(schemas=("it's", "back\\slash", 'quo"te'), min_ns=5)


def columns_of_counted():
    with duckdb.connect() as database:
        database.execute(sql("setup"))
        return {name for name, *_ in database.execute("DESCRIBE counted").fetchall()}


def test_what_workers_count_has_the_columns_of_the_table():
    assert set(TYPES) == columns_of_counted()


def test_what_clickhouse_counts_has_the_columns_of_the_table():
    counted = sql("otel_traces").rpartition("\nSELECT\n")[2].partition("\nFROM")[0]
    assert set(re.findall(r"\) AS (\w+),?$", counted, re.MULTILINE)) == columns_of_counted()


@pytest.mark.parametrize("dialect", ["spark", "clickhouse"])
@pytest.mark.parametrize("name", ["tallies", "distributions"])
@pytest.mark.parametrize("filters", [Filters(), ASKED])
def test_a_statement_reads_nothing_but_the_table(dialect, name, filters):
    parameters = {"kind": "vm_operation", "free": ["Ref"]}
    text = statement(
        name,
        CountedTable(dialect, "counted_there"),
        KEYS,
        parameters,
        passes=passes(filters),
        costs={"5b8aa5a2": 50},
    )
    found = sqlglot.parse_one(text, read=dialect)
    named = {query.alias for query in found.find_all(exp.CTE)}
    assert {table.name for table in found.find_all(exp.Table)} - named == {"counted_there"}
    assert not list(found.find_all(exp.Placeholder, exp.Parameter, exp.Star))
    said = {literal.name for literal in found.find_all(exp.Literal) if literal.is_string}
    assert said == {"vm_operation", "Ref", "5b8aa5a2", *filters.schemas}
    assert not re.search(r"percentile|quantile|approx", text, re.IGNORECASE)


class InDuckDB:
    """A warehouse that is here: what Spark's workers count, in a table."""

    table = CountedTable("duckdb", "counted_there")

    def __init__(self, lines):
        counter = LineCounter()
        for line in lines:
            counter.add(line)
        self.database = duckdb.connect()
        types = {"decimal(38,0)": "HUGEINT", "string": "VARCHAR"}
        columns = ", ".join(f'"{name}" {types.get(kind, kind)}' for name, kind in TYPES.items())
        self.database.execute(f"CREATE TABLE counted_there ({columns})")
        if rows := counter.taken():
            places = ", ".join("?" * len(TYPES))
            self.database.executemany(f"INSERT INTO counted_there VALUES ({places})", rows)

    def rows(self, statement):
        found = self.database.execute(statement).fetchall()
        if "is_pause" not in statement:
            return found
        # The longest readings come last. Their fields have names here, and none is no list.
        return [(*row, [tuple(each.values()) for each in longest or ()]) for *row, longest in found]


@settings(max_examples=30, deadline=None)
@given(st.lists(EVENTS, max_size=12), st.sampled_from([Filters(), ASKED]), st.booleans())
def test_the_statements_say_what_the_engines_say(events, filters, calibrated):
    content = text(*events).encode()
    here = both(content, filters=filters, calibrated=calibrated)[0]
    warehouse = InDuckDB(line + b"\n" for line in content.split(b"\n") if line.strip())
    there = breakdown(RemoteEngine(warehouse, filters), calibrated=calibrated)
    lines = here.lines._replace(first_malformed=None)
    assert there == here._replace(lines=lines, memory=there.memory, processes=there.processes)


def test_equal_lines_are_counted_together():
    counter = LineCounter()
    later = operation(ns=200_000, run="5b8aa5a200000002", start_unix_nano=None)
    first = operation(ns=200_000, run="5b8aa5a200000001", duration_ms=0.2, start_unix_nano=5)
    first["end_unix_nano"] = 200_005
    for line in text(later, first, later, run(cpu_ms=1.5), run(cpu_ms=2.5)).encode().splitlines():
        counter.add(line)
    rows = [dict(zip(TYPES, row, strict=True)) for row in counter.taken()]
    assert [(row["kind"], row["ns"], row["calls"]) for row in rows] == [
        ("vm_operation", 200_000, 3),
        ("vm_run", 10_000, 2),
    ]
    assert rows[0]["first"] == first_of(5, "5b8aa5a200000001")
    assert (rows[0]["rows"], rows[1]["cpu"]) == (3, 4_000_000)
    assert len(counter) == 0


def test_moments_and_runs_sort_as_they_are_and_what_is_not_said_comes_last():
    ordered = [(0, "a"), (5, "a"), (5, "b"), (5, None), (50, None), (2**63 - 1, ""), (None, "a")]
    texts = [first_of(*each) for each in [*ordered, (None, None)]]
    assert texts == sorted(texts)


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    for function, extra in (("read_spark", "spark"), ("read_clickhouse", "clickhouse")):
        with pytest.raises(ImportError, match=rf"{function} needs sqlglot: .*kumi\[{extra}\]"):
            getattr(kumi.profiles, function)(None, "somewhere")


def test_spark_needs_a_path():
    with pytest.raises(TypeError, match="at least one path"):
        kumi.profiles.read_spark(None)
