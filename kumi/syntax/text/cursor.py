"""A place in the tokens: looking, taking, complaining, and going on after a mistake."""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING

from kumi.errors import Problem, did_you_mean
from kumi.places import Place
from kumi.syntax.text.lexer import complaint, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.places import Source
    from kumi.syntax.text.lexer import Token

DECLARATION_WORDS = frozenset({"value", "let", "trait"})
CASE_WORDS = frozenset({"on", "on_any", "on_none", "base"})
WORDS_OF_OTHERS = {
    "and": "and is written `&`",
    "or": "or is written `|`",
    "not": "not is written `fn(:not, condition)`",
    "for": "a formula is written for one element, and `fn(:sum, input.lines.line.price)` adds up",
    "in": "one of several values is `fn(:in, x, 1, 2)`",
    **dict.fromkeys(("if", "then", "else"), "write `select(condition, then, else)`, or a cascade"),
}
"""What other languages write, and this one writes otherwise."""
_SHOWN = 30


def _percent(digits: str) -> str:
    """A number of percents as what it is: 20 as 0.2.

    >>> _percent("20"), _percent("7.5")
    ('0.2', '0.075')
    """
    return f"{Decimal(digits.replace('_', '')) / 100:f}"


class Fault(Exception):  # noqa: N818 - no error of users: the parser catches it
    """The rest of a declaration makes no sense; the parser reports it and recovers."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class Cursor:
    """The tokens of a source, the one looked at, and the problems found so far."""

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._text = text
        self._tokens = list(tokens(text))
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0
        self.faults = 0
        """How many problems there were, those included that were found twice."""
        self._skipped: list[str] = []
        self.skipped_end = False
        """Whether recovery passed over an `end` that may have been the schema's own."""

    @property
    def token(self) -> Token:
        """The token looked at. At the end of the file that is the `eof` token for ever."""
        return self._tokens[self._at]

    @property
    def following(self) -> Token:
        """The token after it."""
        return self.look(1)

    def look(self, ahead: int) -> Token:
        """The token that stands so many places behind the one looked at (or before it)."""
        return self._tokens[max(0, min(self._at + ahead, len(self._tokens) - 1))]

    @property
    def previous(self) -> Token:
        """The token before it (the first one, where there is none)."""
        return self._tokens[max(self._at - 1, 0)]

    def advance(self) -> Token:
        """Take the token looked at."""
        token = self._tokens[self._at]
        if token.kind != "eof":
            self._at += 1
        return token

    def take(self, text: str) -> bool:
        """Take the token if it is `text`, and say whether it was."""
        if self._tokens[self._at].text != text:
            return False
        self.advance()
        return True

    def expect(self, text: str, where: str, hint: str | None = None) -> Token:
        """Take the token, which must be `text`."""
        if self.token.text != text:
            raise self.missing(f"`{text}` {where}", hint)
        return self.advance()

    def place(self, start: int, end: int, at: int | None = None) -> Place:
        """Offsets `start` to `end`, cut to one line: that of offset `at`, else of `start`.

        What begins on an earlier line is shown from `at` on.
        """
        at = start if at is None else at
        line = bisect_right(self._lines, at)
        first = self._lines[line - 1]
        last = self._lines[line] - 1 if line < len(self._lines) else len(self._text)
        begin = start if start >= first else at
        until = end if end < last else last  # noqa: FURB136 - each operation has a place
        return Place(self.source, line, begin - first + 1, until - first + 1)

    def here(self, token: Token) -> Place:
        """The place of one token."""
        return self.place(token.start, token.end)

    def shown(self, start: int, end: int) -> str:
        """The text between two offsets, on one line."""
        return " ".join(self._text[start:end].split())

    def report(self, fault: Fault) -> None:
        """Note a problem and go on. Of several at one place only the first is kept."""
        self.faults += 1
        last = self.problems[-1].place if self.problems else None
        place = fault.problem.place
        if last is None or (last.line, last.column) != (place.line, place.column):
            self.problems.append(fault.problem)

    def refuse(self, token: Token, message: str, hint: str | None = None) -> Fault:
        """A fault at `token`, to be raised."""
        return Fault(Problem("syntax", self.here(token), message, hint))

    def fault(self, expected: str, hint: str | None = None) -> Fault:
        """A fault at the token looked at: what was expected, and what was found instead."""
        hint = self._about_previous() or hint
        if self.token.kind == "bad":
            return self.refuse(self.token, *complaint(self.token, hint))
        return self.refuse(self.token, f"expected {expected}, found {self.describe()}", hint)

    def _about_previous(self) -> str | None:
        """A hint that the token before gives: what follows it was meant to be something else."""
        before, token = self.previous, self.token
        if before.kind == "string" and "\n" in before.text and before is not token:
            return f"the string before it begins on line {self.line_of(before)}: has it no end?"
        if before.kind == "symbol" and token.text in {"?", "!"} and before.end == token.start:
            return f"a name has no `{token.text}`: write `{before.text}`"
        if token.text == "=" and before.text in {"+", "-", "*", "/"}:
            return "a value is never changed: give what becomes of it a name of its own"
        if before.text == "%" and self.look(-2).kind == "number":
            return f"{self.look(-2).text} percent is a number: `{_percent(self.look(-2).text)}`"
        if "." in {before.text, token.text} and "number" in {before.kind, token.kind}:
            return "a number has digits on both sides of its point: `0.5`"
        return WORDS_OF_OTHERS.get(before.text)

    def missing(self, expected: str, hint: str | None = None) -> Fault:
        """A fault like `fault`, but shown on the line that is not finished."""
        fault = self.fault(expected, hint)
        behind = self.place(self.previous.end, self.previous.end)
        line = fault.problem.place.line
        if self._at == 0 or behind.line == line or self.token.kind == "bad":
            return fault
        message = f"expected {expected}, found {self.describe()} on line {line}"
        return Fault(Problem("syntax", behind, message, fault.problem.hint))

    def misspelt(self, expected: str, known: frozenset[str]) -> Fault:
        """A fault where one of `known` should stand."""
        word = self.token.text.strip(":")
        close = did_you_mean(word, known) if word.isidentifier() else None
        return self.fault(expected, close if close and close.startswith("did you") else None)

    def describe(self) -> str:
        """The token looked at, for a message."""
        text = self.token.text
        if self.token.kind == "eof":
            return "the end of the file"
        return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"

    def line_of(self, token: Token) -> int:
        """The line of a token."""
        return bisect_right(self._lines, token.start)

    def lose(self, start: int) -> None:
        """Give up what stands from an offset up to the token before this one."""
        self._skipped.append(self._text[start : self.previous.end])

    @property
    def lost(self) -> frozenset[str]:
        """Every word in what was given up: what is called so may have been declared there."""
        return frozenset(re.findall(r"\w+", "\n".join(self._skipped)))

    def attempt(self, read: Callable[[], None], resume: Callable[[], bool]) -> None:
        """Read something; where it makes no sense, report that and skip to a sensible place."""
        before, start = self._at, self.token.start
        try:
            read()
        except Fault as fault:
            self.report(fault)
            self._recover(before, resume)
            self.lose(start)

    def starts_declaration(self) -> bool:
        """Whether a `value`, `let` or `trait` begins here, rightly or wrongly written."""
        return (
            self.token.text in DECLARATION_WORDS
            and self.previous.text != "."
            and self.following.kind != "operator"
        )

    def starts_named(self) -> bool:
        """Whether a word with a name behind it stands here: no expression has that."""
        return self.token.kind == "word" and self.following.kind == "symbol"

    def starts_case(self) -> bool:
        """Whether a line of a cascade begins here."""
        return self.token.text in CASE_WORDS and self.previous.text != "."

    def _recover(self, before: int, resume: Callable[[], bool]) -> None:
        """Skip whole blocks until `resume()`, an `end` that closes what is open, or a declaration.

        What was read began at token `before`; recovery goes beyond it in any case. A line of a
        cascade outside of one means that its `do` was lost: its `end` is skipped too.
        """
        depth = 0
        while self.token.kind != "eof":
            beyond = self._at > before
            if beyond and self._resumes(depth, resume):
                return
            lost_do = beyond and depth == 0 and self.starts_case()
            self.skipped_end |= lost_do
            depth += (lost_do or self.token.text == "do") - (self.token.text == "end")
            self.advance()

    def _resumes(self, depth: int, resume: Callable[[], bool]) -> bool:
        return self.starts_declaration() or (depth == 0 and (self.token.text == "end" or resume()))
