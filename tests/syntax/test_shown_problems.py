"""How a mistake is shown: carets under what is meant, and nothing that a terminal would obey."""

import pytest
from text_trees import problems

from kumi.errors import InputError, Violation
from kumi.letters import cells

HEAD = "schema do input do end\n"


def drawn(text):
    """The message, the source line and the carets of the one mistake in a declaration."""
    (only,) = problems(f"{HEAD}{text}")
    message, line, carets, *_ = str(only).split("\n")
    return message, line[8:], carets[8:]


@pytest.mark.parametrize(
    "before",
    ['"abc"', '"日本語"', '"한국"', '"\U0001f600\U0001f680"', '"e\u0301\u0301"', '"é"', "\t\t1"],
)
def test_carets_stand_below_the_mistake_whatever_is_before_it(before):
    _, line, carets = drawn(f"value :a, {before} wrong end")
    columns = cells(line.partition("wrong")[0])
    assert carets.count("\t") == line.count("\t")
    assert cells(carets.partition("^")[0]) == columns
    assert carets.count("^") == len("wrong")


def test_carets_are_as_wide_as_the_mistake():
    _, line, carets = drawn('value :a, 1 "日本語" end')
    assert (cells(line.partition('"')[0]), carets.count("^")) == (
        carets.index("^"),
        cells('"日本語"'),
    )


@pytest.mark.parametrize(
    "letter", ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\u200b", "\u202e", "\u00a0", "\r"]
)
def test_what_could_steer_a_terminal_is_not_shown(letter):
    message, line, carets = drawn(f'value :a, 1 "{letter}[31m" end')
    assert letter not in message + line + carets
    assert line.index("\ufffd") == line.index('"') + 1
    assert carets.index("^") == line.index('"')


def test_what_a_key_of_the_data_could_do_to_a_terminal_is_shown():
    error = InputError("S", [Violation("a\x1b[2J\n", "the schema has no such input")])
    assert str(error).splitlines()[1] == "  a\\x1b[2J\\n: the schema has no such input"
