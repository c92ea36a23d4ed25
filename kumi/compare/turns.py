"""Two schemas run in turns in one process, and how long each of their operations took.

Why in turns: a processor changes its speed, and other programs come and go, within seconds. Of two
measurements one after the other the second may be slower for no reason of its own. So each round is
ABBA: what changes slowly meets both sides alike.

    round 1   old old old …   new new new …   new new new …   old old old …
    round 2   the same, until a second and a half is over

A turn is some runs long, because the first run after a change of sides finds the processor's caches
full of the other's data. Nothing of profiling runs beside the calculation: readings are kept in
memory, and looked at after each turn.
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kumi import hooks
from kumi.observations import Level
from kumi.schema import compile_program
from kumi.spans.decode import decode
from kumi.spans.layout import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FunctionType

    from numpy.typing import NDArray

    from kumi.ir.program import Operation, Program
    from kumi.observations import FailedRun, Phase
    from kumi.schema import Schema
    from kumi.spans.layout import Row

_SECONDS: Final = 1.5
"""So long the rounds of a process go on."""
_LEAST_ROUNDS: Final = 3
_MOST_ROUNDS: Final = 100
_TURN: Final = 0.004  # seconds: many runs of a small schema, one of a large
_LONGEST_TURN: Final = 100  # runs


class OperationTime(NamedTuple):
    """One operation as it ran: `operand` is its function, declaration or input path.

    `ns` is the median of all runs, None for an operation that costs no instruction.
    """

    declaration: str
    operation: str
    operand: str | None
    line: int
    rows: int
    ns: int | None


class SchemaTime(NamedTuple):
    """A schema as it ran: how often, the median of its runs in nanoseconds, its operations."""

    schema: str
    runs: int
    run_ns: int
    operations: tuple[OperationTime, ...]


def in_turns(schemas: Sequence[type[Schema]], data: dict[str, Any]) -> list[SchemaTime]:
    """The schemas (two), timed with this input. Raises what a run raises."""
    watcher = _Watcher()
    hooks.install(watcher)
    try:
        runs = [partial(schema.run, data) for schema in schemas]
        number = _runs_a_turn(runs)
        sides = [_Measured(schema, watcher) for schema in schemas]
        _take_turns(runs, sides, number)
        return [side.timed() for side in sides]
    finally:
        hooks.install(None)


def _take_turns(runs: Sequence[Callable[[], Any]], sides: list[_Measured], number: int) -> None:
    """Runs of both, so many a turn, until their time is over."""
    gc.collect()
    gc.freeze()  # what was loaded until now is not looked through again
    end = perf_counter() + _SECONDS
    for round_ in range(_MOST_ROUNDS):
        if round_ >= _LEAST_ROUNDS and perf_counter() > end:
            break
        for turn in (0, 1, 1, 0):
            run = runs[turn]
            for _ in range(number):
                run()
            sides[turn].look()


def _runs_a_turn(runs: Sequence[Callable[[], Any]]) -> int:
    """How many runs of the slower schema take as long as a turn should."""
    took = []
    for run in runs:
        run()  # what a first run does for the others is not counted
        begun = perf_counter()
        run()
        took.append(perf_counter() - begun)
    return max(1, min(_LONGEST_TURN, int(_TURN / max(took))))


class _Measured:
    """What the runs of one schema have left."""

    def __init__(self, schema: type[Schema], watcher: _Watcher) -> None:
        program = compile_program(schema)
        self._kept = watcher.channels[program].queue
        self._kept.clear()
        self._layout = layout(program, Level.OPERATIONS, key="")
        self._parts: list[NDArray[np.int64]] = []
        self._sizes: NDArray[np.int64] = np.zeros(0, np.int64)

    def look(self) -> None:
        """Take what was kept in a turn."""
        decoded = decode(self._layout, self._kept, anchored=0)
        self._kept.clear()
        self._parts.append(decoded.readings)
        self._sizes = decoded.sizes[-1]

    def timed(self) -> SchemaTime:
        """The medians of all turns."""
        readings = np.concatenate(self._parts)
        program, rows = self._layout.program, self._layout.rows
        spans = (rows[number] for number in self._layout.operation_rows)
        operations = zip(program.operations, spans, strict=True)
        return SchemaTime(
            program.schema,
            len(readings),
            _median(rows[0], readings),
            tuple(self._operation(*operation, readings) for operation in operations),
        )

    def _operation(
        self, operation: Operation, span: Row, readings: NDArray[np.int64]
    ) -> OperationTime:
        return OperationTime(
            declaration=self._layout.program.group_of(operation.index).name,
            operation=operation.opcode.name,
            operand=operation.target,
            line=operation.place.line,
            rows=1 if span.axis is None else int(self._sizes[span.axis]),
            ns=None if operation.opcode.free else _median(span, readings),
        )


def _median(row: Row, readings: NDArray[np.int64]) -> int:
    """The median of how long the row's span lasted: of an even number the lower, as in `Tally`."""
    times = readings[:, row.end] - readings[:, row.start]
    middle = (len(times) - 1) // 2
    return int(np.partition(times, middle)[middle])


class _Watcher:
    """Keeps the readings of every program: see `kumi.protocols.Watcher`."""

    def __init__(self) -> None:
        self.channels: dict[Program, _InMemory] = {}

    def open(self, program: Program) -> _InMemory:
        return self.channels.setdefault(program, _InMemory())

    def phase_ended(self, phase: Phase) -> None:
        """Compiling is not compared."""


class _InMemory:
    """Where the readings of one program go: see `kumi.protocols.Channel`."""

    level = Level.OPERATIONS
    limit = sys.maxsize
    times_cpu = False

    def __init__(self) -> None:
        self.queue: list[tuple[bytes, Any]] = []
        self.keep = self.queue.append

    def admit(self) -> bool:
        return True

    def bound(self, run: FunctionType) -> None:
        """Nothing of a function changes later."""

    def relieve(self) -> None:
        """Never called: the queue does not come to its limit."""

    def failed(self, run: FailedRun) -> None:
        """The run's exception ends the comparison."""
