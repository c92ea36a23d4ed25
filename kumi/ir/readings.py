"""Where the clock is read in a program: the meeting place of generated code and spans.

A recorded run takes a reading at its start and after every operation that costs an instruction.
Operations that cost none share their neighbour's. With declarations only, it reads at the end of
each group. Both the code generator and the span layout ask here, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kumi.observations import Level

if TYPE_CHECKING:
    from kumi.ir.program import AxisName, Program


@dataclass(frozen=True, slots=True)
class Readings:
    """Which reading (0 to `count` - 1) starts and ends each operation and each group.

    At level DECLARATIONS the operations' tuples are empty.
    """

    count: int
    operation_starts: tuple[int, ...]
    operation_ends: tuple[int, ...]
    group_starts: tuple[int, ...]
    group_ends: tuple[int, ...]


def readings(program: Program, level: Level) -> Readings:
    """The readings of a run recorded at `level` (not NOTHING)."""
    return _by_operation(program) if level is Level.OPERATIONS else _by_group(program)


def record_format(program: Program, level: Level, *, times_cpu: bool = False) -> str:
    """The `struct` format of what a run packs: readings, with operations axis sizes, CPU time."""
    axes = len(sized_axes(program, level))
    return f"<{readings(program, level).count}d{axes}q{'q' if times_cpu else ''}"


def ends_format(*, times_cpu: bool = False) -> str:
    """The same of a run of which only the first and the last reading are kept, and CPU time."""
    return f"<2d{'q' if times_cpu else ''}"


def sized_axes(program: Program, level: Level) -> tuple[AxisName, ...]:
    """The axes whose sizes a record holds, behind its readings."""
    return program.axes if level is Level.OPERATIONS else ()


def _by_operation(program: Program) -> Readings:
    ends: list[int] = []
    for operation in program.operations:
        previous = ends[-1] if ends else 0
        ends.append(previous if operation.opcode.free else previous + 1)
    boundary = [0, *ends]
    return Readings(
        count=boundary[-1] + 1,
        operation_starts=tuple(boundary[:-1]),
        operation_ends=tuple(ends),
        group_starts=tuple(boundary[group.first] for group in program.groups),
        group_ends=tuple(boundary[group.last] for group in program.groups),
    )


def _by_group(program: Program) -> Readings:
    whole = _by_operation(program)
    marks = sorted({0, *whole.group_ends})
    slot = {mark: number for number, mark in enumerate(marks)}
    return Readings(
        count=len(marks),
        operation_starts=(),
        operation_ends=(),
        group_starts=tuple(slot[mark] for mark in whole.group_starts),
        group_ends=tuple(slot[mark] for mark in whole.group_ends),
    )
