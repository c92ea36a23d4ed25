"""The table of functions: what a schema may call, and the kind that it gets."""

import subprocess
import sys

import pytest

from kumi.kernels import signatures
from kumi.kernels.kinds import ANY, BOOLEAN, DECIMAL, FLOAT, INTEGER, NULL, STRING, ArrayOf, TupleOf


def result(name, *kinds):
    """The kind that a call gives, or None where no overload takes it."""
    chosen = [f for f in signatures.overloads(name) if f.admits(kinds)]
    return chosen[0].result(kinds) if chosen else None


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("+", "add"), ("sub", "subtract"), ("**", "power"), ("ge", "greater_than_or_equal"),
        ("if", "select"), ("get", "at"), ("len", "length"), ("size", "size"), ("avg", "mean"),
        ("avg_if", "mean_if"), ("any?", "any"), ("nope", "nope"),
    ],
)  # fmt: skip
def test_an_alias_has_one_canonical_name(alias, name):
    assert signatures.canonical(alias) == name


@pytest.mark.parametrize(
    ("name", "kinds", "expected"),
    [
        ("add", (INTEGER, INTEGER), INTEGER),
        ("add", (INTEGER, FLOAT), FLOAT),
        ("add", (DECIMAL, FLOAT), DECIMAL),
        ("add", (STRING, STRING), None),
        ("add", (ANY, INTEGER), None),
        ("add", (NULL, INTEGER), None),
        ("multiply", (STRING, INTEGER), STRING),
        ("multiply", (STRING, FLOAT), None),
        ("divide", (INTEGER, INTEGER), FLOAT),
        ("divide", (DECIMAL, INTEGER), DECIMAL),
        ("equal", (NULL, INTEGER), BOOLEAN),
        ("less_than", (STRING, STRING), BOOLEAN),
        ("less_than", (STRING, INTEGER), None),
        ("abs", (STRING,), None),
        ("clamp", (STRING, STRING, STRING), STRING),
        ("clamp", (INTEGER, STRING, INTEGER), None),
        ("upcase", (INTEGER,), None),
        ("less_than", (BOOLEAN, BOOLEAN), None),
        ("and", (BOOLEAN, INTEGER), None),
        ("select", (BOOLEAN, INTEGER, FLOAT), FLOAT),
        ("select", (BOOLEAN, STRING, NULL), STRING),
        ("select", (BOOLEAN, STRING, FLOAT), ANY),
        ("select", (INTEGER, STRING, STRING), None),
        ("clamp", (INTEGER, FLOAT, INTEGER), FLOAT),
        ("size", (STRING,), INTEGER),
        ("size", (ArrayOf(STRING),), INTEGER),
        ("size", (INTEGER,), None),
        ("at", (ArrayOf(FLOAT), INTEGER), FLOAT),
        ("at", (TupleOf((INTEGER, FLOAT)), INTEGER), FLOAT),
        ("at", (ArrayOf(FLOAT), STRING), None),
        ("sum", (INTEGER,), INTEGER),
        ("sum", (BOOLEAN,), None),
        ("sum", (STRING,), None),
        ("max", (STRING,), STRING),
        ("any", (INTEGER,), None),
        ("join", (INTEGER,), None),
        ("mean", (INTEGER,), FLOAT),
        ("count", (ANY,), INTEGER),
        ("sum_if", (FLOAT, BOOLEAN), FLOAT),
        ("count_if", (STRING, STRING), INTEGER),
        ("abs", (INTEGER, INTEGER), None),
    ],
)
def test_kinds_of_calls(name, kinds, expected):
    assert result(name, *kinds) == expected


def test_size_resolves_to_the_function_that_events_show():
    [chosen] = [f for f in signatures.overloads("size") if f.admits((STRING,))]
    assert chosen.name == "length"
    [chosen] = [f for f in signatures.overloads("size") if f.admits((ArrayOf(STRING),))]
    assert chosen.name == "array_size"


def test_unknown_names_have_no_overload():
    assert signatures.overloads("nope") == ()


def test_suggestions_are_names_that_can_be_written():
    assert {"add", "sub", "size", "avg"} <= signatures.known_names()
    assert not {"+", "any?", "[]"} & signatures.known_names()


def test_the_table_does_not_import_numpy():
    code = "import sys, kumi.kernels.signatures; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
