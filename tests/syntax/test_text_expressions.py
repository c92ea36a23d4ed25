import pytest
from text_trees import body, declared

from kumi.syntax.nodes import Constant
from kumi.syntax.outline import expression

PRECEDENCE = [
    ("2 ** 3 ** 2", "int:2 int:3 int:2 power/2 power/2"),
    ("1 + 2 * 3 ** 2 - 4 / 2", "int:1 int:2 int:3 int:2 power/2 multiply/2 add/2 int:4 int:2 divide/2 subtract/2"),
    ("10 - 3 - 2", "int:10 int:3 subtract/2 int:2 subtract/2"),
    ("7 % 4 * 2", "int:7 int:4 modulo/2 int:2 multiply/2"),
    ("(1 < 2) == true", "int:1 int:2 less_than/2 bool:True equal/2"),
    ("a == (b < c)", "$a $b $c less_than/2 equal/2"),
    ("a | b & c", "$a $b $c and/2 or/2"),
    ("x > 1 & y < 5", "$x int:1 greater_than/2 $y int:5 less_than/2 and/2"),
    ("a >= b", "$a $b greater_than_or_equal/2"),
    ("a <= b", "$a $b less_than_or_equal/2"),
    ("a != b", "$a $b not_equal/2"),
    ("(a + b) * c", "$a $b add/2 $c multiply/2"),
    ("a * (b + c)", "$a $b $c add/2 multiply/2"),
    ("a ** b[0]", "$a $b int:0 at/2 power/2"),
    ("a[0][1]", "$a int:0 at/2 int:1 at/2"),
]  # fmt: skip

MINUS = [
    ("-2 ** 2", "int:0 int:2 int:2 power/2 subtract/2"),
    ("(-2) ** 2", "int:-2 int:2 power/2"),
    ("-2[0]", "int:0 int:2 int:0 at/2 subtract/2"),
    ("-x ** 2", "int:0 $x int:2 power/2 subtract/2"),
    ("-x ** -y ** z", "int:0 $x int:0 $y $z power/2 subtract/2 power/2 subtract/2"),
    ("2 ** -x", "int:2 int:0 $x subtract/2 power/2"),
    ("2 ** -x * 3", "int:2 int:0 $x subtract/2 power/2 int:3 multiply/2"),
    ("2 ** -1", "int:2 int:-1 power/2"),
    ("-x * y", "int:0 $x subtract/2 $y multiply/2"),
    ("-x % y", "int:0 $x subtract/2 $y modulo/2"),
    ("-t[0] ** 2", "int:0 $t int:0 at/2 int:2 power/2 subtract/2"),
    ("-x[0]", "int:0 $x int:0 at/2 subtract/2"),
    ("--x", "int:0 int:0 $x subtract/2 subtract/2"),
    ("- 5", "int:0 int:5 subtract/2"),
    ("-5.0 / 9.0", "float:-5.0 float:9.0 divide/2"),
    ("x - 1", "$x int:1 subtract/2"),
    ("x-1", "$x int:1 subtract/2"),
    ("x -1", "$x int:1 subtract/2"),
    ("input.value -1", "input.value int:1 subtract/2"),
    ("x == -1", "$x int:-1 equal/2"),
    ("x - -1", "$x int:-1 subtract/2"),
    ("-Float::INFINITY", "int:0 float:inf subtract/2"),
]

LITERALS = [
    ("100_000", 100_000),
    ("123456789012345678901234567890", 123456789012345678901234567890),
    ("0.062", 0.062),
    ("1_0.5_0", 10.5),
    ("-100", -100),
    ("true", True),
    ("false", False),
    ("null", None),
    ("Float::INFINITY", float("inf")),
    ('"a\\n\\t\\r\\\\\\"\\\'\\q"', "a\n\t\r\\\"'q"),
    ("'it\\'s \"so\"'", 'it\'s "so"'),
    ('"two\nlines"', "two\nlines"),
    ('""', ""),
    ('"# no comment"', "# no comment"),
    ('"ümläut €"', "ümläut €"),
]

CALLS = [
    ("fn(:sum, input.a.b)", "input.a.b sum/1"),
    ("fn(:mul, 1, 2)", "int:1 int:2 multiply/2"),
    ("fn(:shift, a, 1, policy: :wrap, axis_offset: -1)", "$a int:1 shift/2 axis_offset=-1 policy=Symbol(name='wrap')"),
    ("shift(a, -1, policy: 'zero')", "$a int:-1 shift/2 policy='zero'"),
    ("select(a, b, c)", "$a $b $c select/3"),
    ("fn(:if, a, b, c)", "$a $b $c select/3"),
    ("index(:i)", "Symbol:Symbol(name='i') index/1"),
    ("to_string(1)", "int:1 to_string/1"),
    ("cross(x) - outer(y)", "$x cross/1 $y outer/1 subtract/2"),
    ("tax(income: a + 1, rate: 0.1)", "$a int:1 add/2 float:0.1 tax/0 income: rate:"),
    ("tax(income: a,)", "$a tax/0 income:"),
    ("tax()", "tax/0"),
    ("fn(:tax, income: a + 1)", "$a int:1 add/2 tax/0 income:"),
    ("fn(:count)", "count/0"),
    ("fn(:nope, 1, a)", "int:1 $a nope/2"),
    ("fn(:nope)", "nope/0"),
]  # fmt: skip

