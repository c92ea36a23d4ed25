"""Reports on standard output, as `kumi profile`, `kumi record` and `kumi demo` show them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from kumi.cli.terminal import emit, width
from kumi.profiles.reports.drawing import coloured, plain
from kumi.profiles.reports.rendering import render

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.reports.document import Document
    from kumi.profiles.reports.rendering import Mode


class AskedReport(NamedTuple):
    """Which report: groups where `by` has keys, else what `mode` says; and how it is made."""

    mode: str
    by: tuple[str, ...]
    sort: str
    limit: int | None
    as_json: bool
    calibrated: bool


def show_document(document: Document) -> None:
    """Print a document, drawn as reports are."""
    columns, in_colour = _terminal()
    emit((coloured if in_colour else plain)(document, columns))


def show_report(found: Breakdown, mode: Mode, limit: int | None, *, as_json: bool) -> None:
    """Print the report: on a terminal as wide as that is, and in colours unless NO_COLOR is set."""
    columns, in_colour = _terminal()
    emit(render(found, mode, limit, as_json=as_json, width=columns, in_colour=in_colour))


def _terminal() -> tuple[int | None, bool]:
    """Columns of standard output, None where it is no terminal; and whether it gets colours."""
    columns = width(sys.stdout)
    return columns, columns is not None and not os.environ.get("NO_COLOR")
