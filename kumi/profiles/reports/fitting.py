"""How a table is fitted to a terminal: which columns stand in which line, and how wide.

A terminal folds a line that is too long wherever it ends, and columns are lost. Figures must not be
cut, since a part of a number is another number. Names may be: their beginning and end tell most of
them apart. So names are shortened first, as long as 16 columns are left of each. Then a row takes
two lines or three, one below the other. On 80 columns:

    schema        target                 count  time ms    share  average
                                           p50      p95      p99     most
    OrderPricing  lines.line.quantity        2  18.9640   66.6 %  9.48 ms
                                       7.49 ms  11.4 ms  11.5 ms  12.5 ms

The first 2 of these 10 columns are names, 4 more are sums, and then come percentiles, each as wide
as the sum above it. The `lines` of this TableFit are `((2, range(0, 6)), (37, range(6, 10)))`: how
many blanks a line begins with, and which columns follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.letters import cells, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.reports.document import Table

_MARGIN: Final = 2
_GAP: Final = 2
_SHORTEST_NAME: Final = 16
"""A name does not get shorter than this while there is another way."""
_SUMS: Final = 4
"""Of the figures: count, time, share and average. Percentiles follow."""


class TableFit(NamedTuple):
    """The lines that each row of a table takes: blanks before them, and columns in them."""

    lines: tuple[tuple[int, range], ...]
    widths: tuple[int, ...]
    names: int

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
        return shown + blanks if column < self.names else blanks + shown


def fit(table: Table, width: int | None) -> TableFit:
    """The first way that fits, and keeps names readable; a line a row where `width` is None."""
    widths = [max(map(cells, column)) for column in zip(table.heading, *table.rows, strict=True)]
    found = TableFit(((_MARGIN, range(len(widths))),), tuple(widths), table.names)
    if width is None or found.width <= width:
        return found
    for way in _ways(table.names, len(widths)):
        found = _placed(way, list(widths), table.names, width)
        short = [new for new, old in zip(found.widths, widths, strict=True) if new < old]
        if found.width <= width and min(short, default=_SHORTEST_NAME) >= _SHORTEST_NAME:
            break
    return found


def _ways(names: int, end: int) -> Iterator[list[range]]:
    """Which columns stand together in a line, the narrowest way last.

    >>> [list(map(list, way)) for way in _ways(1, 3)]
    [[[0, 1, 2]], [[0], [1, 2]]]
    """
    sums = min(names + _SUMS, end)
    yield [range(end)]
    if sums < end:
        yield [range(sums), range(sums, end)]
    yield [range(names), range(names, end)]
    if sums < end:
        yield [range(names), range(names, sums), range(sums, end)]


def _placed(way: list[range], widths: list[int], names: int, width: int) -> TableFit:
    """The columns of a way, names as wide as there is room for."""
    if way[-1].start > names:  # percentiles stand right below the sums
        for column in way[-1]:
            above = column - _SUMS
            widths[column] = widths[above] = max(widths[column], widths[above])
    beside = sum(widths[column] + _GAP for column in range(names, way[0].stop))
    room = width - _MARGIN - beside - _GAP * (names - 1)
    widths[:names] = _levelled(widths[:names], room)
    below = _MARGIN + sum(each + _GAP for each in widths[:names]) if beside else 2 * _MARGIN
    lines = [(below if number else _MARGIN, columns) for number, columns in enumerate(way)]
    return TableFit(tuple(lines), tuple(widths), names)


def _levelled(widths: list[int], room: int) -> list[int]:
    """The widths cut down to a common one, so that together they fit.

    Short names keep their width, and only longer ones share what is left: of 30 columns a name of 6
    takes 6, and two others 12 each.

    >>> _levelled([20, 6, 40], 30)
    [12, 6, 12]
    """
    rest = sorted(widths)
    while rest and rest[0] * len(rest) <= room:
        room -= rest.pop(0)
    if not rest:
        return widths
    level = max(1, room // len(rest))
    return [min(each, level) for each in widths]