COLLECTIONS = [
    ("[]", "[0]"),
    ("[1, a + 1, ]", "int:1 $a int:1 add/2 [2]"),
    ("[[1], [2]][0][0]", "int:1 [1] int:2 [1] [2] int:0 at/2 int:0 at/2"),
    ("{}", "{}"),
    ('{a: 1, :b => 2, "c d" => 3,}', "int:1 int:2 int:3 {a,b,c d}"),
    ("{a: 1, b: 2, a: 3}", "int:3 int:2 {a,b}"),
    ("{in: {deep: [x]}}", "$x [1] {deep} {in}"),
    ("[1, 2, 3][-1]", "int:1 int:2 int:3 [3] int:-1 at/2"),
]

WORDS = [
    ("input.end.value.string.index", "input.end.value.string.index"),
    ("input.select * 2", "input.select int:2 multiply/2"),
    ("Upper + _under", "$Upper $_under add/2"),
    ("index + string", "$index $string add/2"),
    ("inputs", "$inputs"),
    (":symbol", "Symbol:Symbol(name='symbol')"),
]


@pytest.mark.parametrize(("text", "expected"), PRECEDENCE + MINUS + COLLECTIONS + WORDS)
def test_an_expression_is_read_as_the_language_says(text, expected):
    assert body(text) == expected


@pytest.mark.parametrize(("text", "expected"), CALLS)
def test_a_call_keeps_its_arguments_options_and_names_apart(text, expected):
    assert body(text) == expected


@pytest.mark.parametrize(("text", "value"), LITERALS)
def test_a_literal_has_its_kind_and_value(text, value):
    (declaration,) = declared(f"value :it, {text}")
    assert isinstance(declaration.body, Constant)
    assert declaration.body.value == value
    assert type(declaration.body.value) is type(value)


@pytest.mark.parametrize(
    "text",
    ["a\n  + b", "a +\n b", "a # one\n # two\n + b", "(a\n+\nb)", "a\r\n+\tb"],
)
def test_newlines_and_comments_do_not_end_an_expression_that_goes_on(text):
    assert body(text) == "$a $b add/2"


def test_a_bracket_on_the_next_line_is_a_subscript():
    assert body("a\n[0]") == "$a int:0 at/2"


DEEP = 20_000


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (" + ".join(["a"] * DEEP), "add/2"),
        ("(" * DEEP + "a + b" + ")" * DEEP, "add/2"),
        (" ** ".join(["2"] * DEEP), "power/2"),
        ("-" * DEEP + "x", "subtract/2"),
        ("[" * DEEP + "]" * DEEP, "[1]"),
        ("a" + "[b" * DEEP + "]" * DEEP, "at/2"),
        ("fn(:abs, " * DEEP + "a" + ")" * DEEP, "abs/1"),
        ("{k: " * DEEP + "a" + "}" * DEEP, "{k}"),
    ],
    ids=["terms", "parentheses", "powers", "minuses", "tuples", "subscripts", "calls", "objects"],
)
def test_depth_is_no_limit(text, word):
    assert body(text).endswith(word)


def test_every_part_of_an_expression_knows_its_text():
    source = "value :it, fn(:sum, input.a.b) * (x + -1.5)"
    (declaration,) = declared(source)
    product = declaration.body
    total, inner = product.args
    shown = {
        expression(node).split()[-1]: source[node.place.column - 1 : node.place.end_column - 1]
        for node in (product, total, *total.args, inner, *inner.args)
    }
    assert shown == {
        "multiply/2": "fn(:sum, input.a.b) * (x + -1.5)",
        "sum/1": "fn(:sum, input.a.b)",
        "input.a.b": "input.a.b",
        "add/2": "x + -1.5",
        "$x": "x",
        "float:-1.5": "-1.5",
    }


def test_an_operation_over_several_lines_is_placed_at_its_operator():
    (declaration,) = declared("value :it,\n  first\n  + second\n  * third")
    add = declaration.body
    assert (add.place.line, add.place.column, add.place.end_column) == (6, 3, 11)
    assert add.args[1].place.line == 7
