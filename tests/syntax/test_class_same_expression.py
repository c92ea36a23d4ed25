"""Every expression that the text form can say, the class form can say, and both give equal trees."""

# ruff: noqa: PLW0108 - one lambda a row

from __future__ import annotations

import math
from decimal import Decimal

import pytest

import kumi.syntax.classes as kumi
from kumi.places import Source
from kumi.syntax.classes import Declarations, tree, when
from kumi.syntax.outline import expression
from kumi.syntax.text import parse


class Address(kumi.Record):
    street: kumi.Field[str]
    zip_code: kumi.Field[int] = kumi.field(name="class")


class Row(kumi.Record):
    x: kumi.Field[float]
    y: kumi.Field[int]
    ok: kumi.Field[bool]
    word: kumi.Field[str]


class Input(kumi.Record):
    a: kumi.Field[int]
    b: kumi.Field[float]
    s: kumi.Field[str]
    p: kumi.Field[bool]
    q: kumi.Field[bool]
    rows: kumi.Array[Row] = kumi.array(element="row", index="i")
    xs: kumi.Array[float] = kumi.array(element="x")
    grid: kumi.Array[kumi.Array[int]] = kumi.array(element=["line", "cell"])
    address: kumi.Field[Address]


a, b, s, p, q, rows, xs = Input.a, Input.b, Input.s, Input.p, Input.q, Input.rows, Input.xs

