"""Static errors of the class form: the text form's messages, located in Python source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kumi
from kumi import when
from kumi.analysis.pipeline import analyze
from kumi.places import Source
from kumi.syntax.text import parse

LINES = Path(__file__).read_text(encoding="utf-8").split("\n")
TEXT = """
schema do
  input do
    array :lines do
      hash :line do
        float :price
        string :word
        boolean :ok
      end
    end
    array :others do float :item end
    integer :a
    string :s
    boolean :p
    float :n, null: true
    array :ns do float :item, null: true end
  end
  value :total, input.a
  %s
end
"""


class Line(kumi.Record):
    price: kumi.Field[float]
    word: kumi.Field[str]
    ok: kumi.Field[bool]


class Input(kumi.Record):
    lines: kumi.Array[Line]
    others: kumi.Array[float]
    a: kumi.Field[int]
    s: kumi.Field[str]
    p: kumi.Field[bool]
    n: kumi.Field[float | None]
    ns: kumi.Array[float | None]


i = Input
MISTAKES = [
    (lambda: kumi.value(kumi.ref("totl")), "value :x, totl", 'kumi.ref("totl")'),
    (
        lambda: kumi.value(kumi.round(i.a, 2, mode="half_upp")),
        "value :x, fn(:round, input.a, 2, mode: :half_upp)",
        'kumi.round(i.a, 2, mode="half_upp")',
    ),
    (
        lambda: kumi.value(kumi.round(i.a, i.a)),
        "value :x, fn(:round, input.a, input.a)",
        "i.a",
    ),
    (lambda: kumi.value(kumi.min_of(i.a, i.s)), "value :x, fn(:min_of, input.a, input.s)", "i.s"),
    (lambda: kumi.value(i.a + i.s), "value :x, input.a + input.s", "i.s"),
    (lambda: kumi.value(i.p & i.a), "value :x, input.p & input.a", "i.a"),
    (lambda: kumi.value(i.lines + 1), "value :x, input.lines.line + 1", "i.lines"),
    (
        lambda: kumi.value(i.lines.price + i.others),
        "value :x, input.lines.line.price + input.others.item",
        "i.others",
    ),
    (lambda: kumi.value(i.a.sum()), "value :x, fn(:sum, input.a)", "i.a.sum()"),
    (lambda: kumi.value(i.lines.ok.sum()), "value :x, fn(:sum, input.lines.line.ok)", "i.lines.ok"),
    (lambda: kumi.value(i.s[0]), "value :x, input.s[0]", "i.s"),
    (lambda: kumi.trait(i.p), "trait :x, input.p", None),
    (
        lambda: kumi.trait((i.a == 5) & (i.a == 6)),
        "trait :x, (input.a == 5) & (input.a == 6)",
        "i.a == 6",
    ),
    (
        lambda: kumi.value(kumi.select(i.a, 1, 2)),
        "value :x, select(input.a, 1, 2)",
        "i.a",
    ),
    (lambda: kumi.value(kumi.abs(i.s)), "value :x, fn(:abs, input.s)", "i.s"),
    (lambda: kumi.value(kumi.cross(i.a)), "value :x, cross(input.a)", None),
    (lambda: kumi.value(kumi.index("zz")), "value :x, index(:zz)", 'kumi.index("zz")'),
    (lambda: kumi.value(kumi.to_integer(i.p)), "value :x, to_integer(input.p)", "i.p"),
    (lambda: kumi.value(i.a - i.n), "value :x, input.a - input.n", "i.n"),
    (lambda: kumi.value(i.ns.sum()), "value :x, fn(:sum, input.ns.item)", "i.ns"),
    (
        lambda: kumi.value(kumi.select(i.p, i.n, 1.0) > 2),
        "value :x, select(input.p, input.n, 1.0) > 2",
        "kumi.select(i.p, i.n, 1.0)",
    ),
    (
        lambda: kumi.value(when(i.a).then(1).otherwise(2)),
        "value :x do\n on input.a, 1\n base 2\n end",
        "i.a",
    ),
    (lambda: kumi.value(kumi.ref("x") + 1), "value :x, x + 1", None),
    (
        lambda: kumi.value(kumi.sum([i.a, i.s])),
        "value :x, fn(:sum, [input.a, input.s])",
        "kumi.sum([i.a, i.s])",
    ),
    (
        lambda: kumi.value({"a": i.lines.price, "b": i.others}),
        "value :x, {a: input.lines.line.price, b: input.others.item}",
        None,
    ),
    (lambda: kumi.value(kumi.tuple_of(i.a, 1)["a"]), 'value :x, [input.a, 1]["a"]', None),
    (lambda: kumi.value(kumi.max([i.a, i.n])), "value :x, fn(:max, [input.a, input.n])", "i.n"),
    (
        lambda: kumi.value(i.a.shift(1)),
        "value :x, shift(input.a, 1)",
        "i.a.shift(1)",
    ),
    (lambda: kumi.value(1, name="total"), "value :total, 1", None),
    (lambda: kumi.value(i.a == i.s), "value :x, input.a == input.s", "i.a == i.s"),
    (lambda: kumi.value(i.a < i.s), "value :x, input.a < input.s", "i.s"),
    (lambda: kumi.value(abs(i.s)), "value :x, fn(:abs, input.s)", "i.s"),
]


def problem(check):
    with pytest.raises(kumi.SchemaError) as caught:
        check()
    (only,) = caught.value.errors
    return only


@pytest.mark.parametrize(("declaration", "text", "marked"), MISTAKES)
def test_as_in_the_text_form_but_located_in_python(declaration, text, marked):
    schema = type(
        "S", (kumi.Schema,), {"Input": Input, "total": kumi.value(i.a), "x": declaration()}
    )
    found = problem(schema.check)
    expected = problem(lambda: analyze(parse(Source("s.kumi", TEXT % text), "S")))
    assert (found.kind, found.hint) == (expected.kind, in_class(expected.hint))
    assert without_lines(found.message) == in_class(without_lines(expected.message))
    assert found.place.source.path == __file__
    line = LINES[found.place.line - 1]
    if marked:
        assert line[found.place.column - 1 : found.place.end_column - 1] == marked


WORDS = {
    "`index: :zz` beside the array": '`kumi.array(index="zz")`',
    "input.lines.line": "Input.lines",
    "input.others.item": "Input.others",
    "input.ns.item": "Input.ns",
    "input.": "Input.",
    "fn(:count_if, …, true)": "kumi.count_if(…, True)",
    "== true": "== True",
}
"""What stands in the messages of text, and in those of the class that says the same."""


def in_class(message):
    for text, python in WORDS.items():
        message = message and message.replace(text, python)
    return message and re.sub(r"`:(\w+)`", r'`"\1"`', re.sub(r"`(\w+):`", r"`\1=`", message))


def without_lines(message):
    return message.split(" on line ")[0]


def test_all_of_them_together():
    body = {f"x{number}": make() for number, (make, *_) in enumerate(MISTAKES[:8])}
    schema = type("S", (kumi.Schema,), {"Input": Input, "total": kumi.value(i.a), **body})
    with pytest.raises(kumi.SchemaError) as caught:
        schema.check()
    assert len(caught.value.errors) == 8
