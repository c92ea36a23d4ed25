"""The tables that reports share: parts, and groups with their percentiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.page import Table, ms, name, share, span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.profiles.breakdown import Hotspot, Part
    from kumi.profiles.engine import Group

_GROUP_HEADING = ("count", "time ms", "share", "average", "p50", "p95", "p99", "longest")


def grouped(
    title: str,
    heading: tuple[str, ...],
    groups: Sequence[Group],
    limit: int,
    names: Callable[[Group], tuple[str, ...]] | None = None,
) -> list[str | Table]:
    """Groups with share, average and percentiles; nothing where there are none."""
    if not groups:
        return []
    total = sum(group.total for group in groups)
    named = names or _names
    rows = [(*named(group), *_figures(group, total)) for group in groups[:limit]]
    if rest := groups[limit:]:
        calls, time = sum(g.calls for g in rest), sum(g.total for g in rest)
        rows.append(_others(len(rest), calls, time, total, len(heading), blank=4))
    return [Table(title, (*heading, *_GROUP_HEADING), tuple(rows), len(heading))]


def shared(
    title: str, heading: tuple[str, ...], parts: Sequence[Part], total: int, limit: int
) -> list[str | Table]:
    """Parts with their share of `total`; nothing where there are none."""
    if not parts:
        return []
    rows = [
        (*map(name, part.names), *_sums(part.calls, part.total, total)) for part in parts[:limit]
    ]
    if rest := parts[limit:]:
        calls, time = sum(part.calls for part in rest), sum(part.total for part in rest)
        rows.append(_others(len(rest), calls, time, total, len(heading), blank=0))
    return [Table(title, (*heading, *_GROUP_HEADING[:4]), tuple(rows), len(heading))]


def described(hotspot: Hotspot) -> str:
    """The operation as `kumi ops` and spans call it: with its function or operand."""
    operation, function = hotspot.group.keys[1], hotspot.group.keys[4]
    operand = hotspot.operand if function is None else function
    return name(operation if operand is None else f"{operation} {operand}")


def _names(group: Group) -> tuple[str, ...]:
    return tuple("" if key is None else name(key) for key in group.keys)


def _figures(group: Group, total: int) -> tuple[str, ...]:
    percentiles = map(span, (group.p50, group.p95, group.p99, group.longest))
    return (*_sums(group.calls, group.total, total), *percentiles)


def _sums(calls: int, time: int, total: int) -> tuple[str, ...]:
    return (f"{calls:,}", ms(time), share(time, total), span(time / calls if calls else 0))


def _others(
    number: int, calls: int, time: int, total: int, names: int, *, blank: int
) -> tuple[str, ...]:
    """The row that stands for what is not shown, so that nothing is cut in silence."""
    first = (f"others ({number:,})", *[""] * (names - 1))
    return (*first, *_sums(calls, time, total), *[""] * blank)
