"""A report before it is drawn: lines and tables, and how names and figures are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kumi.letters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.line_counts import LineCounts


class Table(NamedTuple):
    """A title, a heading and rows of text. Columns from `figures` on are drawn to the right."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: int = 1


Page: TypeAlias = "list[str | Table]"

_ROUNDS_TO_ONE = 0.9995  # with three digits
_FOUR_DIGITS = 999.5


def name(text: object) -> str:
    """A name from a file, with whatever is not printable escaped."""
    return visible(str(text))


def ms(ns: int) -> str:
    """Milliseconds with four decimals."""
    return f"{ns / 1e6:.4f}"


def span(ns: float) -> str:
    """A duration in the unit that suits it."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        number = ns / size
        if number >= _ROUNDS_TO_ONE:
            return f"{number:.3g} {unit}" if number < _FOUR_DIGITS else f"{number:,.0f} {unit}"
    return f"{ns:.0f} ns"


def share(part: float, of: float) -> str:
    """A part in percent; nothing of nothing is nothing."""
    percent = 100 * part / of if of else 0
    return "<0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"  # noqa: PLR2004 - would show as 0.0


def count(number: int, what: str, ending: str = "s") -> str:
    """`1 line`, `1,200 lines`."""
    return f"{number:,} {what}{'' if number == 1 else ending}"


def malformed(lines: LineCounts) -> Iterator[str]:
    """How many lines could not be read, and where the first is; nothing where all could."""
    if lines.first_malformed:
        file, number = lines.first_malformed
        yield f"Malformed: {count(lines.malformed, 'line')}, the first at {name(file)}:{number}"


def size(number: int) -> str:
    """Bytes as MiB."""
    return f"{number / 2**20:,.1f} MiB"


def paragraphs(*parts: Iterable[str | Table]) -> Page:
    """The parts that have something to say, an empty line before each."""
    page: Page = []
    for part in parts:
        if said := list(part):
            page += ["", *said]
    return page
