"""The ledger of a meter provider: how many runs and operations there were, and how long they took.

Readers ask for the totals when they want them: a block costs the owner some additions of integers,
and no call of the SDK (2-3 µs each, for every schema and operation). They are kept in nanoseconds,
so that a sum is exact however many runs it is of. Only the owner adds; readers, which have threads
of their own, look at one total after the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from opentelemetry.metrics import Observation

from kumi.otel.delivery.metrics.instruments import (
    NANOSECONDS,
    OPERATION_TIME,
    OPERATIONS,
    RUN_TIME,
    RUNS,
    observe,
)
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.metrics import CallbackOptions, Meter

Key: TypeAlias = tuple[str, str | None]
"""A schema, and an operation or the type of what a run raised."""


@dataclass(slots=True)
class Total:
    """How many there were, and the time that they took, in nanoseconds."""

    count: int = 0
    time: int = 0

    def add(self, count: int, time: int) -> None:
        """Add some more."""
        self.count += count
        self.time += time


class Ledger:
    """Totals of runs by schema and `error.type`, of operations by schema and operation."""

    def __init__(self) -> None:
        self.runs: defaultdict[Key, Total] = defaultdict(Total)
        self.operations: defaultdict[Key, Total] = defaultdict(Total)

    def show(self, meter: Meter) -> None:
        """Have the readers of `meter` ask for the totals."""
        observe(meter, RUNS, self._runs)
        observe(meter, RUN_TIME, self._run_time)
        observe(meter, OPERATIONS, self._operations)
        observe(meter, OPERATION_TIME, self._operation_time)

    def _runs(self, _: CallbackOptions) -> Iterator[Observation]:
        for key, total in list(self.runs.items()):
            yield Observation(total.count, by_run(*key))

    def _run_time(self, _: CallbackOptions) -> Iterator[Observation]:
        for key, total in list(self.runs.items()):
            yield Observation(total.time / NANOSECONDS, by_run(*key))

    def _operations(self, _: CallbackOptions) -> Iterator[Observation]:
        for key, total in list(self.operations.items()):
            yield Observation(total.count, _by_operation(*key))

    def _operation_time(self, _: CallbackOptions) -> Iterator[Observation]:
        for key, total in list(self.operations.items()):
            yield Observation(total.time / NANOSECONDS, _by_operation(*key))


def by_run(schema: str, error_type: str | None) -> dict[str, str]:
    """The attributes of a run: `error.type` where it failed."""
    if error_type is None:
        return {names.SCHEMA_NAME: schema}
    return {names.SCHEMA_NAME: schema, names.ERROR_TYPE: error_type}


def _by_operation(schema: str, operation: str | None) -> dict[str, str]:
    return {names.SCHEMA_NAME: schema, names.OPERATION_NAME: str(operation)}
