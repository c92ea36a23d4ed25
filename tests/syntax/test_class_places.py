"""Nodes know their place in Python source: line, columns, and names of declarations and fields."""

from pathlib import Path

import kumi.syntax.classes as kumi
from kumi.syntax import nodes
from kumi.syntax.classes import Declarations, tree, when

LINES = Path(__file__).read_text(encoding="utf-8").split("\n")


class Line(kumi.Record):
    price: kumi.Field[float] = kumi.field(ge=0)
    quantity: kumi.Field[int]


class S(Declarations):
    class Input(kumi.Record):
        lines: kumi.Array[Line]
        rabatt: kumi.Field[float]

    größe = kumi.value("größer" == Input.lines.quantity)  # noqa: PLC2401, SIM300 - on purpose
    choice = kumi.value(
        when(Input.rabatt > 1)
        .then(Input.lines.price * 2)
        .otherwise(
            Input.lines.price,
        )
    )


def marked(place):
    assert place.source.path == __file__
    return LINES[place.line - 1][place.column - 1 : place.end_column - 1]


def test_names_of_declarations():
    assert [marked(one.place) for one in tree(S).declarations] == ["größe", "choice"]


def test_names_of_fields():
    lines, rabatt = tree(S).inputs
    (line,) = lines.children
    assert [marked(one.place) for one in (lines, rabatt)] == ["lines", "rabatt"]
    assert [marked(one.place) for one in line.children] == ["price", "quantity"]


def test_columns_count_characters_and_not_bytes():
    equal = tree(S).declarations[0].body
    assert marked(equal.place) == '"größer" == Input.lines.quantity'
    assert marked(equal.args[0].place) == "Input.lines.quantity"


def test_lines_of_a_cascade():
    (case,) = tree(S).declarations[1].body.cases
    assert marked(case.conditions[0].place) == "Input.rabatt > 1"
    assert marked(case.result.place) == "Input.lines.price * 2"


def test_the_schema():
    assert LINES[tree(S).place.line - 1].startswith("class S(")


def test_a_place_without_source():
    scope = {"kumi": kumi, "Declarations": Declarations}
    exec("class S(Declarations):\n a = kumi.value(1)", scope)
    place = tree(scope["S"]).declarations[0].place
    assert (str(place), place.frame()) == ("<string>:2:6", "")


def test_operators_called_by_python_itself_show_the_callers_line():
    found = sum([S.Input.rabatt, 1.0]).__kumi_node__(None)
    assert isinstance(found, nodes.Call)
    assert marked(found.place) == "sum([S.Input.rabatt, 1.0])"
