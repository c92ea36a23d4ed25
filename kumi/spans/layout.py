"""The spans of one run of one program, but for what differs between runs.

A layout is made once per (program, level). Its rows are numbered as the span ids are: the run (0),
its declarations, then its operations. Everything that does not depend on the run is here, so that
an encoder can write it once and stamp the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from kumi.ir.readings import readings, sized_axes
from kumi.observations import Level
from kumi.spans.span_fields import ATTRIBUTES, Facts, Varying, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.ir.program import Program
    from kumi.spans.limits import Kept, Limits
    from kumi.spans.span_fields import Kind, Table

AttributeValue: TypeAlias = str | int | tuple[str, ...]
Attributes: TypeAlias = tuple[tuple[str, AttributeValue], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One span of a run: `start` and `end` are readings, `axis` the size that says its rows.

    `attributes` are the constant ones, in the order in which they are written; those that vary are
    set after them. `number` is what the span's id ends in; each 65,536 of them have a prefix of
    their own. `axis` is None where one cell is visited. `summary` says which of a block's `sums` a
    span has that stands for many.
    """

    event: Kind
    name: str
    parent: int | None
    start: int
    end: int
    facts: Facts
    attributes: Attributes
    varying: tuple[tuple[str, Varying], ...]
    number: int
    axis: int | None = None
    summary: int | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """The rows of a program at a level, and how many readings and sizes a run of it packs.

    The run is row 0; `declaration_rows` and `operation_rows` say where the others stand. With
    `times_cpu` a run packs its CPU time as well.
    """

    program: Program
    level: Level
    key: str
    rows: tuple[Row, ...]
    declaration_rows: range
    operation_rows: range
    readings: int
    axes: tuple[str, ...]
    times_cpu: bool = False
    _within: dict[Limits, tuple[Kept, ...]] = field(default_factory=dict, init=False)

    @cached_property
    def run_alone(self) -> Layout:
        """The same program, of whose runs nothing but the run is written: two readings."""
        run = replace(self.rows[0], start=0, end=1)
        none = range(1, 1)
        return replace(
            self, rows=(run,), declaration_rows=none, operation_rows=none, readings=2, axes=()
        )

    def within(self, limits: Limits) -> tuple[Kept, ...]:
        """What limits leave of the constant attributes of each row. They must spare the others."""
        kept = self._within.get(limits)
        if kept is None:
            left = [limits.of_constant(row.attributes, len(row.varying)) for row in self.rows]
            kept = self._within[limits] = tuple(left)
        return kept


def program_key(program: Program) -> str:
    """What names a program in event files: eight hex digits, made of what its event says of it.

    So the same program has one key in all processes, and two programs of one file do not share one.
    """
    said = hashlib.sha256(f"{program.schema}\n{shown_path(program.source.path)}\n".encode())
    for group in program.groups:
        said.update(f"{group.kind} {group.name} {group.last}\n".encode())
    for origin, source in program.sources.items():
        said.update(f"{origin} {shown_path(source.path)}\n".encode())
    for operation in program.operations:
        said.update(f"{operation.title} {operation.axes} {operation.place.line}\n".encode())
    return said.hexdigest()[:8]


def layout(program: Program, level: Level, key: str, *, times_cpu: bool = False) -> Layout:
    """The layout of `program` recorded at `level`; `key` names the program in event files."""
    slots = readings(program, level)
    of_run = Facts(program, key)
    rows = [row("vm_run", f"run {program.schema}", None, (0, slots.count - 1), of_run, number=0)]
    for group, *between in zip(program.groups, slots.group_starts, slots.group_ends, strict=True):
        name, facts = f"{program.schema}.{group.name}", of_run._replace(group=group)
        rows.append(row("vm_declaration", name, 0, between, facts, number=len(rows)))
    declared = len(rows)
    if level is Level.OPERATIONS:
        rows += _operations(of_run, slots.operation_starts, slots.operation_ends)
    return Layout(
        program=program,
        level=level,
        key=key,
        rows=tuple(rows),
        declaration_rows=range(1, declared),
        operation_rows=range(declared, len(rows)),
        readings=slots.count,
        axes=sized_axes(program, level),
        times_cpu=times_cpu,
    )


def _operations(of_run: Facts, starts: tuple[int, ...], ends: tuple[int, ...]) -> Iterator[Row]:
    program = of_run.program
    axis = {name: number for number, name in enumerate(program.axes)}
    first = 1 + len(program.groups)
    for parent, group in enumerate(program.groups, 1):
        for operation in program.operations[group.first : group.last]:
            yield row(
                "vm_operation",
                operation.title,
                parent,
                (starts[operation.index], ends[operation.index]),
                of_run._replace(group=group, operation=operation),
                number=first + operation.index,
                axis=axis[operation.axes[-1]] if operation.axes else None,
            )


def row(
    event: Kind,
    name: str,
    parent: int | None,
    between: Sequence[int],
    facts: Facts,
    *,
    number: int,
    table: Table | None = None,
    axis: int | None = None,
    summary: int | None = None,
) -> Row:
    """The row of a span from one reading to another, with the attributes that a table gives it."""
    start, end = between
    table = ATTRIBUTES[event] if table is None else table
    varying = tuple([(key, what) for key, what in table if isinstance(what, Varying)])
    constant = [(key, what(facts)) for key, what in table if not isinstance(what, Varying)]
    said = tuple([(key, value) for key, value in constant if value is not None])
    return Row(event, name, parent, start, end, facts, said, varying, number, axis, summary)
