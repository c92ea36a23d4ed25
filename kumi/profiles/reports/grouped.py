"""The report of groups: one table, and the same as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from kumi.profiles.grouping import EventGroup
from kumi.profiles.reports.document import Table, paragraphs
from kumi.profiles.reports.sections import LEGEND
from kumi.profiles.reports.wording import duration, ms, name, share

if TYPE_CHECKING:
    from kumi.profiles.engine import Key
    from kumi.profiles.grouping import Grouping
    from kumi.profiles.reports.document import Document

_TITLES: Final = {
    "vm_operation": "Operations (self time)",
    "vm_declaration": "Declarations (total time)",
    "vm_run": "Runs (total time)",
}
_FIGURES: Final = (
    "count", "time ms", "share", "average", "typical", "rows", "p50", "p95", "p99", "longest",
)  # fmt: skip


def grouped_report(found: Grouping, limit: int) -> Document:
    """A table of at most `limit` groups."""
    total = sum(group.total for group in found.groups)
    rows = [(*map(_name, group.names), *_figures(group, total)) for group in found.groups[:limit]]
    if rest := found.groups[limit:]:
        rows.append(_others(rest, total, len(found.by)))
    title = f"{_TITLES[found.kind]} by {', '.join(found.by)}"
    table = Table(title, (*found.by, *_FIGURES), tuple(rows), len(found.by))
    return [table, *paragraphs((LEGEND,))]


def grouped_json(found: Grouping) -> str:
    """All groups in nanoseconds, indented, ending with a line feed."""
    return (
        json.dumps({"by": found.by, "of": found.kind, "groups": _objects(found)}, indent=2) + "\n"
    )


def _objects(found: Grouping) -> list[dict[str, Key]]:
    return [
        {
            **dict(zip(found.by, group.names, strict=True)),
            "count": group.calls,
            "total_ns": group.total,
            "typical_ns": group.typical,
            "rows": group.rows,
            "p50_ns": group.p50,
            "p95_ns": group.p95,
            "p99_ns": group.p99,
            "longest_ns": group.longest,
        }
        for group in found.groups
    ]


def _name(key: Key) -> str:
    return "-" if key is None else name(key)


def _figures(group: EventGroup, total: int) -> tuple[str, ...]:
    percentiles = ("" if ns is None else duration(ns) for ns in (group.p50, group.p95, group.p99))
    return (*_sums(group, total), f"{group.rows:,}", *percentiles, duration(group.longest))


def _sums(group: EventGroup, total: int) -> tuple[str, ...]:
    average = duration(group.total / group.calls)
    typical = duration(group.typical)
    return f"{group.calls:,}", ms(group.total), share(group.total, total), average, typical


def _others(rest: tuple[EventGroup, ...], total: int, names: int) -> tuple[str, ...]:
    """The row that stands for what is not shown, so that nothing is cut in silence."""
    calls, time, rows, typical, longest = map(
        list, zip(*((g.calls, g.total, g.rows, g.typical, g.longest) for g in rest), strict=True)
    )
    first = (f"others ({len(rest):,})", *[""] * (names - 1))
    together = EventGroup(
        first, sum(calls), sum(time), sum(rows), sum(typical), max(longest), None, None, None
    )
    return (*first, *_figures(together, total))
