"""A report as text: which one is made of the figures, and how it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from kumi.profiles.reports.drawing import coloured, plain

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown

Mode = Literal["summary", "detailed"]

ROWS: Final = 10
"""Rows of a table, where the user does not say how many."""


def render(
    found: Breakdown,
    mode: Mode,
    limit: int | None,
    *,
    as_json: bool,
    width: int | None,
    in_colour: bool,
) -> str:
    """The report, which ends with a line feed. JSON is the same in both modes, whole and plain."""
    if as_json:
        from kumi.profiles.reports.json_report import json_report  # noqa: PLC0415 - one of three

        return json_report(found)
    if mode == "detailed":
        from kumi.profiles.reports.detailed import detailed as report  # noqa: PLC0415 - one of three
    else:
        from kumi.profiles.reports.summary import summary as report  # noqa: PLC0415 - one of three
    return (coloured if in_colour else plain)(report(found, limit or ROWS), width)
