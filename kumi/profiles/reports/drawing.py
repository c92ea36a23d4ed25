"""A report as text: plain for files and pipes, as wide as the terminal and with colours on one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kumi.letters import cells, cut, shortened
from kumi.profiles.reports.document import Cut, Fitted, Table
from kumi.profiles.reports.fitting import fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.reports.document import Document

_TIE: Final = "\u00a0"  # a blank where no line is folded
_SHORTEST: Final = 16  # letters of a name
_FILLER: Final = "\0"  # behind a letter of two columns, so that folding counts it as two


def plain(document: Document, width: int | None = None) -> str:
    """The document, columns aligned with blanks; ends with a line feed.

    It fits into `width` columns; None leaves everything as long as it is. The lines before the
    first empty one are what scripts rely on, and stay as they are.
    """
    return "".join(f"{line}\n" for line, _ in _lines(document, width))


def coloured(document: Document, width: int | None = None) -> str:
    """The same text for a terminal: titles bold, headings dim."""
    from rich.console import Console  # noqa: PLC0415 - 100 ms that only a terminal is worth
    from rich.text import Text  # noqa: PLC0415 - it comes with the console

    console = Console(soft_wrap=True, highlight=False)
    with console.capture() as capture:
        for line, style in _lines(document, width):
            console.print(Text(line, style))
    return capture.get()


def wrapped(text: str, width: int | None) -> list[str]:
    """The lines of a text, folded between words where one of them is wider than `width`.

    A number stays with the word behind it, which is its unit or what it counts. Names from files
    cannot hold what stands for that here: both letters are escaped in them.
    """
    lines = text.split("\n")
    if width is None or max(map(cells, lines)) <= width:
        return lines
    from textwrap import wrap  # noqa: PLC0415 - only for a terminal

    hanging = " " * (len(text) - len(text.lstrip()) + 3)
    letters = "".join(letter + _FILLER * (cells(letter) - 1) for letter in text)
    whole = re.sub(r"(?<=\d) ", _TIE, letters)
    folded = wrap(whole, width, subsequent_indent=hanging, break_on_hyphens=False)
    return [line.replace(_TIE, " ").replace(_FILLER, "") for line in folded]


def _lines(document: Document, width: int | None) -> Iterator[tuple[str, str]]:
    """Each line and its style."""
    documented = document.index("") if "" in document else len(document)
    for number, part in enumerate(document):
        if isinstance(part, Table):
            yield from _drawn(part, width)
        elif isinstance(part, Fitted):
            yield from ((line, "") for line in wrapped(_shortened(part, width), width))
        elif isinstance(part, Cut):
            yield (part.text if width is None else cut(part.text, width)), part.style
        else:
            room = None if number < documented else width
            for line in wrapped(part, room):
                yield line, "bold" if number == 0 else ""


def _shortened(line: Fitted, width: int | None) -> str:
    if width is None:
        return "".join(line)
    room = width - cells(line.before) - cells(line.after)
    return line.before + shortened(line.name, max(_SHORTEST, room)) + line.after


def _drawn(table: Table, width: int | None) -> Iterator[tuple[str, str]]:
    found = fit(table, width)
    yield from ((line, "bold") for line in wrapped(table.title, width))
    yield from ((line, "dim") for line in found.drawn(table.heading))
    for row in table.rows:
        yield from ((line, "") for line in found.drawn(row))
