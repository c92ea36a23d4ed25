"""The tables that reports share: parts, and tallies with their percentiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.reports.document import Table
from kumi.profiles.reports.wording import duration, ms, name, share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.profiles.breakdown import Hotspot, Part
    from kumi.profiles.engine import Tally

_FIGURES = ("count", "time ms", "share", "average", "p50", "p95", "p99", "longest")
_BESIDE_TIME = 2


def tally_table(
    title: str,
    heading: tuple[str, ...],
    tallies: Sequence[Tally],
    limit: int,
    names: Callable[[Tally], tuple[str, ...]] | None = None,
) -> list[str | Table]:
    """Tallies with share, average and percentiles; nothing where there are none.

    Beside their time stands that of the processor, where one of them says it.
    """
    if not tallies:
        return []
    total = sum(tally.total for tally in tallies)
    named = names or _names
    rows = [(*named(tally), *_figures(tally, total)) for tally in tallies[:limit]]
    cpu = [_cpu(tally.cpu) for tally in tallies[:limit]]
    if rest := tallies[limit:]:
        calls, time = sum(each.calls for each in rest), sum(each.total for each in rest)
        rows.append(_others(len(rest), calls, time, total, len(heading), blank=4))
        known = [each.cpu for each in rest if each.cpu is not None]
        cpu.append(_cpu(sum(known) if known else None))
    head = (*heading, *_FIGURES)
    if any(tally.cpu is not None for tally in tallies):
        at = len(heading) + _BESIDE_TIME
        head = (*head[:at], "CPU ms", *head[at:])
        rows = [(*row[:at], of, *row[at:]) for row, of in zip(rows, cpu, strict=True)]
    return [Table(title, head, tuple(rows), len(heading))]


def part_table(
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
    return [Table(title, (*heading, *_FIGURES[:4]), tuple(rows), len(heading))]


def described(hotspot: Hotspot) -> str:
    """The operation as `kumi ops` and spans call it: with its function or operand."""
    operation, function = hotspot.tally.keys[1], hotspot.tally.keys[4]
    operand = hotspot.operand if function is None else function
    return name(operation if operand is None else f"{operation} {operand}")


def _cpu(ns: int | None) -> str:
    return "" if ns is None else ms(ns)


def _names(tally: Tally) -> tuple[str, ...]:
    return tuple("" if key is None else name(key) for key in tally.keys)


def _figures(tally: Tally, total: int) -> tuple[str, ...]:
    percentiles = map(duration, (tally.p50, tally.p95, tally.p99, tally.longest))
    return (*_sums(tally.calls, tally.total, total), *percentiles)


def _sums(calls: int, time: int, total: int) -> tuple[str, ...]:
    return (f"{calls:,}", ms(time), share(time, total), duration(time / calls if calls else 0))


def _others(
    number: int, calls: int, time: int, total: int, names: int, *, blank: int
) -> tuple[str, ...]:
    """The row that stands for what is not shown, so that nothing is cut in silence."""
    first = (f"others ({number:,})", *[""] * (names - 1))
    return (*first, *_sums(calls, time, total), *[""] * blank)
