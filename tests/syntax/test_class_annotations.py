"""Annotations that are not text (this file has no `from __future__ import annotations`)."""

import pytest

import kumi.syntax.classes as kumi
from kumi.syntax.classes import Declarations, tree
from kumi.syntax.outline import outline


def names(schema):
    return [line.strip() for line in outline(tree(schema)).splitlines()[1:]]


def test_records_of_a_function():
    class OrderLine(kumi.Record):
        price: kumi.Field[float]

    class S(Declarations):
        class Input(kumi.Record):
            lines: "kumi.Array[OrderLine]"
            others: kumi.Array["OrderLine"]

    line = ["hash order_line", "float price"]
    assert names(S) == ["array lines", *line, "array others", *line]


def test_records_inside_the_schema():
    class S(Declarations):
        class Line(kumi.Record):
            price: kumi.Field[float]

        class Input(kumi.Record):
            lines: "kumi.Array[Line]"  # noqa: F821 - found in the body around

    assert names(S) == ["array lines", "hash line", "float price"]


@pytest.mark.parametrize(("hint", "shown"), [(float, "float"), (list[float], "list[float]")])
def test_a_field_must_say_that_it_is_one(hint, shown):
    with pytest.raises(TypeError, match=r"write `kumi\.Field") as caught:
        type("R", (kumi.Record,), {"__annotations__": {"price": hint}})
    assert f"annotated `{shown}`" in str(caught.value)


def test_a_kind_that_does_not_exist():
    with pytest.raises(TypeError, match="with T one of int, float"):

        class R(kumi.Record):
            when: kumi.Field[complex]


def test_a_record_that_comes_later():
    with pytest.raises(TypeError, match="define a record before the one that uses it"):

        class R(kumi.Record):
            later: "kumi.Field[Later]"  # noqa: F821 - that is the mistake


def test_a_field_without_an_annotation():
    with pytest.raises(TypeError, match=r"`R\.price` has no annotation"):
        type("R", (kumi.Record,), {"price": kumi.field(ge=0)})


def test_limits_that_do_not_go_together():
    with pytest.raises(TypeError, match="no open lower end"):
        kumi.field(gt=0)
    with pytest.raises(TypeError, match="give one of"):
        kumi.field(le=0, lt=1)
    with pytest.raises(TypeError, match="give one of"):
        kumi.array(ge=0, one_of=[1])


def test_more_names_than_levels():
    with pytest.raises(TypeError, match="1 array levels"):

        class R(kumi.Record):
            xs: kumi.Array[float] = kumi.array(element=["a", "b"])
