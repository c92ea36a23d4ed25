"""A failed run: which of its spans were begun, which carry the error, which the event."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.spans.layout import Layout, Row

EXCEPTION_SIGNAL = "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN"


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped a run: see `kumi.observations.FailedRun`. `message` is what may be shown."""

    failed: tuple[int, ...]
    error_type: str
    message: str


def begun_rows(layout: Layout, failure: Failure | None, readings: int) -> Sequence[int]:
    """The rows of a run that took `readings` readings: all, unless it failed."""
    if failure is None:
        return range(len(layout.rows))
    groups = range(layout.declaration_rows.start, 1 + _group_row(layout, failure))
    return (0, *groups, *_begun_operations(layout, failure, readings - 1))


def failed_rows(layout: Layout, failure: Failure) -> frozenset[int]:
    """The rows with status ERROR: the operations that failed, their declaration and the run."""
    return frozenset({0, _group_row(layout, failure), *_recorded(layout, failure.failed)})


def event_row(layout: Layout, failure: Failure) -> int | None:
    """The row with the `exception` event: the first failed operation, else its declaration.

    None where the application wants exceptions as log records only.
    """
    if not told_by_spans():
        return None
    return min(_recorded(layout, failure.failed), default=_group_row(layout, failure))


def told_by_spans() -> bool:
    """Whether a span has an event for its exception: not where the application wants logs only."""
    signals = os.environ.get(EXCEPTION_SIGNAL, "").split(",")
    return "logs" not in [signal.strip() for signal in signals]


def _recorded(layout: Layout, operations: Sequence[int]) -> Iterator[int]:
    """The rows of operations, where the level has them."""
    rows = layout.operation_rows
    return (rows[index] for index in operations if index < len(rows))


def _group_row(layout: Layout, failure: Failure) -> int:
    program = layout.program
    group = program.groups.index(program.group_of(failure.failed[0])) if failure.failed else 0
    return layout.declaration_rows[group]


def _begun_operations(layout: Layout, failure: Failure, last: int) -> Iterator[int]:
    """Inputs are loaded to the end, whatever is wrong with one; elsewhere the first error stops."""
    group = layout.rows[_group_row(layout, failure)].facts.group
    is_input = group is not None and group.kind == "input"
    stop = group.last if group is not None and is_input else max(failure.failed) + 1
    for index, number in enumerate(layout.operation_rows[:stop]):
        if index in failure.failed or _was_begun(layout.rows[number], last):
            yield number


def _was_begun(row: Row, last: int) -> bool:
    return row.start < last or row.start == row.end == last
