"""`.json`: all figures of the report, the document that `kumi profile --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.json_report import json_report

if TYPE_CHECKING:
    from pathlib import Path

    from kumi.profiles.exports.opened_profile import OpenedProfile


def write_figures(opened: OpenedProfile, path: Path) -> str:
    """Write the figures, in nanoseconds."""
    path.write_text(json_report(opened.found), "utf-8")
    return ""
