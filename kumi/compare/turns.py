"""Two schemas run in turns in one process, and how long each of their operations took.

Why in turns: a processor changes its speed, and other programs come and go, within milliseconds and
for seconds. So each round is ABBA, and within a round the two medians of an operation are taken:
what made the machine slow then made both sides slow. The ratio of the round is free of it, and the
median of all rounds is what the process says:

    round                             1      2      3      4      5
    old old … new new … new new … old old …
    median of the old turns, ns    1000   1010   1630   1600   1020
    median of the new turns, ns    1100   1105   1800   1790   1130
    new / old                     1.100  1.105  1.104  1.119  1.108       the median: 1.105

With half of the rounds slow, the median of all times of a side would be anywhere between the two
speeds. On a machine with six times more to do than it has processors for, ratios of equal code
deviate by 1 % in this way, and by 3 to 4 % in that one.

A turn is some runs long, because the first run after a change of sides finds the processor's caches
full of the other's data. Nothing of profiling runs beside the calculation: readings are kept in
memory, and looked at after each turn.
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kumi import hooks
from kumi.observations import Level
from kumi.schema import compile_program
from kumi.spans.decode import decode
from kumi.spans.layout import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FunctionType

    from numpy.typing import NDArray

    from kumi.ir.program import Operation, Program
    from kumi.observations import FailedRun, Phase
    from kumi.schema import Schema

_SECONDS: Final = 1.5
"""So much time of a processor the rounds of a process take."""
_PATIENCE: Final = 6.0
"""Seconds after which they end where others have the processor."""
_LEAST_ROUNDS: Final = 3
_MOST_ROUNDS: Final = 300
_TURN: Final = 0.004  # seconds: many runs of a small schema, one of a large
_LONGEST_TURN: Final = 100  # runs


class OperationTime(NamedTuple):
    """One operation as it ran: `operand` is its function, declaration or input path.

    `ns` are its medians, one a round; None for an operation that costs no instruction.
    """

    declaration: str
    operation: str
    operand: str | None
    line: int
    rows: int
    ns: tuple[int, ...] | None


class SchemaTime(NamedTuple):
    """A schema as it ran: how often, the medians of its runs in nanoseconds, its operations."""

    schema: str
    runs: int
    run_ns: tuple[int, ...]
    operations: tuple[OperationTime, ...]


def in_turns(schemas: Sequence[type[Schema]], data: dict[str, Any]) -> list[SchemaTime]:
    """The schemas (two), timed with this input. Raises what a run raises."""
    watcher = _Watcher()
    hooks.install(watcher)
    try:
        runs = [partial(schema.run, data) for schema in schemas]
        number = _runs_a_turn(runs)
        sides = [_Timing(schema, watcher) for schema in schemas]
        gc.collect()
        gc.freeze()  # what was loaded until now is not looked through again
        for _ in _rounds():
            for turn in (0, 1, 1, 0):
                run = runs[turn]
                for _ in range(number):
                    run()
                sides[turn].end_turn()
            for side in sides:
                side.end_round()
        return [side.timed() for side in sides]
    finally:
        hooks.install(None)


def _rounds() -> Iterator[int]:
    """The numbers of the rounds that there is time for."""
    worked, begun = process_time(), perf_counter()
    for number in range(_MOST_ROUNDS):
        is_over = process_time() - worked > _SECONDS or perf_counter() - begun > _PATIENCE
        if number >= _LEAST_ROUNDS and is_over:
            return
        yield number


def _runs_a_turn(runs: Sequence[Callable[[], Any]]) -> int:
    """How many runs of the slower schema take as long as a turn should."""
    took = []
    for run in runs:
        run()  # what a first run does for the others is not counted
        begun = perf_counter()
        run()
        took.append(perf_counter() - begun)
    return max(1, min(_LONGEST_TURN, int(_TURN / max(took))))


class _Timing:
    """What the runs of one schema have left."""

    def __init__(self, schema: type[Schema], watcher: _Watcher) -> None:
        program = compile_program(schema)
        self._kept = watcher.channels[program].queue
        self._kept.clear()
        self._layout = layout(program, Level.OPERATIONS, key="")
        rows = [self._layout.rows[0], *(self._layout.rows[n] for n in self._layout.operation_rows)]
        self._axes = [row.axis for row in rows[1:]]
        self._starts, self._ends = ([getattr(row, end) for row in rows] for end in ("start", "end"))
        self._turns: list[NDArray[np.int64]] = []
        self._medians: list[NDArray[np.int64]] = []
        self._sizes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._runs = 0

    def end_turn(self) -> None:
        """Take what was kept in a turn."""
        decoded = decode(self._layout, self._kept, anchored=0)
        self._kept.clear()
        self._turns.append(decoded.readings)
        self._sizes = decoded.sizes[-1]

    def end_round(self) -> None:
        """Make medians of the turns of a round: of an even number the lower, as in `Tally`."""
        readings = np.concatenate(self._turns)
        self._turns.clear()
        times = readings[:, self._ends] - readings[:, self._starts]
        middle = (len(times) - 1) // 2
        self._medians.append(np.partition(times, middle, axis=0)[middle])
        self._runs += len(times)

    def timed(self) -> SchemaTime:
        """The medians of all rounds."""
        program = self._layout.program
        run, *operations = np.array(self._medians).T.tolist()
        timed = zip(program.operations, self._axes, operations, strict=True)
        return SchemaTime(
            program.schema, self._runs, tuple(run), tuple(self._operation(*one) for one in timed)
        )

    def _operation(self, operation: Operation, axis: int | None, ns: list[int]) -> OperationTime:
        return OperationTime(
            declaration=self._layout.program.group_of(operation.index).name,
            operation=operation.opcode.name,
            operand=operation.target,
            line=operation.place.line,
            rows=1 if axis is None else int(self._sizes[axis]),
            ns=None if operation.opcode.free else tuple(ns),
        )


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
    least = None

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
