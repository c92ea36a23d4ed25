"""Mistakes of every class in one go: a text with gaps is looked at as far as it could be read."""

import re

import pytest
from golden_programs import PROGRAMS, VALID
from hypothesis import given, settings
from hypothesis import strategies as st

import kumi

IMPORTED = PROGRAMS / "12_imports"
OTHERS = """do end value let trait :a ( ) [ ] , . + ** = ! "x 'y 1e3 on base fn( input input. schema import""".split()  # noqa: SIM905 - a list of words is read as words


def found(text):
    """The class, line and message of everything that is wrong."""
    try:
        kumi.loads(text, folders=[IMPORTED])
    except kumi.SchemaError as error:
        return [(one.kind, one.place.line, one.message) for one in error.errors]
    return []


def said(declarations, inputs="integer :x\n string :s"):
    """The class and line of what is wrong with declarations; the first stands on line 1."""
    head = f"schema do input do\n {inputs}\nend\n"
    lines = head.count("\n")
    return [(kind, line - lines) for kind, line, _ in found(f"{head}{declarations}\nend\n")]


@pytest.mark.parametrize(
    ("declarations", "expected"),
    [
        ("value :a input.x\nvalue :b, input.s + 1", [("syntax", 1), ("type", 2)]),
        ("value :a, (1\nvalue :b, input.nope\nvalue :c, zz", [("syntax", 1), ("semantic", 2), ("semantic", 3)]),
        ("value :a, 1 +\nvalue :b, a + 1\nvalue :c, b + input.s", [("syntax", 1)]),
        ("value :a, 1 < 2 < 3\nvalue :b, a + 1", [("syntax", 1)]),
        ("value :a do\n on x, 1 +\n base 2\nend\nvalue :b, a + 1\nvalue :c, input.s + 1", [("syntax", 2), ("type", 6)]),
        ("vlaue :a, 1\nvalue :b, a\nvalue :c, input.s + 1", [("syntax", 1), ("type", 3)]),
        ("value a, 1\nvalue :b, a", [("syntax", 1)]),
        ('value :a, "x\nvalue :b, 1\nvalue :c, "y"\nvalue :d, b + c', [("syntax", 3)]),
        ("value :a, x y\nvalue :b, a", [("syntax", 1)]),
        ("value :a, 1\nend\nvalue :b, input.s + 1", [("syntax", 3), ("type", 3)]),
        ("value :, 1\nvalue :b, c\nvalue :d, input.s + 1", [("syntax", 1), ("type", 3)]),
        ("value :a, 1\non input.x > 1, 2\nvalue :b, input.s + 1", [("syntax", 2), ("type", 3)]),
        ("value :a, 1\nvalue :a, 2\nvalue :b = 3", [("semantic", 2), ("syntax", 3)]),
    ],
)  # fmt: skip
def test_mistakes_of_every_class_are_reported_together_and_none_twice(declarations, expected):
    assert said(declarations) == expected


@pytest.mark.parametrize(
    "inputs",
    ["integr :x", "array :rows do\n integer :x", "integer :x, domain: y", "integer x"],
)
def test_of_inputs_that_could_not_be_read_nothing_more_is_said(inputs):
    told = found(f"schema do input do {inputs} end value :a, input.x + 1 value :b, zz end")
    assert [kind for kind, *_ in told] == ["syntax", "semantic"]
    assert told[1][2] == "`zz` is not declared"


def test_a_missing_input_block_is_one_mistake():
    assert [kind for kind, *_ in found("schema do value :a, input.x + 1 end")] == ["syntax"]


@pytest.mark.parametrize("start", ["A value has one.", '"As a text. '])
def test_an_import_that_was_not_read_may_have_the_name_of_a_function(start):
    text = "schema do\n import :count, from: Basket\n input do string :x, domain: ['a', \"b\"] end"
    told = found(f"{start}\n{text}\n value :a, count(items: input.x) end")
    assert {kind for kind, *_ in told} == {"syntax"}


def test_nothing_is_said_of_what_is_imported_where_its_argument_could_not_be_read():
    """It counts along an array, and nobody knows which."""
    text = "schema do import :places, from: Readings input do array :xs do float :x end end"
    told = found(f"{text}\n let :moved, 2 *\n value :where, places(readings: moved) end")
    assert [kind for kind, *_ in told] == ["syntax"]


@pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")
@settings(max_examples=200)
@given(st.data())
def test_where_a_word_of_a_valid_text_is_lost_or_changed_nothing_else_is_wrong(data):
    """Where the text cannot be read any more, nothing is said of declarations that are whole."""
    text = data.draw(st.sampled_from(VALID))
    word = data.draw(st.sampled_from([*re.finditer(r"\w+|[^\w\s]", text)]))
    other = data.draw(st.sampled_from(["", *OTHERS]))
    told = found(f"{text[: word.start()]} {other} {text[word.end() :]}")
    if any(kind == "syntax" for kind, *_ in told):
        line = text.count("\n", 0, word.start()) + 1
        assert all(kind == "syntax" or at == line for kind, at, _ in told), told


@pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")
@settings(max_examples=100)
@given(st.data())
def test_words_in_any_order_are_a_schema_or_a_schema_error(data):
    words = st.sampled_from(re.findall(r"\S+", " ".join(VALID)))
    drawn = " ".join(data.draw(st.lists(words, max_size=40)))
    assert all(message for *_, message in found(drawn))
    text = data.draw(st.sampled_from(VALID))
    at = data.draw(st.sampled_from([found.start() for found in re.finditer(r"\s", text)]))
    assert all(message for *_, message in found(f"{text[:at]} {drawn} {text[at:]}"))


def test_what_could_not_be_read_is_not_offered_as_a_name():
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.loads("schema do input do end value :a, (1 + longer value :b, zz end")
    assert [one.hint for one in caught.value.errors if one.kind == "semantic"] == ["available: b"]
