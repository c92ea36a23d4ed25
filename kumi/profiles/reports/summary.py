"""The summary: what ran, which schemas it was, what it was spent on, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.document import paragraphs
from kumi.profiles.reports.first_screen import pauses_and_advice, places, script_time
from kumi.profiles.reports.remarks import remarks
from kumi.profiles.reports.sections import LEGEND, declarations, first_lines, runs, totals
from kumi.profiles.reports.tables import part_table
from kumi.profiles.reports.wording import duration, ms, share

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown, OperandShares
    from kumi.profiles.reports.document import Document, Table

_TITLES: Final = {
    "Ref": ("Reference operations", ("schema", "target")),
    "Map": ("Map operations", ("schema", "function")),
    "LoadInput": ("LoadInput operations", ("schema", "input path")),
}


def summary(found: Breakdown, limit: int) -> Document:
    """The summary, with at most `limit` rows a table."""
    return [
        *first_lines(found, limit),
        *paragraphs(
            script_time(found.findings.script),
            places(found),
            pauses_and_advice(found),
            totals(found),
            runs(found, limit),
            () if found.operations else declarations(found, limit),
            *(_spent_on(found, shares, limit) for shares in found.operand_shares),
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
    if not shares.parts or not shares.total:  # what is free is said in one line
        return [line]
    [table] = part_table(line, heading, shares.parts, shares.total, limit)
    return [table]
