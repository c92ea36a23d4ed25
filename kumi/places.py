"""Places in a schema's text: which source, which line and columns, and how that is shown."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

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

    form: Literal["text", "class"] = "text"
    called_from: ClassVar[Place | None] = None
    """Where an imported declaration is called that this place lies in."""

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


class ImportedPlace(Place):
    """A place in an imported declaration, as the call at `called_from` uses it.

    The same formula stands for other values at each call, so who reads of it needs both places.
    """

    __slots__ = ("called_from", "form", "written")

    called_from: Place  # type: ignore[misc]  # here each has its own

    def __init__(self, written: Place, called_from: Place) -> None:
        self.written = written
        self.form = written.form
        self.called_from = called_from

    def __getattr__(self, attribute: str) -> Any:
        """Fill a slot of `Place` when it is first read: columns in Python code cost something."""
        if attribute not in Place.__slots__:
            raise AttributeError(attribute)
        setattr(self, attribute, getattr(self.written, attribute))
        return object.__getattribute__(self, attribute)


def seen_from(place: Place, call: Place, known: dict[Place, Place]) -> ImportedPlace:
    """A place of a schema, as another one sees it that calls this part of it at `call`.

    `known` keeps what was made for this call, since many places have the calls behind it in common.

    >>> tax, order = Source("tax.kumi"), Source("order.kumi")
    >>> rate = seen_from(Place(Source("rates.kumi"), 4), Place(tax, 7), {})
    >>> [str(place) for place in calls(seen_from(rate, Place(order, 9), {}))]
    ['tax.kumi:7:1', 'order.kumi:9:1']
    """
    if not isinstance(place, ImportedPlace):
        return ImportedPlace(place, call)
    above = place.called_from
    if above not in known:
        known[above] = seen_from(above, call, known)
    return ImportedPlace(place.written, known[above])


def calls(place: Place) -> list[Place]:
    """The calls through which a place is used, the innermost first."""
    found = []
    call = place.called_from
    while call is not None:
        found.append(call)
        call = call.called_from
    return found


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
