"""The report of a profile as text, as `kumi profile`, `kumi record` and `kumi demo` show it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, Literal

from kumi.cli.terminal import width
from kumi.profiles.reports.drawing import coloured, plain

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown

Mode = Literal["summary", "detailed"]

ROWS: Final = 10
"""Rows of a table, where the user does not say how many."""


def draw(found: Breakdown, mode: Mode, limit: int | None, *, as_json: bool) -> str:
    """The report as text for this standard output."""
    if as_json:
        from kumi.profiles.reports.json_report import json_report  # noqa: PLC0415 - seldom asked for

        return json_report(found)
    if mode == "detailed":
        from kumi.profiles.reports.detailed import detailed as report  # noqa: PLC0415 - one of two
    else:
        from kumi.profiles.reports.summary import summary as report  # noqa: PLC0415 - one of two
    columns = width(sys.stdout)
    in_colour = columns is not None and not os.environ.get("NO_COLOR")
    return (coloured if in_colour else plain)(report(found, limit or ROWS), columns)
