"""Text on a terminal, where one letter takes no column, one, or two, and some must not be shown."""

from __future__ import annotations

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


def shortened(text: str, room: int) -> str:
    """The beginning and the end of a text that finds no room in so many columns."""
    if cells(text) <= room:
        return text
    tail = max(0, room - 1) // 2
    return f"{_beginning(text, room - 1 - tail)}…{_beginning(text[::-1], tail)[::-1]}"


def _beginning(text: str, room: int) -> str:
    """As much of it as finds room."""
    part = text[: max(0, room)]
    while cells(part) > room:
        part = part[:-1]
    return part
