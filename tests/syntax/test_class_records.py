"""Instances of records: rows of data."""

import copy

import pytest

import kumi.syntax.classes as kumi


class Line(kumi.Record):
    price: kumi.Field[float] = kumi.field(ge=0)
    kind: kumi.Field[str] = kumi.field(name="class")


def test_fields_are_attributes():
    line = Line(price=2.5, kind="book")
    assert (line.price, line.kind) == (2.5, "book")


def test_the_data_has_its_own_name():
    assert getattr(Line(price=2.5, kind="book"), "class") == "book"
    assert vars(Line(price=2.5, kind="book")) == {"price": 2.5, "class": "book"}


def test_equal_by_value():
    line = Line(price=2.5, kind="book")
    assert line == Line(price=2.5, kind="book") == copy.deepcopy(line)
    assert line != Line(price=2.5, kind="pen")
    assert line != {"price": 2.5, "class": "book"}
    with pytest.raises(TypeError, match="unhashable"):
        hash(line)


def test_shown_as_it_is_written():
    assert repr(Line(price=2.5, kind="book")) == "Line(price=2.5, kind='book')"


def test_a_field_can_be_set():
    line = Line(price=2.5, kind="book")
    line.price = 3.0
    assert line.price == 3.0


def test_misspelt_keyword():
    with pytest.raises(TypeError, match="Line has no field `prise`; did you mean `price`"):
        Line(prise=2.5, kind="book")


def test_missing_keyword():
    with pytest.raises(TypeError, match=r"Line needs `kind` \(None where there is no value\)"):
        Line(price=2.5)
    assert Line(price=None, kind=None).price is None


def test_nothing_else_is_checked_here():
    assert Line(price="dear", kind=5).price == "dear"
