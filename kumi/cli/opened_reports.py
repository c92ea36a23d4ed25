"""Reports that are made of a profile while it is open: groups, the tree, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.cli.progress import reading
from kumi.cli.show_report import show_document
from kumi.cli.terminal import emit, say
from kumi.profiles.exports.opened_profile import opened_profile
from kumi.profiles.reports.remarks import malformed
from kumi.profiles.reports.rendering import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.cli.show_report import AskedReport
    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.exports.opened_profile import OpenedProfile
    from kumi.profiles.filters import Filters
    from kumi.profiles.reports.document import Document


def show_opened(files: Sequence[str], filters: Filters, asked: AskedReport) -> Breakdown:
    """Print the report, and say of lines that could not be read on standard error; the figures."""
    by_run = "run" in asked.by
    calibrated = asked.calibrated
    opening = opened_profile(files, filters, calibrated=calibrated, by_run=by_run)
    with reading(), opening as opened:
        document, as_json = _made(opened, asked)
    if asked.as_json:
        emit(as_json)
    else:
        show_document(document)
    for remark in malformed(opened.found.lines):
        say(remark, err=True)
    return opened.found


def _made(opened: OpenedProfile, asked: AskedReport) -> tuple[Document, str]:
    """The report as a document, and as JSON."""
    if asked.by:
        return _groups(opened, asked)
    return _tree(opened, asked) if asked.mode == "tree" else _source(opened, asked)


def _groups(opened: OpenedProfile, asked: AskedReport) -> tuple[Document, str]:
    from kumi.profiles.grouping import grouped  # noqa: PLC0415 - one of three
    from kumi.profiles.ordering import ordered  # noqa: PLC0415 - one of three
    from kumi.profiles.reports.grouped import grouped_json, grouped_report  # noqa: PLC0415 - one of three

    starts = opened.profiles.starts
    found = grouped(opened.engine, [*starts, *opened.described], asked.by)
    found = found._replace(groups=ordered(found.groups, asked.sort))
    return grouped_report(found, asked.limit or ROWS), grouped_json(found)


def _tree(opened: OpenedProfile, asked: AskedReport) -> tuple[Document, str]:
    from kumi.profiles.call_tree import call_trees  # noqa: PLC0415 - one of three
    from kumi.profiles.operand_names import OperandNames  # noqa: PLC0415 - one of three
    from kumi.profiles.reports.tree_text import tree_json, tree_report  # noqa: PLC0415 - one of three

    found = call_trees(opened.engine, OperandNames(opened.described), asked.sort)
    return tree_report(found, asked.limit or ROWS), tree_json(found)


def _source(opened: OpenedProfile, asked: AskedReport) -> tuple[Document, str]:
    from kumi.profiles.reports.source_text import source_json, source_report  # noqa: PLC0415 - one of three
    from kumi.profiles.source_lines import schema_sources  # noqa: PLC0415 - one of three

    found = schema_sources(opened.engine, opened.described)
    return source_report(found, asked.limit or ROWS), source_json(found)
