"""A report before it is drawn: its lines and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable


class Table(NamedTuple):
    """A title, a heading, and rows: in the first `names` columns names, then figures."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


class Fitted(NamedTuple):
    """A line with a name in it, which is shortened where the line would be too long."""

    before: str
    name: str
    after: str = ""


class Cut(NamedTuple):
    """A line whose end is left out where it is too long, and its style on a terminal."""

    text: str
    style: str = ""


Element: TypeAlias = "str | Fitted | Table | Cut"
Document: TypeAlias = "list[Element]"


def paragraphs(*parts: Iterable[Element]) -> Document:
    """The parts that have something to say, an empty line before each."""
    document: Document = []
    for part in parts:
        if said := list(part):
            document += ["", *said]
    return document
