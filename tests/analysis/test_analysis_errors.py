"""Every static error: its text, its place and its hint, as a user reads them."""

import pytest
from analysis_cases import cases, outcome, program

from kumi.analysis.pipeline import analyze
from kumi.errors import SchemaError, in_source_order
from kumi.places import Place, Source
from kumi.syntax.nodes import Call, Cascade, Constant, Declaration, Name, SchemaTree
from kumi.syntax.text import parse

SOURCE = Source("example.py", "total = kumi.value(...)\n")
PLACE = Place(SOURCE, 1)


def schema(*declarations):
    return SchemaTree("Example", SOURCE, PLACE, (), declarations)


def problems(*declarations):
    with pytest.raises(SchemaError) as caught:
        analyze(schema(*declarations))
    return [problem.message for problem in caught.value.errors]


@pytest.mark.parametrize("case", cases("errors.txt"), ids=lambda case: case.title)
def test_what_is_wrong_is_shown_where_it_is(case):
    assert outcome(case) == case.expected


@pytest.mark.parametrize("case", cases("warnings.txt"), ids=lambda case: case.title)
def test_what_was_probably_not_meant_is_a_warning(case):
    found = analyze(parse(Source("example.kumi", case.source), "Example")).warnings
    assert "\n".join(map(str, in_source_order(found))) == case.expected


def test_a_close_function_name_is_suggested():
    unknown = Call(PLACE, "summ", (Constant(PLACE, 1),))

    with pytest.raises(SchemaError) as caught:
        analyze(schema(Declaration(PLACE, "value", "a", unknown)))

    (problem,) = caught.value.errors
    assert problem.kind == "semantic"
    assert problem.message == "there is no function `summ`"
    assert problem.hint == "did you mean `sum`?"


def test_an_expression_used_twice_in_python_is_reported_once():
    shared = Name(PLACE, "later")

    assert problems(
        Declaration(PLACE, "value", "a", Call(PLACE, "add", (shared, shared))),
        Declaration(PLACE, "value", "b", shared),
    ) == ["`later` is not declared"]


def test_a_trait_cannot_be_a_cascade():
    body = Cascade(PLACE, (), Constant(PLACE, value=True))

    assert problems(Declaration(PLACE, "trait", "a", body)) == [
        "trait `a` must be a comparison or another function call"
    ]


def test_a_long_cycle_is_shortened():
    names = [f"d{number}" for number in range(100)]
    circle = [
        Declaration(PLACE, "value", name, Name(PLACE, following))
        for name, following in zip(names, [*names[1:], names[0]], strict=True)
    ]

    (message,) = problems(*circle)

    assert message.startswith("`d0` depends on itself: d0 -> d1 -> ")
    assert message.endswith(" -> ... 89 more ... -> d0")


def test_an_unknown_output_names_what_there_is():
    source = "schema do\n  input do\n  end\n  value :total, 1\nend"

    with pytest.raises(ValueError, match=r"Example does not declare `totl`; did you mean `total`"):
        program(source, ["totl"])
