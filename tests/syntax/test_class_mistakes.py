"""Mistakes in the class form: where they are shown, and the hint that helps."""

# ruff: noqa: PLW0108, C416, PIE794 - the mistakes are the point

import linecache
from decimal import Decimal
from traceback import format_exception_only
from typing import Literal

import pytest

import kumi.syntax.classes as kumi
from kumi.errors import SchemaError
from kumi.syntax.classes import Declarations, tree, when


class Line(kumi.Record):
    price: kumi.Field[float]
    word: kumi.Field[str]


class Input(kumi.Record):
    lines: kumi.Array[Line]
    a: kumi.Field[int]
    b: kumi.Field[int]
    p: kumi.Field[bool]


a, b, p, lines = Input.a, Input.b, Input.p, Input.lines


@pytest.mark.parametrize(
    ("mistake", "shown", "hint"),
    [
        (lambda: p and a, "p", "`&`"),
        (lambda: not p, "not p", "`~`"),
        (lambda: 1 if p else 2, "p", "`kumi.when(c).then(x).otherwise(y)`"),
        (lambda: 1 < a < 5, "1 < a < 5", "`(a < b) & (b < c)`"),
        (lambda: max(a, b), "max(a, b)", "`kumi.max_of(a, b)`"),
        (lambda: [x for x in lines], "lines", "`kumi.sum(e)`"),
        (lambda: sum(lines.price), "sum(lines.price)", "`kumi.sum(e)`"),
        (lambda: len(lines), "len(lines)", "`kumi.count(e)`"),
        (lambda: a in b, "a in b", "`kumi.any(e == item)`"),
        (lambda: a in (1, 2), "a in (1, 2)", "`x.is_in(1, 2)`"),
        (lambda: a // 2, "a // 2", "`kumi.floor(a / b)`"),
        (lambda: 7 // a, "7 // a", "`kumi.floor(a / b)`"),
        (lambda: a ^ 2, "a ^ 2", "`a ** b`"),
        (lambda: +a, "+a", "leave the plus out"),
        (lambda: sum(line for line in lines), "lines", "`kumi.sum(e)`"),
        (lambda: float(a), "float(a)", "known in a run"),
        (lambda: int(a), "int(a)", "known in a run"),
        (lambda: range(a), "range(a)", "known in a run"),
        (lambda: a(b), "a(b)", "take no arguments"),
        (lambda: kumi.value(a)(x=1), "kumi.value(a)(x=1)", "take no arguments"),
        (lambda: lines(), "lines()", "take no arguments"),
        (lambda: a + Line, "a + Line", "start at `Input`"),
        (lambda: a + b"1", "a + b", "start at `Input`"),
        (lambda: a == {1: a}, "a == {1: a}", "must be a string"),
        (lambda: kumi.value(when(p).then(1)), "kumi.value(when(p).then(1))", "`.otherwise(x)`"),
        (lambda: kumi.any_of(), "kumi.any_of()", "needs a condition"),
        (lambda: when().then(1), "when()", "needs a condition"),
        (lambda: kumi.whole(a + 1), "kumi.whole(a + 1)", "`Input.lines`"),
        (lambda: kumi.value(a, name=""), 'kumi.value(a, name="")', "not empty"),
        (lambda: kumi.let(a, name="x.y"), 'kumi.let(a, name="x.y")', "without dots"),
        (lambda: kumi.let(a, name="\x1b[1m"), 'kumi.let(a, name="\\x1b[1m")', "printable"),
        (lambda: kumi.field(name="\ud800"), 'kumi.field(name="\\ud800")', "printable"),
        (lambda: kumi.array(element=["x", 5]), 'kumi.array(element=["x", 5])', "5 is no name"),
        (lambda: kumi.ref(a), "kumi.ref(a)", "is no name"),
        (lambda: a == "\ud800", 'a == "\\ud800"', "half of a surrogate pair"),
        (lambda: a * Decimal("NaN"), 'a * Decimal("NaN")', "a decimal is finite"),
        (lambda: kumi.field(one_of="ab"), 'kumi.field(one_of="ab")', "`one_of="),
        (lambda: kumi.field(one_of=[{}]), "kumi.field(one_of=[{}])", "of type dict"),
        (
            lambda: kumi.field(ge="1"),
            'kumi.field(ge="1")',
            "a limit is a number or a date, not '1'",
        ),
        (lambda: kumi.array(lt=float("nan")), 'kumi.array(lt=float("nan"))', "not nan"),
    ],
)
def test_what_python_itself_shows(mistake, shown, hint):
    with pytest.raises(TypeError) as caught:
        mistake()
    message = str(caught.value)
    place, line, carets, *_ = message.split("\n")
    number = int(place.removeprefix(f"{__file__}:").split(":")[0])
    assert line.endswith(linecache.getline(__file__, number).rstrip())
    marked = line[carets.index("^") : carets.rindex("^") + 1]
    assert marked in shown or shown in marked  # versions of Python differ in detail
    assert hint in message.replace(line, "")  # where the hint stands as well, being this file's


@pytest.mark.parametrize(
    ("mistake", "shown", "hint"),
    [
        (lambda: lines.prise, "lines.prise", "did you mean `price`?"),
        (lambda: Line.prise, "Line.prise", "did you mean `price`?"),
        (lambda: Input.line, "Input.line", "did you mean `lines`?"),
        (lambda: lines.sum, "lines.sum", "available: price, word"),
    ],
)
def test_misspelt_fields(mistake, shown, hint):
    with pytest.raises(AttributeError) as caught:
        mistake()
    _, line, carets, helpful = str(caught.value).split("\n")
    assert line[carets.index("^") :].startswith(shown)
    assert carets.count("^") == len(shown)
    assert hint in helpful


@pytest.mark.parametrize("expression", [a + 1, kumi.value(a), when(p).then(a).otherwise(b)])
def test_what_no_expression_has_is_told_with_the_function_of_that_name(expression):
    with pytest.raises(AttributeError, match=r"no attribute 'tanh'; write kumi.tanh\("):
        expression.tanh()
    with pytest.raises(AttributeError, match=r"no attribute 'prise'$"):
        expression.prise


def test_python_may_look_around():
    assert not hasattr(Line, "model_fields")
    assert not hasattr(lines, "_repr_html_")
    assert getattr(Input, "missing", None) is None


def refused(body):
    """The problems of a schema whose body is `body(namespace)`."""
    with pytest.raises(SchemaError) as caught:
        body()
    return [
        (p.place.line - body.__code__.co_firstlineno, p.message, p.hint)
        for p in caught.value.errors
    ]


def test_declarations_without_a_name():
    def body():
        class S(Declarations):
            kumi.value(1)
            a = kumi.value(2)
            a = kumi.value(3)

    hint = "write `name = kumi.value(...)`, each name once in a class body"
    again = body.__code__.co_firstlineno + 4
    assert refused(body) == [
        (2, "this value has no name", hint),
        (3, f"`a` is declared again on line {again}", "rename one of the two"),
    ]


def test_a_declaration_inside_a_formula():
    def body():
        class S(Declarations):
            a = kumi.value(kumi.let(2) + 1)

    assert refused(body)[0][:2] == (2, "this let has no name")


def test_names_that_the_class_itself_needs():
    def body():
        class Runs(Declarations):
            def run(self):
                """What kumi.Schema has."""

        class S(Runs):
            run = kumi.value(1)
            Input = kumi.value(1)
            arrow = kumi.value(1)

    assert refused(body) == [
        (6, "`run` is a name of the class itself", 'write `run_ = kumi.value(..., name="run")`'),
        (
            7,
            "`Input` is a name of the class itself",
            'write `Input_ = kumi.value(..., name="Input")`',
        ),
        (
            8,
            "`arrow` is a name of the class itself",
            'write `arrow_ = kumi.value(..., name="arrow")`',
        ),
    ]


def test_a_path_that_does_not_start_at_the_input():
    def body():
        class S(Declarations):
            class Input(kumi.Record):
                lines: kumi.Array[Line]

            total = kumi.value(Line.price.sum())

        tree(S)

    message = "`Line` is not the Input of `S`, where paths start"
    assert refused(body) == [
        (5, message, "write `Input.lines.price`"),
    ]


def test_a_path_that_starts_at_another_input():
    outside = a

    def body():
        class S(Declarations):
            class Input(kumi.Record):
                a: kumi.Field[int]

            other = kumi.value(outside + 1)

        tree(S)

    with pytest.raises(SchemaError) as caught:
        body()
    (problem,) = caught.value.errors
    assert problem.message == "`Input` is not the Input of `S`, where paths start"
    assert problem.hint == "write `Input.a`"


def test_a_declaration_of_another_schema():
    class Other(Declarations):
        tax = kumi.value(1)

    outside = kumi.let(2)

    def body():
        class S(Declarations):
            total = kumi.value(Other.tax + 1)
            more = kumi.value(outside + 1)

        tree(S)

    (first, second) = refused(body)
    assert first[:2] == (2, f"`{Other.__qualname__}.tax` belongs to another schema")
    assert second[:2] == (3, "this uses a let that `S` does not declare")


def test_schemas_do_not_inherit_declarations():
    class S(Declarations):
        a = kumi.value(1)

    with pytest.raises(TypeError, match="schemas do not inherit"):
        type("T", (S,), {})


def test_an_input_that_is_no_record():
    class S(Declarations):
        class Input:
            pass

    with pytest.raises(SchemaError, match=r"class Input\(kumi.Record\)"):
        tree(S)


def test_an_f_string_does_not_take_an_expression_for_text():
    with pytest.raises(TypeError, match=r"kumi\.concat\(a, b\)"):
        f"{a}"
    assert "kumi.Expr" in f"{a + b!r}"


def test_a_function_that_is_no_method_is_said_how_to_call():
    with pytest.raises(AttributeError, match=r"write kumi\.sqrt\(\.\.\.\)"):
        _ = Input.lines.price.sqrt
    with pytest.raises(AttributeError, match=r"^an expression has no attribute 'cents'$"):
        _ = Input.lines.price.cents


def test_a_declaration_is_not_added_to():
    def body():
        class S(Declarations):
            total = kumi.value(1)
            total += 1

    with pytest.raises(TypeError, match="a declaration is never changed") as caught:
        body()
    assert "`more = kumi.value(total + 1)`" in str(caught.value)


FIELDS = [
    ("n: kumi.Field[int] = 3", "`R.n` has a default", "`kumi.Field[T | None]`"),
    (
        'n: kumi.Field[Literal["a", "b"]]',
        "`kumi.Field[Literal['a', 'b']]`",
        "write `n: kumi.Field[str] = kumi.field(one_of=['a', 'b'])`",
    ),
    (
        "n: kumi.Array[Literal[1, 2]]",
        "`kumi.Array[Literal[1, 2]]`",
        "write `n: kumi.Array[int] = kumi.array(one_of=[1, 2])`",
    ),
    ("n: int", "`R.n` is annotated `int`", "write `kumi.Field[T]`"),
]


@pytest.mark.parametrize(("field", "message", "hint"), FIELDS)
def test_a_field_that_is_none_is_shown_with_what_to_write(field, message, hint):
    source = f"class R(kumi.Record):\n    {field}\n"
    with pytest.raises(TypeError) as caught:
        exec(compile(source, "fields.py", "exec"), {"kumi": kumi, "Literal": Literal})
    said = str(caught.value)
    assert said.startswith("fields.py:2:")
    assert message in said
    assert hint in said
    assert "kumi.syntax" not in said


NONE = """
class S(kumi.Schema):
    class Input(kumi.Record):
        a: kumi.Field[int | None]
    a = Input.a
    limit = None
    x = kumi.value(1 if a is None else 2)
    y = kumi.value(kumi.select(Input.a is not None, 1, 2))
    fine = kumi.value(1 if limit is None else limit)
"""


def test_a_question_that_python_answers_itself_is_found():
    names = {"kumi": __import__("kumi")}
    exec(compile(NONE, "none.py", "exec"), names)
    with pytest.raises(SchemaError) as caught:
        names["S"].check()
    assert [(p.place.line, p.message, p.hint) for p in caught.value.errors] == [
        (
            7,
            "`a` is an expression here, and never None",
            "whether it is null in a run, says `kumi.is_null(a)`",
        ),
        (
            8,
            "`Input.a` is an expression here, and never None",
            "whether it is null in a run, says `kumi.is_null(Input.a)`",
        ),
    ]


def test_nothing_is_called_by_a_name_of_ours():
    shown = [a + 1, lines, when(p), when(p).then(1), kumi.value(1), vars(Line)["price"]]
    assert "syntax.classes" not in repr(shown)
    with pytest.raises(TypeError, match=r"'Expr'|the language"):
        a << [1]
    with pytest.raises(AttributeError) as caught:
        _ = lines.prise
    assert format_exception_only(caught.value)[0].startswith("AttributeError: ")
