"""Cascades: the lines between `do` and `end` of a declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kumi.syntax.nodes import Cascade, Case
from kumi.syntax.text.cursor import CASE_WORDS
from kumi.syntax.text.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Container

    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode
    from kumi.syntax.text.cursor import Cursor
    from kumi.syntax.text.lexer import Token

_JOINS: dict[str, Literal["all", "any", "none"]] = {
    "on": "all",
    "on_any": "any",
    "on_none": "none",
}


def cascade(cursor: Cursor, name: Token, imported: Container[str]) -> Cascade:
    """Take what follows the `do` of the declaration `name`, its `end` included."""
    return _CascadeReader(cursor, name, imported).read()


class _CascadeReader:
    def __init__(self, cursor: Cursor, name: Token, imported: Container[str]) -> None:
        self._cursor = cursor
        self._name = name
        self._imported = imported
        self._cases: list[Case] = []
        self._base: ExprNode | None = None

    def read(self) -> Cascade:
        cursor = self._cursor
        place = cursor.here(self._name)
        while not cursor.take("end"):
            if cursor.token.kind == "eof" or cursor.starts_declaration():
                cursor.report(cursor.fault(f"`end` to close the `do` of `{self._name.text}`"))
                break
            cursor.attempt(self._line, cursor.starts_case)
        return Cascade(place, tuple(self._cases), self._base)

    def _line(self) -> None:
        cursor, word = self._cursor, self._cursor.token
        if word.text not in CASE_WORDS:
            raise cursor.misspelt("an `on` or `base` line, or `end`", CASE_WORDS)
        cursor.advance()
        expressions = self._expressions()
        place = cursor.place(word.start, cursor.previous.end)
        if word.text == "base":
            self._take_base(word, expressions)
        else:
            self._cases.append(_case(word, place, expressions))

    def _expressions(self) -> list[ExprNode]:
        found = [expression(self._cursor, self._imported)]
        while self._cursor.take(","):
            found.append(expression(self._cursor, self._imported))
        return found

    def _take_base(self, word: Token, expressions: list[ExprNode]) -> None:
        if self._base is not None:
            raise self._cursor.refuse(word, f"`{self._name.text}` has a second `base`")
        if len(expressions) > 1:
            raise self._cursor.refuse(word, "`base` takes one expression", "conditions need `on`")
        self._base = expressions[0]


def _case(word: Token, place: Place, expressions: list[ExprNode]) -> Case:
    """The last expression is the result; one alone is a condition without a result."""
    *conditions, last = expressions
    if not conditions:
        return Case(place, _JOINS[word.text], (last,), None)
    return Case(place, _JOINS[word.text], tuple(conditions), last)
