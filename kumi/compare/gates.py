"""Gates: what a comparison must not show, or the build fails.

`operations` asks for equal counts. They are exact, so it never errs. It trips in both directions:
a count that fell may be a saving, or a test that no longer runs, and somebody should look.

`time=10%` asks that the runs of no schema take that much longer, and, where there are several
measurements a side, no single operation. Less than 5 % is not told from noise, and not taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.compare.verdicts import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.compare.comparison import ComparedOperation, ComparedSchema, Comparison
    from kumi.compare.verdicts import Times

_TIME: Final = re.compile(r"time=(\d+(?:\.\d*)?)\s*%")
_LEAST: Final = 100 * SMALL.part


class Gate(NamedTuple):
    """A gate as it was written; `part` is None for counts, else how much slower is too much."""

    text: str
    part: float | None


class Passed(NamedTuple):
    """A gate, and why it tripped: nothing where it did not."""

    gate: Gate
    why: tuple[str, ...]


def parsed_gate(text: str) -> Gate:
    """`operations` or `time=10%`. Raises ValueError, which says what may be written."""
    if text == "operations":
        return Gate(text, None)
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no gate; write operations, or time=10%")
    if float(found[1]) < _LEAST:
        raise ValueError(f"{text!r}: less than {_LEAST:.0f} % cannot be told from noise")
    return Gate(text, float(found[1]) / 100)


def passed(gate: Gate, comparison: Comparison) -> Passed:
    """What a gate says of a comparison."""
    why = _counts(comparison) if gate.part is None else _times(gate.part, comparison)
    return Passed(gate, tuple(why))


def _counts(comparison: Comparison) -> Iterator[str]:
    for operation in comparison.operations:
        if operation.counted:
            yield f"{named(operation)}: {count_said(operation)}"


def _times(part: float, comparison: Comparison) -> Iterator[str]:
    several = comparison.measurements > 1
    for schema in comparison.schemas:
        if _is_slower(schema.times, part) if several else _looks_slower(schema, part):
            yield f"a run of {schema.schema} takes {longer(schema.times.ratio)}"
    for operation in comparison.operations if several else ():
        if _is_slower(operation.times, part):
            yield f"{named(operation)} takes {longer(operation.times.ratio)}"


def _is_slower(times: Times, part: float) -> bool:
    return times.verdict == "slower" and times.ratio is not None and times.ratio > 1 + part


def _looks_slower(schema: ComparedSchema, part: float) -> bool:
    """Of one recording a side: whether a run takes longer, and does by itself."""
    verdict, _, _, ratio, difference = schema.times
    if ratio is None or difference is None or verdict in {"below the clock", "too few"}:
        return False
    least = ratio if schema.own_ratio is None else min(ratio, schema.own_ratio)
    return least > 1 + part and difference > SMALL.ns


def named(operation: ComparedOperation) -> str:
    """An operation with its schema and declaration: `Shop.total Reduce sum`."""
    figures = operation.either
    where = ".".join(filter(None, (operation.schema, figures.declaration)))
    return f"{where} {figures.title}"


def longer(ratio: float | None) -> str:
    """`10.2 % longer`, `3.0 % less`."""
    change = 100 * ((ratio or 1) - 1)
    return f"{abs(change):.1f} % {'longer' if change >= 0 else 'less'}"


def count_said(operation: ComparedOperation) -> str:
    """How the counts of an operation differ; nothing where they do not."""
    old, new = operation.old, operation.new
    if old is None or new is None:
        return "is new" if new else "is gone"
    if operation.counted == "calls":
        return f"ran {old.calls:,} -> {new.calls:,} times"
    return f"{old.rows:,} -> {new.rows:,} rows" if operation.counted else ""
