"""The summary: what ran, which schemas it was, what it was spent on, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.losses import losses, unfinished
from kumi.profiles.reports.page import (
    Table,
    count,
    malformed,
    ms,
    name,
    paragraphs,
    share,
    size,
    span,
)
from kumi.profiles.reports.tables import described, part_table, tally_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kumi.profiles.breakdown import Breakdown, Hotspot, OperandShares
    from kumi.profiles.engine import Tally
    from kumi.profiles.reports.page import Page

_TITLES: Final = {
    "Ref": ("Reference operations", ("schema", "target")),
    "Map": ("Map operations", ("schema", "function")),
    "LoadInput": ("LoadInput operations", ("schema", "input path")),
}
_INSIGHTS: Final = 3
HOW_TO_GET_OPERATIONS: Final = (
    "No operations in this profile: KUMI_PROFILE_OPS=1 records them, as `kumi record` does."
)
_NO_RUN: Final = "No run in this profile: no schema ran while it was recorded."
LEGEND: Final = (
    "Time: self for operations (the operation alone); total for runs, declarations\n"
    "and phases (with everything inside). p50: half of them took at most this long;\n"
    "p95 and p99 likewise."
)


def summary(found: Breakdown, limit: int) -> Page:
    """The summary, with at most `limit` rows a table."""
    return [
        *first_lines(found),
        *paragraphs(
            totals(found),
            runs(found, limit),
            () if found.operations else declarations(found, limit),
            *(_spent_on(found, shares, limit) for shares in found.operand_shares),
            _insights(found),
            remarks(found),
            (LEGEND,),
        ),
    ]


def first_lines(found: Breakdown) -> Iterator[str]:
    """The lines that scripts may rely on."""
    schemas = ", ".join(name(schema.names[0]) for schema in found.schemas) or "none"
    yield f"Total operations: {found.operations} ({ms(found.total)}ms)"
    yield f"Schemas analyzed: {schemas}"
    for schema in found.schemas:
        yield f"  {name(schema.names[0])}: {schema.calls} operations, {ms(schema.total)}ms"


def totals(found: Breakdown) -> Iterator[str]:
    """How many of what, and how much of the script's time it was."""
    yield "Events: " + ", ".join(f"{n:,} {kind}" for kind, n in found.lines.events.items())
    number = sum(run.calls for run in found.runs)
    if number:
        yield f"Runs: {number:,} ({ms(found.run_total)}ms)"
    if found.script is not None:
        yield f"Script: {ms(found.script)}ms, {share(found.run_total, found.script)} of it in runs"
    for failure in found.failures:
        schema, error = map(name, failure.names)
        yield f"Failed: {count(failure.calls, 'run')} of {schema} with {error}"
    if not found.operations:
        yield _why_no_operations(found.lines.events)


def _why_no_operations(events: Mapping[str, int]) -> str:
    if "vm_operation" in events:
        return "No operation passes the filters."
    return HOW_TO_GET_OPERATIONS if "vm_run" in events else _NO_RUN


def runs(found: Breakdown, limit: int) -> list[str | Table]:
    """Runs by schema."""
    operations = {schema.names[0]: schema.calls for schema in found.schemas}

    def names(run: Tally) -> tuple[str, ...]:
        schema = str(run.keys[0])
        return (name(schema), f"{operations[schema] / run.calls:,.4g}")

    return tally_table("Runs by schema", ("schema", "operations/run"), found.runs, limit, names)


def declarations(found: Breakdown, limit: int) -> list[str | Table]:
    """Declarations with their schemas."""
    return tally_table("Declarations", ("schema", "declaration"), found.declarations, limit)


def remarks(found: Breakdown) -> Iterator[str]:
    """What the figures above do not say of themselves: losses, and the cost of measuring."""
    lines = found.lines
    if found.memory:
        first, last, peak, snapshots = found.memory
        yield (
            f"Memory: {size(first)} at the first of {count(snapshots, 'snapshot')}, {size(last)} "
            f"at the last ({(last - first) / 2**20:+,.1f} MiB), {size(peak)} at most"
        )
    if found.clock:
        yield (
            f"Clock: {count(found.clock.readings, 'reading')} took about "
            f"{ms(found.clock.total)}ms, {share(found.clock.total, found.total)} of the "
            "operations' time (included above: times are raw)"
        )
    yield from losses(found.dropped)
    yield from unfinished(found.processes)
    yield from malformed(lines)
    if lines.other:
        yield f"Unknown events: {count(lines.other, 'line')}, not counted above"


def _spent_on(found: Breakdown, shares: OperandShares, limit: int) -> list[str | Table]:
    title, heading = _TITLES[shares.operation]
    average = span(shares.total / shares.calls)
    line = (
        f"{title}: {shares.calls:,} ({share(shares.calls, found.operations)}), "
        f"{ms(shares.total)}ms ({share(shares.total, found.total)} of the time), "
        f"{average} each"
    )
    if not shares.parts:
        return [line]
    [table] = part_table(line, heading, shares.parts, shares.total, limit)
    return [table]


def _insights(found: Breakdown) -> Iterator[str]:
    hotspots = [spot for spot in found.hotspots[:_INSIGHTS] if spot.tally.total]
    if hotspots:
        yield "Key insights"
    for number, hotspot in enumerate(hotspots, 1):
        yield f"  {number}. {_insight(hotspot, found.total)}"


def _insight(hotspot: Hotspot, total: int) -> str:
    tally = hotspot.tally
    schema, _, declaration, index, _ = tally.keys
    where = name(schema) if declaration is None else f"{name(schema)}.{name(declaration)}"
    at = "" if index is None else f" (operation {index})"
    times = count(tally.calls, "time")
    return (
        f"{where}: {described(hotspot)}{at} takes {share(tally.total, total)} of the time: "
        f"{times}, {span(tally.total / tally.calls)} on average"
    )
