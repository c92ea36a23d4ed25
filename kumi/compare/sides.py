"""What is compared: two sides, each some programs, whose operations were measured several times.

A *measurement* is a fresh process that timed a schema, or a recorded profile. The first of the one
side belongs to the first of the other: both were taken at about the same time. A process measures
in rounds, which belong together one by one; a recording is one round.
"""

from __future__ import annotations

from typing import NamedTuple

Rounds = tuple[int, ...]
"""Of one measurement the medians, in nanoseconds, round by round."""


class OperationFigures(NamedTuple):
    """One operation of a program: what it is, counts, and medians for each measurement.

    `operand` is its function, declaration or input path. `calls` and `rows` are those of all
    measurements together. `fewest` is the least number of times that make a median. Medians are
    None where a measurement lacks the operation, and of operations that cost no instruction.
    """

    declaration: str
    operation: str
    operand: str | None
    line: int | None
    calls: int
    rows: int
    fewest: int
    medians: tuple[Rounds | None, ...]

    @property
    def title(self) -> str:
        """What `kumi ops` calls it: `Map multiply`."""
        return f"{self.operation} {self.operand}" if self.operand else self.operation


class ProgramFigures(NamedTuple):
    """The operations of a program in their order; its runs in each measurement, their medians."""

    schema: str
    operations: tuple[OperationFigures, ...]
    runs: tuple[int, ...]
    run_medians: tuple[Rounds | None, ...]


class Side(NamedTuple):
    """One side: what a person calls it, how many measurements, and its programs.

    `remarks` say what is missing of it, so that its counts are not all that happened.
    """

    label: str
    measurements: int
    programs: tuple[ProgramFigures, ...]
    failed: int = 0
    remarks: tuple[str, ...] = ()
