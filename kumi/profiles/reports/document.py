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


Document: TypeAlias = "list[str | Table]"


def paragraphs(*parts: Iterable[str | Table]) -> Document:
    """The parts that have something to say, an empty line before each."""
    document: Document = []
    for part in parts:
        if said := list(part):
            document += ["", *said]
    return document
