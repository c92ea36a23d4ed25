"""Text on a terminal, where one letter takes no column, one, or two, and some must not be shown."""

from __future__ import annotations

import re

_SIMPLE = "\u0300"
"""Every letter before this one takes one column."""


def cells(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii() or max(text) < _SIMPLE:
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - few names need it

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def visible(text: str) -> str:
    """The text, with whatever is not printable escaped: it could steer a terminal, or hide."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def harmless(text: str) -> str:
    """A text of many lines, made `visible` but for the line feeds and tabs that lay it out."""
    if text.isprintable():
        return text
    lines = (map(visible, line.split("\t")) for line in text.split("\n"))
    return "\n".join(map("\t".join, lines))


_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def harmless_json(text: str) -> str:
    """The same JSON, with letters that could steer a terminal written as JSON's escapes."""
    return text if text.isascii() and "\x7f" not in text else _STEERING.sub(_in_json, text)


def _in_json(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"


def shortened(text: str, room: int) -> str:
    """The beginning and the end of a text that finds no room in so many columns."""
    if cells(text) <= room:
        return text
    tail = max(0, room - 1) // 2
    return f"{_beginning(text, room - 1 - tail)}…{_beginning(text[::-1], tail)[::-1]}"


def cut(text: str, room: int) -> str:
    """The beginning of a text that finds no room in so many columns.

    >>> cut("subtotal", 5), cut("subtotal", 8)
    ('subt…', 'subtotal')
    """
    return text if cells(text) <= room else f"{_beginning(text, room - 1)}…"


def _beginning(text: str, room: int) -> str:
    """As much of it as finds room."""
    part = text[: max(0, room)]
    while cells(part) > room:
        part = part[:-1]
    return part
