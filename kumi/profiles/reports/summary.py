"""The summary: what ran, which schemas it was, what it was spent on, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.document import paragraphs
from kumi.profiles.reports.remarks import remarks
from kumi.profiles.reports.sections import LEGEND, declarations, first_lines, runs, totals
from kumi.profiles.reports.tables import described, part_table
from kumi.profiles.reports.wording import count, duration, ms, name, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.breakdown import Breakdown, Hotspot, OperandShares
    from kumi.profiles.reports.document import Document, Table

_TITLES: Final = {
    "Ref": ("Reference operations", ("schema", "target")),
    "Map": ("Map operations", ("schema", "function")),
    "LoadInput": ("LoadInput operations", ("schema", "input path")),
}
_INSIGHTS: Final = 3


def summary(found: Breakdown, limit: int) -> Document:
    """The summary, with at most `limit` rows a table."""
    return [
        *first_lines(found),
        *paragraphs(
            totals(found),
            runs(found, limit),
            () if found.operations else declarations(found, limit),
            *(_spent_on(found, shares, limit) for shares in found.operand_shares),
            _insights(found),
            remarks(found),
            (LEGEND,),
        ),
    ]


def _spent_on(found: Breakdown, shares: OperandShares, limit: int) -> list[str | Table]:
    title, heading = _TITLES[shares.operation]
    average = duration(shares.total / shares.calls)
    line = (
        f"{title}: {shares.calls:,} ({share(shares.calls, found.operations)}), "
        f"{ms(shares.total)}ms ({share(shares.total, found.total)} of the time), "
        f"{average} each"
    )
    if not shares.parts:
        return [line]
    [table] = part_table(line, heading, shares.parts, shares.total, limit)
    return [table]


def _insights(found: Breakdown) -> Iterator[str]:
    hotspots = [spot for spot in found.hotspots[:_INSIGHTS] if spot.tally.total]
    if hotspots:
        yield "Key insights"
    for number, hotspot in enumerate(hotspots, 1):
        yield f"  {number}. {_insight(hotspot, found.total)}"


def _insight(hotspot: Hotspot, total: int) -> str:
    tally = hotspot.tally
    schema, _, declaration, index, _ = tally.keys
    where = name(schema) if declaration is None else f"{name(schema)}.{name(declaration)}"
    at = "" if index is None else f" (operation {index})"
    times = count(tally.calls, "time")
    return (
        f"{where}: {described(hotspot)}{at} takes {share(tally.total, total)} of the time: "
        f"{times}, {duration(tally.total / tally.calls)} on average"
    )
