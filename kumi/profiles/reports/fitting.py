"""How a table finds room on a terminal: names give way first, then figures go below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.letters import cells, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.reports.document import Table

_MARGIN: Final = 2
_GAP: Final = 2
_LEAST: Final = 16
"""A name does not get shorter than this while there is another way."""
_HALF: Final = 4
"""Of figures that take two lines: counts and sums in the first, percentiles in the second."""


class TableFit(NamedTuple):
    """The lines that each row of a table takes: columns, and the blanks before them."""

    lines: tuple[tuple[int, range], ...]
    widths: tuple[int, ...]
    figures: int

    def drawn(self, row: Sequence[str]) -> Iterator[str]:
        """The lines of a row that say something: names to the left, figures to the right."""
        for indent, columns in self.lines:
            padded = (" " * _GAP).join(self._padded(row[column], column) for column in columns)
            if padded.strip():
                yield " " * indent + padded.rstrip()

    @property
    def width(self) -> int:
        """What the longest line takes."""
        return max(
            indent + sum(self.widths[column] + _GAP for column in columns) - _GAP
            for indent, columns in self.lines
        )

    def _padded(self, text: str, column: int) -> str:
        shown = shortened(text, self.widths[column])
        blanks = " " * (self.widths[column] - cells(shown))
        return shown + blanks if column < self.figures else blanks + shown


def fit(table: Table, width: int | None) -> TableFit:
    """The first way that fits, and keeps names readable; a line a row where `width` is None."""
    widths = [max(map(cells, column)) for column in zip(table.heading, *table.rows, strict=True)]
    found = TableFit(((_MARGIN, range(len(widths))),), tuple(widths), table.figures)
    if width is None or found.width <= width:
        return found
    for way in _ways(table.figures, len(widths)):
        found = _placed(way, list(widths), table.figures, width)
        short = [new for new, old in zip(found.widths, widths, strict=True) if new < old]
        if found.width <= width and min(short, default=_LEAST) >= _LEAST:
            break
    return found


def _ways(figures: int, end: int) -> Iterator[list[range]]:
    """Which columns stand together in a line, the narrowest way last."""
    half = min(figures + _HALF, end)
    yield [range(end)]
    if half < end:
        yield [range(half), range(half, end)]
    yield [range(figures), range(figures, end)]
    if half < end:
        yield [range(figures), range(figures, half), range(half, end)]


def _placed(way: list[range], widths: list[int], figures: int, width: int) -> TableFit:
    """The columns of a way, names as wide as there is room for."""
    if way[-1].start > figures:  # percentiles stand right below the sums
        for column in way[-1]:
            widths[column] = widths[column - _HALF] = max(widths[column], widths[column - _HALF])
    beside = sum(widths[column] + _GAP for column in range(figures, way[0].stop))
    room = width - _MARGIN - beside - _GAP * (figures - 1)
    widths[:figures] = _levelled(widths[:figures], room)
    names = _MARGIN + sum(each + _GAP for each in widths[:figures])
    below = names if beside else 2 * _MARGIN
    lines = [(below if number else _MARGIN, columns) for number, columns in enumerate(way)]
    return TableFit(tuple(lines), tuple(widths), figures)


def _levelled(widths: list[int], room: int) -> list[int]:
    """The widths cut down to a common one, so that together they fit."""
    rest = sorted(widths)
    while rest and rest[0] * len(rest) <= room:
        room -= rest.pop(0)
    if not rest:
        return widths
    level = max(1, room // len(rest))
    return [min(each, level) for each in widths]
