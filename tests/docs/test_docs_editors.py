"""The colours of an editor: a TextMate engine cuts every golden program as Kumi's lexer does."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from textmate_grammar.parsers.base import LanguageParser

from kumi.kernels.signatures import known_names
from kumi.syntax.text.expressions import _SUGAR
from kumi.syntax.text.input_block import INPUT_WORDS
from kumi.syntax.text.lexer import RESERVED, tokens

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "docs" / "editors" / "vscode"
GRAMMAR = json.loads((EXTENSION / "kumi.tmLanguage.json").read_text(encoding="utf-8"))
ENGINE = LanguageParser(GRAMMAR)
PROGRAMS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests" / "programs").rglob("*.kumi"))
}


@cache
def scopes(text):
    """The scopes of each character of a text, but of the newlines between."""
    found = [[()] * len(line) for line in text.split("\n")]
    for (line, column), content, names in ENGINE.parse_string(text).flatten():
        for at in range(column, column + len(content)):
            found[line][at] = tuple(names)
    return [one for line in found for one in (*line, None)][:-1]


STRING_OR_COMMENT = re.compile(
    r""""[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'|(#[^\n]*)""", re.DOTALL
)
NAMES = ("entity.name.function", "variable.", "support.function", "storage.type.input")
SCOPES_OF_KIND = {
    "symbol": ("constant.other.symbol", *NAMES),
    "label": ("entity.other.attribute-name",),
    "constant": ("constant.language", "entity.name.namespace"),
    "number": ("constant.numeric",),
    "string": ("string.quoted",),
    "operator": ("keyword.operator", "punctuation."),
    "bad": ("invalid.",),
}


def wanted(before, token):
    """What the scope of a token begins with, one of several."""
    if token.kind != "word":
        return SCOPES_OF_KIND[token.kind]
    if before.text == ".":
        return ("variable.other.member",)
    if token.text in {"true", "false", "null"}:
        return ("constant.language",)
    if token.text in {"value", "let", "trait"}:
        return ("storage.type.declaration",)
    if token.text in RESERVED:
        return ("keyword.", "variable.language.input")
    return NAMES


def differing(text):
    """The tokens whose characters do not all have the scope wanted, with those that they have.

    Behind a string without an end there is nothing to compare: an editor shows all of it as text.
    """
    found, before = scopes(text), None
    for token in list(tokens(text))[:-1]:
        if token.kind == "bad" and token.text[0] in "\"'":
            return
        cut = [one[1] for one in found[token.start : token.end] if one is not None]
        if not all(scope.startswith(wanted(before or token, token)) for scope in cut):
            yield token.text, set(cut)
        before = token


def between(text):
    """The scopes of what stands between tokens: blanks and comments."""
    found, end = scopes(text), 0
    for token in tokens(text):
        for at in range(end, token.start):
            yield text[at], found[at]
        end = token.end


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_every_token_has_its_colour(text):
    assert list(differing(text)) == []
    bad = [token.text for token in tokens(text) if token.kind == "bad"]
    assert bad or not any(
        scope.startswith("invalid") for one in scopes(text) for scope in one or ()
    )


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_comments_are_comments_and_nothing_else_is(text):
    said = "".join(
        letter
        for letter, names in between(text)
        if names and names[-1].startswith(("comment", "punctuation.definition.comment"))
    )
    assert said == "".join(STRING_OR_COMMENT.findall(text))


@pytest.mark.parametrize("word", sorted(RESERVED - {"input"}))
def test_a_word_of_the_language_is_a_keyword_but_not_as_a_name(word):
    (_, scope), *_ = scopes(word)
    assert scope.startswith(("keyword.", "storage.type"))
    for text in (f"input.{word}", f"{word}:", f":{word}", f"{word}s", f"x_{word}"):
        last = scopes(text)[-2][1]
        assert not last.startswith(("keyword.", "storage.type")), text


@pytest.mark.parametrize("word", sorted(_SUGAR | {"date"}))
def test_what_is_called_without_fn_is_a_function(word):
    assert scopes(f"{word}(x)")[0][1] == "support.function.kumi"
    assert scopes(f"{word} + 1")[0][1] == "variable.other.kumi"


@pytest.mark.parametrize("word", sorted(known_names()))
def test_a_function_of_the_language_is_one(word):
    assert scopes(f"fn(:{word}, x)")[4][1] == "support.function.kumi"


@pytest.mark.parametrize("word", sorted(INPUT_WORDS))
def test_a_kind_of_input_is_a_type(word):
    assert scopes(f"{word} :x")[0][1] == "storage.type.input.kumi"


@pytest.mark.parametrize("text", ["1e3", "12abc", "a ? b", "!x", "a = b", "x; y", "a ^ b", "“x”"])
def test_what_is_no_token_is_marked(text):
    assert any(names[-1].startswith("invalid.") for names in scopes(text))
    assert list(differing(text)) == []


def test_the_extension_finds_its_files():
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    (language,), (grammar,) = (manifest["contributes"][one] for one in ("languages", "grammars"))
    assert grammar["scopeName"] == GRAMMAR["scopeName"]
    assert (EXTENSION / grammar["path"]).exists()
    settings = json.loads((EXTENSION / language["configuration"]).read_text(encoding="utf-8"))
    assert settings["comments"] == {"lineComment": "#"}
