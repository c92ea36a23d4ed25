"""The table of operations has the lines that a report counts, filtered as a report filters."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_files import operation, text
from test_profiles_odd_lines import Odd, strict

from kumi.profiles.event_line import read_line
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.operations_table import OperationsTable

KEYS = (
    "schema",
    "operation",
    "declaration",
    "index",
    "function",
    "rows",
    "run",
    "program",
    "error",
)


def table(path, filters=None, columns=KEYS):
    """Nanoseconds and these columns of each row."""
    with open_profiles([str(path)]) as profiles:
        rows = OperationsTable(profiles, filters or Filters()).given_to(
            lambda relation: relation.select(*columns, "duration_ms").fetchall()
        )
    return [(round(row[-1] * 1e6), *row[:-1]) for row in rows]


def expected(path, filters=None, columns=KEYS):
    found = []
    for line in path.read_bytes().split(b"\n"):
        said = read_line(line)
        if said.kind == "vm_operation" and (filters or Filters()).admit(said.timed):
            row = {**dict.fromkeys(columns), **said.event, "schema": said.timed.schema}
            found.append((said.timed.ns, *(row[key] for key in columns)))
    return found


@strict
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_it_takes_the_lines_that_engines_take(seed):
    odd = Odd(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "odd.jsonl")
        path.write_bytes(b"\n".join(odd.line(number) for number in range(200)))
        found, wanted = table(path), expected(path)
    assert [row[1:] for row in found] == [row[1:] for row in wanted]
    times = [(a[0], b[0]) for a, b in zip(found, wanted, strict=True)]
    assert all(got == want or want > 1 << 52 for got, want in times)  # a float holds so much


FILTERS = [
    Filters(schemas=("Shop", 'quo"te')),
    Filters(declarations=("total",)),
    Filters(operations=("Ref",)),
    Filters(min_ns=1000),
    Filters(min_ns=2**63),
    Filters(("é",), ("total", "b"), ("Map", "Ref"), 2),
]


@pytest.mark.parametrize("filters", FILTERS)
def test_it_is_filtered_as_reports_are(tmp_path, filters):
    path = tmp_path / "p.jsonl"
    names = ["Shop", 'quo"te', "é", None]
    lines = [
        operation(schema, kind, ns, declaration=declaration)
        for schema in names
        for kind in ("Map", "Ref")
        for ns in (1, 1000, 2000)
        for declaration in ("total", "b", None)
    ]
    path.write_text(text(*lines), "utf-8")
    assert table(path, filters) == expected(path, filters)


def test_files_follow_each_other_and_a_line_that_is_too_long_is_passed_over(tmp_path):
    (tmp_path / "a[1].jsonl").write_text(
        text(operation("A", ns=1), operation("B", ns=2, error="x" * (36 << 20)), operation(ns=3))
    )
    (tmp_path / "b.jsonl").write_text(text(operation("A", ns=4)))
    paths = [str(tmp_path / name) for name in ("a[1].jsonl", "b.jsonl")]
    with open_profiles(paths) as profiles:
        ms = OperationsTable(profiles, Filters()).given_to(
            lambda relation: relation.select("duration_ms").fetchall()
        )
    assert [round(each * 1e6) for (each,) in ms] == [1, 3, 4]
