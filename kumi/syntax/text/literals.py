"""Literals, and the places where nothing else may stand: options and domains.

In these a decimal is `to_decimal("0.05")`. In an expression that is a call, like any other.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING

from kumi.kernels.dates import EXAMPLE, from_text
from kumi.kernels.decimal_values import of_text
from kumi.syntax.nodes import OneOf, Range, Symbol

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from kumi.syntax.nodes import Domain, LiteralValue
    from kumi.syntax.text.cursor import Cursor
    from kumi.syntax.text.lexer import Token

WORDS: dict[str, LiteralValue] = {"true": True, "false": False, "null": None}
CONSTANTS = {"Float::INFINITY": inf}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def at_number(cursor: Cursor) -> bool:
    """Whether a number begins here: digits, or a `-` with digits directly behind it."""
    token = cursor.token
    return token.kind == "number" or (
        token.text == "-"
        and cursor.following.kind == "number"
        and cursor.following.start == token.end
    )


def number(cursor: Cursor) -> int | float:
    """Take the number that begins here."""
    negative = cursor.take("-")
    token = cursor.advance()
    digits = token.text.replace("_", "")
    size = float(digits) if "." in digits else _integer(cursor, token, digits)
    return -size if negative else size


def _integer(cursor: Cursor, token: Token, digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:  # Python refuses numbers of very many digits
        raise cursor.refuse(token, f"a number of {len(digits)} digits is too long") from error


def at_literal(cursor: Cursor) -> bool:
    """Whether a literal begins here."""
    token = cursor.token
    if token.kind == "operator":
        return token.text == "-" and at_number(cursor)
    return (
        token.kind in {"number", "string", "symbol", "constant"}
        or token.text in WORDS
        or _at_date(cursor)
    )


def _at_date(cursor: Cursor) -> bool:
    return cursor.token.text == "date" and cursor.following.text == "("


def _date(cursor: Cursor) -> date:
    """Take `date("2024-02-29")`."""
    cursor.advance()
    cursor.advance()
    token, hint = cursor.token, f'write `date("{EXAMPLE}")`'
    if token.kind != "string":
        raise cursor.missing("a date in quotes", hint)
    found = from_text(string(token))
    if found is None:
        raise cursor.refuse(token, f"{token.text} is no date", hint)
    cursor.advance()
    cursor.expect(")", "to close `date(`")
    return found


def _at_decimal(cursor: Cursor) -> bool:
    return cursor.token.text == "to_decimal" and cursor.following.text == "("


def _decimal(cursor: Cursor) -> Decimal:
    """Take `to_decimal("0.05")`."""
    cursor.advance()
    cursor.advance()
    token, hint = cursor.token, 'write `to_decimal("0.05")`'
    if token.kind != "string":
        raise cursor.missing("a decimal in quotes", hint)
    try:
        found = of_text(string(token))
    except (ValueError, OverflowError) as error:
        raise cursor.refuse(token, f"{token.text} is no decimal", hint) from error
    cursor.advance()
    cursor.expect(")", "to close `to_decimal(`")
    return found


def _at_fixed(cursor: Cursor) -> bool:
    return at_literal(cursor) or _at_decimal(cursor)


def _fixed(cursor: Cursor) -> LiteralValue:
    return _decimal(cursor) if _at_decimal(cursor) else literal(cursor)


def literal(cursor: Cursor) -> LiteralValue:
    """Take the literal that begins here."""
    if at_number(cursor):
        return number(cursor)
    if _at_date(cursor):
        return _date(cursor)
    token = cursor.token
    if token.kind == "constant" and token.text not in CONSTANTS:
        raise cursor.refuse(
            token, f"unknown constant `{token.text}`", "the only one is `Float::INFINITY`"
        )
    return _value(cursor.advance())


def _value(token: Token) -> LiteralValue:
    match token.kind:
        case "string":
            return string(token)
        case "symbol":
            return Symbol(token.text[1:])
        case "constant":
            return CONSTANTS[token.text]
    return WORDS[token.text]


def string(token: Token) -> str:
    """The value of a string token."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), token.text[1:-1])


def option(cursor: Cursor, name: str) -> LiteralValue:
    """Take the value of the option `name`, which must be a literal."""
    if not _at_fixed(cursor):
        raise cursor.missing(f"a literal for `{name}:`", "options take no expressions")
    return _fixed(cursor)


def domain(cursor: Cursor) -> Domain:
    """Take a domain: `0..9`, `0...9`, `0..`, `..9`, `7` or `["a", "b"]`."""
    if cursor.take("["):
        return OneOf(_listed(cursor))
    low = _bound(cursor)
    if cursor.token.text in {"..", "..."}:
        exclusive = cursor.advance().text == "..."
        return Range(low, _bound(cursor), exclusive)
    if low is None:
        raise cursor.missing("a domain", 'write `0..100`, `0...100`, `0..` or `["a", "b"]`')
    return Range(low, low)


def _bound(cursor: Cursor) -> int | float | Decimal | date | None:
    if cursor.token.text in CONSTANTS:
        return CONSTANTS[cursor.advance().text]
    if _at_date(cursor):
        return _date(cursor)
    if _at_decimal(cursor):
        return _decimal(cursor)
    return number(cursor) if at_number(cursor) else None


def _listed(cursor: Cursor) -> tuple[LiteralValue, ...]:
    values: list[LiteralValue] = []
    while not cursor.take("]"):
        if not _at_fixed(cursor):
            raise cursor.missing("a literal or `]` in the domain")
        values.append(_fixed(cursor))
        if not cursor.take(",") and cursor.token.text != "]":
            raise cursor.missing("`,` or `]` in the domain")
    return tuple(values)
