"""Whatever is written, the front end reads it or says what is wrong with it, in a place it has."""

import re

from golden_programs import VALID
from hypothesis import given, settings
from hypothesis import strategies as st
from text_trees import tree

from kumi.errors import SchemaError

quickly = settings(max_examples=60)

WORDS = """schema do end input value let trait import from: codegen streaming: on on_any on_none base
fn ( ) [ ] { } , . .. ... => + - * ** / % < <= == != = ! ? & | :a :b a b 1 2.5 1e3 'x' "y" "z true null
Float::INFINITY A::B integer float array hash string date date( index: domain: k: select( fn(:sum, input. # @ :
-1 x-1""".split()  # noqa: SIM905 - a list of words is read as words


def problems(text):
    try:
        tree(text)
    except SchemaError as error:
        return error.errors
    return ()


def check(text):
    """Every problem is shown in a place that the text has, and none is said twice."""
    lines = text.split("\n")
    found = problems(text)
    places = [(p.place.line, p.place.column) for p in found]
    assert len(set(places)) == len(places)
    for problem in found:
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
        assert str(problem)


@quickly
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from([" ", "\n"]))
def test_any_words_in_any_order(words, blank):
    check(blank.join(words))
    check(f"schema do input do float :x end\nvalue :a, {blank.join(words)}\nend")


@quickly
@given(st.text(max_size=60))
def test_any_text(text):
    check(text)
    check(f"schema do input do end value :a, {text}\nend")


@quickly
@given(st.data())
def test_a_valid_file_with_a_word_lost_or_added(data):
    text = data.draw(st.sampled_from(VALID))
    word = data.draw(st.sampled_from([*re.finditer(r"[^\s]+", text)]))
    other = data.draw(st.sampled_from(["", *WORDS]))
    check(text[: word.start()] + other + text[word.end() :])
    check(f"{text[: word.start()]}{other} {text[word.start() :]}")
