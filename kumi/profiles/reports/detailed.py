"""The detailed report: the summary, then every operation, type, declaration and phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.page import Table, ms, name, paragraphs, span
from kumi.profiles.reports.summary import (
    LEGEND,
    declarations,
    first_lines,
    remarks,
    runs,
    totals,
)
from kumi.profiles.reports.tables import described, grouped

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.engine import Group
    from kumi.profiles.reports.page import Page


def detailed(found: Breakdown, limit: int) -> Page:
    """The detailed report, with at most `limit` rows a table."""
    return [
        *first_lines(found),
        *paragraphs(
            totals(found),
            _hotspots(found, limit),
            grouped("Operation types", ("operation",), found.types, limit),
            runs(found, limit),
            declarations(found, limit),
            grouped("Phases", ("phase", "schema"), found.phases, limit),
            _pauses(found),
            remarks(found),
            (LEGEND,),
        ),
    ]


def _pauses(found: Breakdown) -> list[str | Table]:
    """What interrupted calculations, by cause."""
    rows = tuple(
        (name(p.cause), f"{p.calls:,}", ms(p.total), span(p.longest)) for p in found.pauses
    )
    heading = ("cause", "count", "time ms", "longest")
    return [Table("Pauses", heading, rows)] if rows else []


def _hotspots(found: Breakdown, limit: int) -> list[str | Table]:
    """Operations by schema, declaration, index and operation."""
    titles = {hotspot.group.keys: described(hotspot) for hotspot in found.hotspots}

    def names(group: Group) -> tuple[str, ...]:
        schema, _, declaration, index, _ = group.keys
        place = "" if declaration is None else name(declaration)
        return (name(schema), place, "" if index is None else str(index), titles[group.keys])

    groups = [hotspot.group for hotspot in found.hotspots]
    return grouped(
        "Hotspots", ("schema", "declaration", "index", "operation"), groups, limit, names
    )
