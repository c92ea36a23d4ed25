"""A page as text: plain for files and pipes, with colours on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.page import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.reports.page import Page


def plain(page: Page) -> str:
    """The page, columns aligned with blanks; ends with a line feed."""
    return "".join(f"{line}\n" for line, _ in _lines(page))


def coloured(page: Page) -> str:
    """The same text for a terminal: titles bold, headings dim."""
    from rich.console import Console  # noqa: PLC0415 - 100 ms that only a terminal is worth
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(soft_wrap=True, highlight=False)
    with console.capture() as capture:
        for line, style in _lines(page):
            console.print(Text(line, style))
    return capture.get()


def _lines(page: Page) -> Iterator[tuple[str, str]]:
    """Each line and its style."""
    for number, part in enumerate(page):
        if isinstance(part, Table):
            yield from _drawn(part)
        else:
            yield part, "bold" if number == 0 else ""


def _drawn(table: Table) -> Iterator[tuple[str, str]]:
    widths = [max(map(len, column)) for column in zip(table.heading, *table.rows, strict=True)]
    yield table.title, "bold"
    yield _row(table.heading, widths, table.figures), "dim"
    for row in table.rows:
        yield _row(row, widths, table.figures), ""


def _row(cells: tuple[str, ...], widths: list[int], figures: int) -> str:
    padded = (
        cell.ljust(width) if number < figures else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return ("  " + "  ".join(padded)).rstrip()
