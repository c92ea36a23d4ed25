"""Text to tokens: one regular expression, every character of the source in exactly one match."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

TokenKind: TypeAlias = Literal[
    "word", "label", "symbol", "constant", "number", "string", "operator", "bad", "eof"
]

RESERVED: Final = frozenset(
    {"schema", "import", "codegen", "input", "value", "let", "trait", "do", "end"}
    | {"on", "on_any", "on_none", "base", "fn"}
)
"""The words that build a file: a reference cannot be called like one of them."""


class Token(NamedTuple):
    """A piece of source: `text` as written, at the offsets `start` to `end`.

    As written, the texts of different kinds differ (`do`, `do:`, `:do`, `"do"`), so that a parser
    need only compare text. A `bad` token is one that no rule of the language allows.
    """

    kind: TokenKind
    text: str
    start: int
    end: int


# Newlines separate tokens and mean nothing else: an expression goes on where an operator follows.
_TOKEN = re.compile(
    r"""
      (?P<blank>    (?: [ \t\r\n\ufeff]++ | \#[^\n]*+ )++ )
    | (?P<constant> [A-Za-z_]\w*+ (?: ::[A-Za-z_]\w*+ )++ )
    | (?P<label>    [A-Za-z_]\w*+ :(?!:) )
    | (?P<word>     [A-Za-z_]\w*+ )
    | (?P<symbol>   :[A-Za-z_]\w*+ )
    | (?P<number>   [0-9][0-9_]*+ (?: \.[0-9][0-9_]*+ )?+ (?![A-Za-z_]) )
    | (?P<string>   "[^"\\]*+(?:\\.[^"\\]*+)*+" | '[^'\\]*+(?:\\.[^'\\]*+)*+' )
    | (?P<operator> \*\* | => | [><=!]= | \.{1,3} | [-*/%+><&|()\[\]{},] )
    | (?P<bad>      [0-9][\w.]*+ | ["'][^\n]*+ | . )
    """,
    re.ASCII | re.DOTALL | re.VERBOSE,
)

_NO_OPERATORS = {
    "=": ("a single `=` is no operator", "compare with `==`"),
    "!": ("`!` is no operator", "write `fn(:not, …)`, or `!=` to compare"),
    "?": ("`?` is no operator", "write `select(condition, then, else)`"),
    "^": ("`^` is no operator", "a power is written `**`"),
    ":": ("a `:` stands alone", "a name is written `:name`, an option `name: value`"),
    ";": ("`;` is not needed", "a declaration ends where the next one begins"),
}
_LOOKALIKES = {
    **dict.fromkeys("“”„‘’", 'write strings in straight quotes: "…"'),  # noqa: RUF001 - people paste it
    **dict.fromkeys("−–—", "write minus as `-`"),  # noqa: RUF001 - people paste it
    **dict.fromkeys("×·", "write times as `*`"),  # noqa: RUF001 - people paste it
    **dict.fromkeys("≤≥≠", "write `<=`, `>=`, `!=`"),
}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, in order, blanks and comments left out, an `eof` token last."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind != "blank":
            yield Token(kind, match.group(), *match.span())  # type: ignore[arg-type]  # named above
    last = len(text.rstrip())
    yield Token("eof", "", last, last)


def complaint(token: Token, hint: str | None = None) -> tuple[str, str | None]:
    """What is wrong with a `bad` token, and a hint: the caller's where there is one."""
    first = token.text[0]
    if token.text in _NO_OPERATORS:
        message, usual = _NO_OPERATORS[token.text]
        return message, hint or usual
    if first in "\"'":
        return "the string has no end", f"close it with {first}"
    if first.isdigit():
        return f"`{token.text}` is no number", "write digits: `1_000`, `0.05`; there is no `1e3`"
    return _about_character(first)


def _about_character(character: str) -> tuple[str, str | None]:
    if not character.isprintable():
        shown = f"U+{ord(character):04X}"
        return f"unexpected character `{shown}`", "it cannot be seen: delete it, or type a blank"
    hint = "names have letters from a to z, digits and `_`" if character.isalpha() else None
    return f"unexpected character `{character}`", _LOOKALIKES.get(character, hint)
