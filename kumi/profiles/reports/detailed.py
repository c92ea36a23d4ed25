"""The detailed report: the summary, then every operation, type, declaration and phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.document import Table, paragraphs
from kumi.profiles.reports.first_screen import pauses_and_advice, places, script_time
from kumi.profiles.reports.remarks import remarks
from kumi.profiles.reports.sections import LEGEND, declarations, first_lines, runs, totals
from kumi.profiles.reports.tables import described, tally_table
from kumi.profiles.reports.wording import duration, ms, name

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.engine import Tally
    from kumi.profiles.reports.document import Document


def detailed(found: Breakdown, limit: int) -> Document:
    """The detailed report, with at most `limit` rows a table."""
    return [
        *first_lines(found, limit),
        *paragraphs(
            script_time(found.findings.script),
            places(found),
            pauses_and_advice(found),
            totals(found),
            _hotspots(found, limit),
            tally_table("Operation types", ("operation",), found.types, limit),
            runs(found, limit),
            declarations(found, limit),
            tally_table("Phases", ("phase", "schema"), found.phases, limit),
            _pauses(found),
            remarks(found),
            (LEGEND,),
        ),
    ]


def _pauses(found: Breakdown) -> list[str | Table]:
    """What interrupted calculations, by cause."""
    rows = tuple(
        (name(p.cause), f"{p.calls:,}", ms(p.total), duration(p.longest)) for p in found.pauses
    )
    heading = ("cause", "count", "time ms", "longest")
    return [Table("Pauses", heading, rows)] if rows else []


def _hotspots(found: Breakdown, limit: int) -> list[str | Table]:
    """Operations by schema, declaration, index and operation."""
    titles = {hotspot.tally.keys: described(hotspot) for hotspot in found.hotspots}

    def names(tally: Tally) -> tuple[str, ...]:
        schema, _, declaration, index, *_ = tally.keys
        place = "" if declaration is None else name(declaration)
        return (name(schema), place, "" if index is None else str(index), titles[tally.keys])

    tallies = [hotspot.tally for hotspot in found.hotspots]
    return tally_table(
        "Hotspots", ("schema", "declaration", "index", "operation"), tallies, limit, names
    )
