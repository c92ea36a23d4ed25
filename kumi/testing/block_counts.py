"""What ran inside of a block, counted for a test to assert on: runs, operations, rows.

Never times: a test that asserts on a time fails on a busy machine. Counts are the same every time.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kumi import hooks
from kumi.observations import Level
from kumi.spans.decode import decode
from kumi.spans.layout import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FunctionType

    from kumi.ir.program import Program
    from kumi.observations import FailedRun, Phase
    from kumi.protocols import Channel, Watcher


class BlockCounts:
    """The counts of a block. They are there when it is over.

    `runs` and `failed` count by schema the runs that went well and that raised. `operations` and
    `rows` count by title, as `kumi ops` has it (`Map multiply`), how often an operation ran, and
    how many cells it visited; those of failed runs are not in them. What did not run counts 0.
    """

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self._programs: list[_CountedProgram] = []

    def of(self, schema: str) -> BlockCounts:
        """The counts of one schema."""
        counts = BlockCounts()
        counts.add(one for one in self._programs if one.schema == schema)
        return counts

    def add(self, programs: Iterable[_CountedProgram]) -> None:
        """Add what was counted of some programs."""
        for program in programs:
            self._programs.append(program)
            program.add_to(self)

    def __repr__(self) -> str:
        return f"<counts of runs: {dict(self.runs)}, operations: {dict(self.operations)}>"


@contextmanager
def counted() -> Iterator[BlockCounts]:
    """Count what runs while the block lasts, in any thread.

    Where the process is profiled anyway, its profile has the same runs. Raises RuntimeError where
    profiling begins or ends within the block, since what ran then was not counted.
    """
    counts = BlockCounts()
    counter = _Counter(hooks.watcher())
    hooks.install(counter)
    try:
        yield counts
        if hooks.watcher() is not counter:
            raise RuntimeError("profiling began or ended inside of a block that counts runs")
    finally:
        if hooks.watcher() is counter:
            hooks.install(counter.other)
        counts.add(counter.programs.values())


class _Counter:
    """A watcher that counts, before the one that was there: see `kumi.protocols.Watcher`."""

    def __init__(self, other: Watcher | None) -> None:
        self.other = other
        self.programs: dict[Program, _CountedProgram] = {}

    def open(self, program: Program) -> _CountedProgram:
        found = self.programs.get(program)
        if found is None:
            other = self.other.open(program) if self.other else None
            found = self.programs[program] = _CountedProgram(program, other)
        return found

    def phase_ended(self, phase: Phase) -> None:
        if self.other is not None:
            self.other.phase_ended(phase)


class _CountedProgram:
    """Counts the runs of one program, and gives them on: see `kumi.protocols.Channel`.

    A context here is a tuple of the other channel's: that may be None, which says that the other
    one does not want the run.
    """

    level = Level.OPERATIONS
    limit = sys.maxsize
    least = None

    def __init__(self, program: Program, other: Channel | None) -> None:
        self.schema = program.schema
        self.queue: list[tuple[bytes, Any]] = []
        self._other = other if other and other.level is Level.OPERATIONS else None
        self.times_cpu = self._other is not None and self._other.times_cpu
        self._layout = layout(program, Level.OPERATIONS, key="", times_cpu=self.times_cpu)
        self._failed = 0

    def admit(self) -> tuple[Any]:
        return (self._other.admit() if self._other else None,)

    def keep(self, run: tuple[bytes, Any]) -> None:
        packed, (context,) = run
        self.queue.append((packed, None))
        if self._other is not None and context is not None:
            self._other.keep((packed, context))
            self._relieve(self._other)

    def failed(self, run: FailedRun) -> None:
        self._failed += 1
        (context,) = run.context
        if self._other is not None and context is not None:
            self._other.failed(replace(run, context=context))

    def bound(self, run: FunctionType) -> None:
        """Nothing of a function changes later."""

    def relieve(self) -> None:
        """Never called: the queue does not come to its limit."""

    def add_to(self, counts: BlockCounts) -> None:
        """Add what was counted."""
        if self._failed:
            counts.failed[self.schema] += self._failed
        if not self.queue:
            return
        counts.runs[self.schema] += len(self.queue)
        sizes = decode(self._layout, self.queue, anchored=0).sizes.sum(axis=0).tolist()
        for number in self._layout.operation_rows:
            row = self._layout.rows[number]
            counts.operations[row.name] += len(self.queue)
            counts.rows[row.name] += len(self.queue) if row.axis is None else sizes[row.axis]

    @staticmethod
    def _relieve(other: Channel) -> None:
        if len(other.queue) > other.limit:
            other.relieve()
