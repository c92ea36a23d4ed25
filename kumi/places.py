"""Places in a schema's text: which source, which line and columns, and how that is shown."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

from kumi.letters import cells


@dataclass(frozen=True, slots=True)
class Source:
    """Where a schema was written: a path to show, and the text (None: read it when needed)."""

    path: str
    text: str | None = None

    def line(self, number: int) -> str | None:
        """Line `number` (from 1) without its newline, or None where it cannot be had."""
        if self.text is None:
            return linecache.getline(self.path, number).rstrip("\r\n") or None
        lines = _lines(self.text)
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else None


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    return text.split("\n")


class Place:
    """A stretch of one source line: `line` and `column` from 1, `end_column` exclusive.

    The class form derives from it, to look its columns up only when an error is shown. `form` is
    the one that is written there, whose words are those of messages.
    """

    __slots__ = ("column", "end_column", "line", "source")

    form: ClassVar[Literal["text", "class"]] = "text"

    source: Source
    line: int
    column: int
    end_column: int

    def __init__(self, source: Source, line: int, column: int = 1, end_column: int = 0) -> None:
        self.source = source
        self.line = line
        self.column = column
        self.end_column = end_column if end_column > column else column + 1

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"

    def frame(self, width: int | None = None) -> str:
        """The source line with carets under the place, or nothing where there is no source.

        `width` is the terminal's: of a longer line only what is around the place is shown.
        """
        text = self.source.line(self.line)
        if text is None:
            return ""
        gutter = f"{self.line:>5} | "
        text, column = _window(text, self.column, _room(width, gutter))
        text = "".join(
            c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text
        )
        before = "".join("\t" if c == "\t" else " " * cells(c) for c in text[: column - 1])
        place = text[column - 1 :][: self.end_column - self.column]
        return f"{gutter}{text}\n{' ' * (len(gutter) - 2)}| {before}{'^' * max(1, cells(place))}"


_WIDEST, _NARROWEST = 160, 20
_ELLIPSES = 2


def _room(width: int | None, gutter: str) -> int:
    """Letters of a source line that are shown."""
    if width is None:
        return _WIDEST
    return max(_NARROWEST, min(_WIDEST, width - len(gutter) - _ELLIPSES))


def _window(text: str, column: int, room: int) -> tuple[str, int]:
    """Of a line too long to be read, what is around a column; and where that column is in it."""
    if len(text) <= room:
        return text, column
    first = max(0, min(column - room // 2, len(text) - room))
    before, after = "…" * (first > 0), "…" * (first + room < len(text))
    return f"{before}{text[first : first + room]}{after}", column - first + len(before)
