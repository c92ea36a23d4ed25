"""The input block: what data a schema takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kumi.syntax.nodes import Input
from kumi.syntax.text.literals import WORDS, domain

if TYPE_CHECKING:
    from kumi.syntax.nodes import InputKind
    from kumi.syntax.text.cursor import Cursor
    from kumi.syntax.text.lexer import Token

_SCALARS = frozenset({"integer", "float", "decimal", "string", "boolean", "date", "any"})
_BODIES = frozenset({"array", "hash"})
INPUT_WORDS = _SCALARS | _BODIES
_OPTIONS = frozenset({"domain", "index", "null"})
_DEEPEST = 100


def inputs(cursor: Cursor, opened: Token, depth: int = 0) -> tuple[Input, ...]:
    """Take declarations up to the `end` of the block that `opened` opens."""
    found: list[Input] = []
    while not cursor.take("end"):
        if cursor.token.kind == "eof" or _misses_end(cursor):
            line = cursor.line_of(opened)
            cursor.report(
                cursor.fault(f"`end` to close the `do` of `{opened.text}` on line {line}")
            )
            break
        cursor.attempt(lambda: found.append(_input(cursor, depth)), cursor.starts_named)
    return tuple(found)


def _misses_end(cursor: Cursor) -> bool:
    return cursor.starts_declaration() and cursor.starts_named()


def _input(cursor: Cursor, depth: int) -> Input:
    kind = cursor.token
    if kind.text not in INPUT_WORDS:
        raise cursor.misspelt("an input such as `float :price` or `end`", INPUT_WORDS)
    cursor.advance()
    if cursor.token.kind != "symbol":
        raise cursor.missing("a name such as `:price`", f"write `{kind.text} :name`")
    name = cursor.advance()
    node = Input(cursor.here(name), cast("InputKind", kind.text), name.text[1:])
    _options(cursor, node)
    if cursor.token.text == "do":
        _body(cursor, kind, node, depth)
    return node


def _options(cursor: Cursor, node: Input) -> None:
    while cursor.take(","):
        label = cursor.token
        if label.kind != "label" or label.text[:-1] not in _OPTIONS:
            raise cursor.misspelt("`domain:`, `index:` or `null:`", _OPTIONS)
        cursor.advance()
        if label.text == "domain:":
            node.domain = domain(cursor)
        elif label.text == "index:":
            _index(cursor, label, node)
        else:
            _null(cursor, label, node)


def _index(cursor: Cursor, label: Token, node: Input) -> None:
    if node.kind != "array":
        raise cursor.refuse(label, f"`index:` on {_article(node.kind)}", "only arrays have one")
    if cursor.token.kind != "symbol":
        raise cursor.missing("the index's name such as `:i`")
    node.index = cursor.advance().text[1:]


def _null(cursor: Cursor, label: Token, node: Input) -> None:
    if node.kind == "array":
        raise cursor.refuse(label, "an array is never null", "give `[]` where there is nothing")
    if cursor.token.text not in {"true", "false"}:
        raise cursor.missing("`true` or `false`", "write `null: true` for what may be null")
    node.null = WORDS[cursor.advance().text] is True


def _body(cursor: Cursor, kind: Token, node: Input, depth: int) -> None:
    if node.kind not in _BODIES:
        raise cursor.refuse(
            cursor.token, f"{_article(node.kind)} has no fields", "only arrays and hashes have"
        )
    if depth == _DEEPEST:
        raise cursor.refuse(kind, f"inputs are nested more than {_DEEPEST} levels deep")
    cursor.advance()
    node.children = inputs(cursor, kind, depth + 1)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
