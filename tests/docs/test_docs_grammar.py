"""docs/grammar.md is run: it reads what Kumi's own parser reads, binds alike, and refuses the rest."""

import re
from itertools import pairwise
from pathlib import Path

import lark
import pytest
from examples_in_docs import blocks
from hypothesis import given, settings
from hypothesis import strategies as st

from kumi.places import Source
from kumi.syntax.nodes import Cascade
from kumi.syntax.outline import outline
from kumi.syntax.text import expressions, lexer, parse
from kumi.syntax.text.parser import TextError

ROOT = Path(__file__).parents[2]
GRAMMAR = dict(blocks((ROOT / "docs" / "grammar.md").read_text(encoding="utf-8")))["lark"]
LARK = lark.Lark(
    GRAMMAR, parser="lalr", start="file", maybe_placeholders=False, propagate_positions=True
)
PROGRAMS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests" / "programs").rglob("*.kumi"))
}
EXAMPLES = [
    text
    for page in sorted((ROOT / "docs").glob("*.md"))
    for kind, text in blocks(page.read_text(encoding="utf-8"))
    if kind == "kumi"
]
OPERATORS = {"either", "both", "compared", "added", "multiplied", "negated", "raised", "item"}
BINDING = """a | b & c | d   a & b < c + d   a - b - c * d / e % f   -a ** -b ** c   -a * -b   a + -b[0]
-2 ** 2   - 2   -2 + 3   -2[0]   2 ** -1   a ** b[0]   -a[0] ** 2   (a | b) & c   [a | b, -c,][-1]
{a: -b * c, :d => e | f, "g h" => [],}   fn(:sum, -a ** 2)   select(a == b, -c, d - -e)   a
- b   date("2024-01-31") < input.date.end   input.value + select + date
index(:i) % 2 == 0 & shift(a, -1, policy: :wrap, axis_offset: 0,)"""


BEYOND_GRAMMAR = re.compile("is no date|is no decimal|digits is too long|nested more than")
"""What the parser says of texts that the grammar reads."""


def lacks_a_result(schema):
    """Whether a line of a cascade is a condition alone, which the analysis reports."""
    return any(
        case.result is None
        for declaration in schema.declarations
        if isinstance(declaration.body, Cascade)
        for case in declaration.body.cases
    )


def read(text):
    """The tree of Kumi's parser; None where it finds a mistake that the grammar finds, too."""
    try:
        found = parse(Source("read.kumi", text), "Read")
    except TextError as error:
        if not all(BEYOND_GRAMMAR.search(problem.message) for problem in error.errors):
            return None
        found = error.tree
    return None if lacks_a_result(found) else found


def accepted(text):
    """Whether the grammar of the page reads it."""
    try:
        return bool(LARK.parse(text))
    except lark.exceptions.LarkError:
        return False


def in_brackets(text, node):
    """The source of a node, with brackets around whatever the grammar takes for one operand."""
    said, at = "", node.meta.start_pos
    for child in node.children:
        if isinstance(child, lark.Tree) and not child.meta.empty:
            said += text[at : child.meta.start_pos] + in_brackets(text, child)
            at = child.meta.end_pos
    said += text[at : node.meta.end_pos]
    return f"({said})" if node.data in OPERATORS else said


def binds_alike(text):
    spelt_out = in_brackets(text, LARK.parse(text))
    return outline(read(spelt_out)) == outline(read(text))


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_every_program_is_read_alike(text):
    assert accepted(text) == (read(text) is not None)
    assert not accepted(text) or binds_alike(text)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_pages_is_read_alike(text):
    assert accepted(text) == (read(text) is not None)
    assert not accepted(text) or binds_alike(text)


@pytest.mark.parametrize("written", re.split(r" {3}|\n(?!-)", BINDING))
def test_operators_bind_as_the_page_says(written):
    if read(text := f"schema do input do end value :v, {written} end") is None:
        assert not accepted(text)
    else:
        assert binds_alike(text)


OPTION_ALONE = re.compile(r"fn\s*\(\s*:\w+\s*,\s*\w+:")
"""A call of which the name alone says whether these are options or an import's arguments."""


def is_right(text):
    """Whether there is no mistake of syntax in it, that could hide another one."""
    try:
        return bool(parse(Source("read.kumi", text), "Read"))
    except TextError:
        return False


RIGHT = [text for text in PROGRAMS.values() if is_right(text)]


def has_its_field_below(text):
    """Whether a field stands on the line after its dot, where a word of the language is none."""
    found = list(lexer.tokens(text))
    return any(
        dot.text == "." and "\n" in text[dot.end : field.start] for dot, field in pairwise(found)
    )


SPARE = """schema do end input value on base fn ( ) [ ] { } , . .. + - ** < == & | => :a b b: 1 'x' null
date hash array float import codegen index: select not %""".split()  # noqa: SIM905 - a list of words is read as words


@settings(max_examples=150)
@given(st.data())
def test_a_program_with_a_token_lost_added_or_doubled_is_read_or_refused_by_both(data):
    text = data.draw(st.sampled_from(RIGHT))
    found = data.draw(st.sampled_from(list(lexer.tokens(text))[:-1]))
    put = data.draw(st.sampled_from(["", f"{found.text} {found.text}", *SPARE]))
    changed = f"{text[: found.start]} {put} {text[found.end :]}"
    if has_its_field_below(changed) or OPTION_ALONE.search(changed):
        return
    assert accepted(changed) == (read(changed) is not None), changed


def test_the_words_of_the_page_are_those_of_the_language():
    said = set(re.findall(r'"([a-z_]+):?"', GRAMMAR))
    (reserved,) = re.findall(r"\(\?!\((schema.*?)\)", GRAMMAR)
    assert set(reserved.split("|")) == lexer.RESERVED
    assert said >= lexer.RESERVED
    assert said >= expressions._SUGAR