SAME = [
    (lambda: a + b, "input.a + input.b"),
    (lambda: a - 1, "input.a - 1"),
    (lambda: 2 * a, "2 * input.a"),
    (lambda: a / 4, "input.a / 4"),
    (lambda: 1 / b, "1 / input.b"),
    (lambda: 1 - b, "1 - input.b"),
    (lambda: 1 + b, "1 + input.b"),
    (lambda: a % 3, "input.a % 3"),
    (lambda: 3 % a, "3 % input.a"),
    (lambda: a**2, "input.a ** 2"),
    (lambda: 2**a, "2 ** input.a"),
    (lambda: -a, "-input.a"),
    (lambda: a + b * 2 - 1, "input.a + input.b * 2 - 1"),
    (lambda: abs(a), "fn(:abs, input.a)"),
    (lambda: round(b), "fn(:round, input.b)"),
    (lambda: round(b, 2), "fn(:round, input.b, 2)"),
    (
        lambda: kumi.round(b, -2, mode="half_up") + kumi.round(a),
        "fn(:round, input.b, -2, mode: :half_up) + fn(:round, input.a)",
    ),
    (lambda: math.floor(b) + kumi.floor(a), "fn(:floor, input.b) + fn(:floor, input.a)"),
    (lambda: math.trunc(b), "to_integer(input.b)"),
    (lambda: math.ceil(b) + kumi.ceil(a), "fn(:ceil, input.b) + fn(:ceil, input.a)"),
    (lambda: kumi.round_to(b, 0.05, mode="up"), "fn(:round_to, input.b, 0.05, mode: :up)"),
    (lambda: kumi.min_of(a, b), "fn(:min_of, input.a, input.b)"),
    (lambda: kumi.max_of(a, 1, b), "fn(:max_of, input.a, 1, input.b)"),
    (
        lambda: kumi.lookup(s, rows.word, rows.x, default=0.5),
        "fn(:lookup, input.s, input.rows.row.word, input.rows.row.x, default: 0.5)",
    ),
    (
        lambda: kumi.lookup(s, rows.word, rows.x, default=Decimal("0.50")),
        'fn(:lookup, input.s, input.rows.row.word, input.rows.row.x, default: to_decimal("0.50"))',
    ),
    (
        lambda: kumi.lookup(s, rows.word, True, rows.ok, rows.x),
        "fn(:lookup, input.s, input.rows.row.word, true, input.rows.row.ok, input.rows.row.x)",
    ),
    (
        lambda: kumi.bracket(b, rows.x, rows.word, s, rows.word, ends="up_to", default="none"),
        (
            "fn(:bracket, input.b, input.rows.row.x, input.rows.row.word, input.s,"
            ' input.rows.row.word, default: "none", ends: :up_to)'
        ),
    ),
    (
        lambda: kumi.bracket(b, rows.x, rows.x, ends="up_to", default=1),
        "fn(:bracket, input.b, input.rows.row.x, input.rows.row.x, ends: :up_to, default: 1)",
    ),
    (lambda: a.is_in(1, 2), "fn(:one_of, input.a, 1, 2)"),
    (lambda: a > 1, "input.a > 1"),
    (lambda: a >= 1, "input.a >= 1"),
    (lambda: a < 1, "input.a < 1"),
    (lambda: a <= 1, "input.a <= 1"),
    (lambda: a == 1, "input.a == 1"),
    (lambda: a != 1, "input.a != 1"),
    (lambda: s == "x", 'input.s == "x"'),
    (lambda: a == None, "input.a == null"),  # noqa: E711 - it builds an expression
    (lambda: p & q | ~p, "input.p & input.q | fn(:not, input.p)"),
    (lambda: True & p, "true & input.p"),
    (lambda: False | p, "false | input.p"),
    (lambda: rows.x.sum(), "fn(:sum, input.rows.row.x)"),
    (lambda: kumi.sum(rows.x), "fn(:sum, input.rows.row.x)"),
    (lambda: kumi.count(rows), "fn(:count, input.rows.row)"),
    (lambda: rows.x.count(), "fn(:count, input.rows.row.x)"),
    (
        lambda: rows.x.min() + kumi.max(rows.x),
        "fn(:min, input.rows.row.x) + fn(:max, input.rows.row.x)",
    ),
    (lambda: rows.x.mean(), "fn(:avg, input.rows.row.x)"),
    (
        lambda: rows.ok.any() & kumi.all(rows.ok),
        "fn(:any, input.rows.row.ok) & fn(:all, input.rows.row.ok)",
    ),
    (lambda: rows.word.join(), "fn(:join, input.rows.row.word)"),
    (lambda: rows.x.sum_if(rows.ok), "fn(:sum_if, input.rows.row.x, input.rows.row.ok)"),
    (lambda: kumi.sum_if(1, rows.ok), "fn(:sum_if, 1, input.rows.row.ok)"),
    (lambda: rows.word.count_if("a"), 'fn(:count_if, input.rows.row.word, "a")'),
    (lambda: kumi.mean_if(rows.x, rows.ok), "fn(:mean_if, input.rows.row.x, input.rows.row.ok)"),
    (lambda: kumi.sqrt(b) + kumi.log(b), "fn(:sqrt, input.b) + fn(:log, input.b)"),
    (lambda: kumi.sin(b) + kumi.cos(b), "fn(:sin, input.b) + fn(:cos, input.b)"),
    (lambda: kumi.exp(b) + kumi.tanh(b), "fn(:exp, input.b) + fn(:tanh, input.b)"),
    (lambda: a.clamp(0, 10), "fn(:clamp, input.a, 0, 10)"),
    (lambda: a.is_null(), "fn(:is_null, input.a)"),
    (lambda: kumi.is_null(Input.address), "fn(:is_null, input.address)"),
    (lambda: a.coalesce(0), "fn(:coalesce, input.a, 0)"),
    (lambda: s.length() + kumi.length(s), "fn(:length, input.s) + fn(:len, input.s)"),
    (lambda: s.concat(a), "fn(:concat, input.s, input.a)"),
    (lambda: s.upcase() == kumi.downcase(s), "fn(:upcase, input.s) == fn(:downcase, input.s)"),
    (lambda: kumi.not_(p), "fn(:not, input.p)"),
    (lambda: kumi.select(p, a, 0), "select(input.p, input.a, 0)"),
    (lambda: kumi.size(s), "fn(:size, input.s)"),
    (lambda: kumi.size(rows), "fn(:size, input.rows)"),
    (lambda: kumi.size(xs), "fn(:size, input.xs)"),
    (lambda: kumi.size(Input.grid, depth=1), "fn(:size, input.grid.line)"),
    (lambda: kumi.whole(xs)[1], "input.xs[1]"),
    (lambda: kumi.at(kumi.whole(xs), a), "input.xs[input.a]"),
    (lambda: kumi.whole(rows), "input.rows"),
    (lambda: kumi.whole(Input.grid, depth=1)[0], "input.grid.line[0]"),
    (lambda: kumi.whole(a), "input.a"),
    (lambda: xs + 1, "input.xs.x + 1"),
    (lambda: Input.grid.sum(), "fn(:sum, input.grid.line.cell)"),
    (lambda: Input.address, "input.address"),
    (lambda: Input.address.street, "input.address.street"),
    (lambda: Input.address.zip_code, "input.address.class"),
    (lambda: [a, b, 1], "[input.a, input.b, 1]"),
    (lambda: kumi.max([a, b]), "fn(:max, [input.a, input.b])"),
    (lambda: {"k": a, "l": {"m": 1}}, "{k: input.a, l: {m: 1}}"),
    (lambda: kumi.index("i") * 2, "index(:i) * 2"),
    (lambda: rows.x.shift(1), "shift(input.rows.row.x, 1)"),
    (
        lambda: kumi.shift(rows.x, -1, policy="clamp", axis_offset=1),
        "shift(input.rows.row.x, -1, axis_offset: 1, policy: :clamp)",
    ),
    (lambda: rows.x.roll(1), "roll(input.rows.row.x, 1)"),
    (lambda: kumi.cross(rows.x) - rows.x, "cross(input.rows.row.x) - input.rows.row.x"),
    (lambda: rows.x - kumi.outer(xs), "input.rows.row.x - outer(input.xs.x)"),
    (lambda: Decimal("1.50") * a, 'to_decimal("1.50") * input.a'),
    (lambda: kumi.to_integer(b) + kumi.to_float(s), "to_integer(input.b) + to_float(input.s)"),
    (lambda: kumi.concat(kumi.to_string(a), s), "fn(:concat, to_string(input.a), input.s)"),
    (lambda: 5, "5"),
    (lambda: None, "null"),
    (lambda: float("inf"), "Float::INFINITY"),
    (lambda: kumi.any_of(p, q), "input.p | input.q"),
    (lambda: kumi.none_of(p, q) & p, "fn(:not, input.p | input.q) & input.p"),
    (
        lambda: 1 + when(p, q).then(a).when(kumi.any_of(p, q)).then(2).otherwise(None),
        "1 + select(input.p & input.q, input.a, select(input.p | input.q, 2, null))",
    ),
]

INPUTS = """
schema do
  input do
    integer :a
    float :b
    string :s
    boolean :p
    boolean :q
    array :rows do
      hash :row do
        float :x
        integer :y
        boolean :ok
        string :word
      end
    end
    array :xs do float :x end
    array :grid do array :line do integer :cell end end
    hash :address do string :street end
  end
  value :it, %s
end
"""


@pytest.mark.parametrize(("build", "text"), SAME, ids=[text for _, text in SAME])
def test_expressions(build, text):
    schema = type("S", (Declarations,), {"Input": Input, "it": kumi.value(build())})
    (of_class,) = tree(schema).declarations
    (of_text,) = parse(Source("it.kumi", INPUTS % text), "S").declarations
    assert expression(of_class.body) == expression(of_text.body)


def test_numpy_scalars_are_literals_on_either_side():
    np = pytest.importorskip("numpy")
    schema = type(
        "S", (Declarations,), {"Input": Input, "it": kumi.value(np.float64(2.0) * a * np.int64(3))}
    )
    (it,) = tree(schema).declarations
    assert expression(it.body) == "float:2.0 input.a multiply/2 int:3 multiply/2"
