"""What `kumi` offers, and that Python's own `help` shows it."""

import pydoc
import re
import textwrap

import pytest

import kumi

SCHEMAS = {
    "Array", "Expr", "Field", "Record", "Schema", "Value", "any_of", "array", "cells", "compile",
    "field", "let", "load", "loads", "none_of", "ref", "size", "trait", "value", "when", "whole",
}  # fmt: skip
FUNCTIONS = {
    "abs", "add_days", "add_months", "add_years", "all", "any", "at", "bracket", "ceil", "clamp", "coalesce",
    "concat", "cos", "count", "count_if", "cross", "day", "days_between", "downcase", "exp",
    "floor", "index", "is_null", "join", "length", "log", "lookup", "max", "max_of", "mean", "mean_if", "min",
    "min_of", "month", "months_between", "not_", "outer", "roll", "round", "round_to", "select",
    "object_of", "shift", "sin", "sqrt", "sum", "sum_if", "tanh", "to_decimal", "to_float", "to_integer",
    "to_string", "tuple_of", "upcase", "weekday", "year", "years_between",
}  # fmt: skip
ERRORS = {
    "CompilerBug",
    "InputError",
    "KumiError",
    "Problem",
    "SchemaError",
    "SchemaWarning",
    "Violation",
}


def test_these_are_the_public_names():
    assert set(kumi.__all__) == SCHEMAS | FUNCTIONS | ERRORS | {"otel"}
    assert set(dir(kumi)) == {*kumi.__all__, "__version__"}


@pytest.mark.parametrize("name", kumi.__all__)
def test_each_can_be_had_and_says_what_it_is(name):
    assert pydoc.getdoc(getattr(kumi, name))


@pytest.fixture(scope="module")
def shown():
    return pydoc.plaintext.document(kumi)


@pytest.mark.parametrize("name", sorted({*kumi.__all__} - {"otel"}))
def test_help_shows_it(name, shown):
    assert re.search(rf"^    (class {name}\(|{name}\(|{name} = )", shown, re.MULTILINE)


def test_the_example_in_the_docstring_gives_what_it_says():
    code = "".join(re.findall(r"^    .*\n|^\n", kumi.__doc__, re.MULTILINE))
    built, run, _ = re.split(r"\n(?=Pay|kumi)", textwrap.dedent(code).strip())
    names = {"kumi": kumi, "__name__": "pay"}
    exec(built, names)

    assert repr(eval(run, names)) == run.partition("# ")[2]


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
        rate: kumi.Field[float]

    gross = kumi.value(Input.hours * Input.rate)


def test_what_a_prompt_shows_is_a_line():
    assert repr(Pay.gross) == "<kumi.value Pay.gross>"
    assert repr(Pay.Input.hours).startswith("<kumi.Expr Input.hours at ")
    assert repr(Pay.Input.hours * 2).startswith("<kumi.Expr multiply at ")
    assert repr(kumi.ref("later")).startswith("<kumi.Expr later at ")
    assert repr(kumi.compile(Pay)) == "<kumi.Program Pay: 3 operations, outputs gross>"
    assert repr(Pay.run(hours=2.0, rate=5.0)) == "Pay(gross=10.0)"


def test_another_name_is_an_error():
    with pytest.raises(AttributeError, match="no attribute 'shema'"):
        kumi.shema
