"""The sections that the summary and the detailed report have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.tables import tally_table
from kumi.profiles.reports.wording import count, ms, name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.engine import Tally
    from kumi.profiles.reports.document import Table

HOW_TO_GET_OPERATIONS: Final = (
    "No operations in this profile: KUMI_PROFILE_OPS=1 records them, as `kumi record` does."
)
_NO_RUN: Final = "No run in this profile: no schema ran while it was recorded."
LEGEND: Final = (
    "Time: self for operations (the operation alone); total for runs, declarations\n"
    "and phases (with everything inside). p50: half of them took at most this long;\n"
    "p95 and p99 likewise."
)


def first_lines(found: Breakdown, limit: int) -> Iterator[str]:
    """The lines that scripts may rely on; one for all schemas past `limit`."""
    schemas = ", ".join(name(schema.names[0]) for schema in found.schemas) or "none"
    yield f"Total operations: {found.operations} ({ms(found.total)}ms)"
    yield f"Schemas analyzed: {schemas}"
    for schema in found.schemas[:limit]:
        yield f"  {name(schema.names[0])}: {schema.calls} operations, {ms(schema.total)}ms"
    if rest := found.schemas[limit:]:
        calls, total = sum(each.calls for each in rest), sum(each.total for each in rest)
        yield f"  others ({len(rest)}): {calls} operations, {ms(total)}ms"


def totals(found: Breakdown) -> Iterator[str]:
    """How many events, runs and failures there were."""
    yield "Events: " + ", ".join(f"{n:,} {kind}" for kind, n in found.lines.events.items())
    number = sum(run.calls for run in found.runs)
    if number:
        yield f"Runs: {number:,} ({ms(found.run_total)}ms)"
    for failure in found.failures:
        schema, error = map(name, failure.names)
        yield f"Failed: {count(failure.calls, 'run')} of {schema} with {error}"
    if not found.operations:
        yield why_no_operations(found.lines.events)


def why_no_operations(events: Mapping[str, int]) -> str:
    """What is said where there is none: they do not pass, were not recorded, or nothing ran."""
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
    heading = ("schema", "declaration")
    return tally_table("Declarations", heading, found.declarations, limit, _declaration)


def _declaration(tally: Tally) -> tuple[str, ...]:
    schema, declaration, _ = map(name, tally.keys)
    return schema, declaration
