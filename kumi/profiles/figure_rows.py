"""Rows of the statements that make figures, as tuples: the same whichever database gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.profiles.engine import Distribution, LongReading, Tally
from kumi.profiles.typical import GROUPS, usual

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.profiles.engine import Key

Longest = tuple[int, int | None, str | None]
"""One of the longest readings: nanoseconds, when it began, and in which run."""


def ranks() -> dict[str, str]:
    """The parts of `sql/distributions.sql` that ask for medians, by name."""
    return {"medians": ", ".join(map(_median, range(GROUPS))), "usual": _rank("ninth")}


def _median(group: int) -> str:
    """The median of a group, NULL where there are fewer groups."""
    return f"CASE WHEN {group} < any_value(number) THEN min(ns) FILTER (seen > {_rank(group)}) END"


def _rank(group: int | str) -> str:
    """The rank of a group's median: the one that `kumi.profiles.typical.groups` says."""
    start = f"{group} * size + least({group}, larger)"
    return f"{start} + (size + ({group} < larger)::INT + 1) // 2 - 1"


def tally(keys: tuple[Key, ...], figures: Sequence[Any]) -> Tally:
    """What stands behind the keys in a row of `sql/tallies.sql`."""
    *numbers, cpu = figures
    calls, total, visited, longest, p50, p95, p99 = map(int, numbers)
    spent = None if cpu is None else int(cpu)
    return Tally(keys, calls, total, visited, longest, p50, p95, p99, spent)


def distribution(
    keys: tuple[Key, ...], figures: Sequence[Any], longest: Iterable[Longest]
) -> Distribution:
    """What stands behind the keys in a row of `sql/distributions.sql`, its last column read."""
    calls, rows, found, pauses, excess = figures
    of = usual(found)
    named = tuple([LongReading(ns, ns - of, started, run) for ns, started, run in longest])
    return Distribution(keys, int(calls), int(rows), tuple(found), int(pauses), int(excess), named)
