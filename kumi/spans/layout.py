"""The spans of one run of one program, but for what differs between runs.

A layout is made once per (program, level). Its rows are numbered as the span ids are: the run (0),
its groups, then its operations. Everything that does not depend on the run is here, so that an
encoder can write it once and stamp the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from kumi.ir.readings import readings
from kumi.observations import Level
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.ir.program import Group, Operation, Program
    from kumi.spans.limits import Kept, Limits

AttributeValue: TypeAlias = str | int | tuple[str, ...]
Attributes: TypeAlias = tuple[tuple[str, AttributeValue], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One span of a run: `start` and `end` are readings, `axis` the size that says its rows.

    `attributes` are the constant ones, in the order in which they are written; a run's
    `kumi.run.id` and `kumi.run.kept`, and an operation's `kumi.operation.rows`, vary and are not
    among them. `axis` is None where one cell is visited.
    """

    event: Literal["vm_run", "vm_declaration", "vm_operation"]
    name: str
    parent: int | None
    start: int
    end: int
    attributes: Attributes
    axis: int | None = None
    group: Group | None = None
    operation: Operation | None = None

    @property
    def varying(self) -> int:
        """How many attributes vary: they are set after the constant ones."""
        return 2 if self.parent is None else int(self.operation is not None)


@dataclass(frozen=True, eq=False)
class Layout:
    """The rows of a program at a level, and how many readings and sizes a run of it packs."""

    program: Program
    level: Level
    key: str
    rows: tuple[Row, ...]
    readings: int
    axes: tuple[str, ...]
    _within: dict[Limits, tuple[Kept, ...]] = field(default_factory=dict)

    @property
    def operations(self) -> int:
        """Operations of the program, recorded or not."""
        return len(self.program.operations)

    def within(self, limits: Limits) -> tuple[Kept, ...]:
        """What limits leave of the constant attributes of each row. They must spare the others."""
        kept = self._within.get(limits)
        if kept is None:
            kept = self._within[limits] = tuple([limits.of_row(row) for row in self.rows])
        return kept


def program_key(program: Program) -> str:
    """What names a program in event files: eight hex digits, made of what its event says of it.

    So the same program has one key in all processes, and two programs of one file do not share one.
    """
    said = hashlib.sha256(f"{program.schema}\n{_shown(program.source.path)}\n".encode())
    for group in program.groups:
        said.update(f"{group.kind} {group.name} {group.last}\n".encode())
    for operation in program.operations:
        said.update(f"{operation.title} {operation.axes} {operation.place.line}\n".encode())
    return said.hexdigest()[:8]


def layout(program: Program, level: Level, key: str) -> Layout:
    """The layout of `program` recorded at `level`; `key` names the program in event files."""
    slots = readings(program, level)
    axes = program.axes if level is Level.OPERATIONS else ()
    rows = [_run(program, slots.count - 1)]
    for group, start, end in zip(program.groups, slots.group_starts, slots.group_ends, strict=True):
        rows.append(_group(program, group, start, end))
    if level is Level.OPERATIONS:
        rows += _operations(program, slots.operation_starts, slots.operation_ends)
    return Layout(program, level, key, tuple(rows), slots.count, axes)


def _run(program: Program, last: int) -> Row:
    constant: Attributes = (
        (names.SCHEMA_NAME, program.schema),
        (names.RUN_OPERATIONS, len(program.operations)),
        (names.RUN_CASES, 1),
    )
    return Row("vm_run", f"run {program.schema}", None, 0, last, constant)


def _group(program: Program, group: Group, start: int, end: int) -> Row:
    constant = _common(program, group) + _place(group)
    return Row("vm_declaration", group.name, 0, start, end, constant, group=group)


def _operations(program: Program, starts: tuple[int, ...], ends: tuple[int, ...]) -> Iterator[Row]:
    axis = {name: number for number, name in enumerate(program.axes)}
    for number, group in enumerate(program.groups):
        for operation in program.operations[group.first : group.last]:
            yield Row(
                "vm_operation",
                operation.title,
                1 + number,
                starts[operation.index],
                ends[operation.index],
                _common(program, group) + _operation(operation) + _place(operation),
                axis[operation.axes[-1]] if operation.axes else None,
                group,
                operation,
            )


def _common(program: Program, group: Group) -> Attributes:
    origin = ((names.SCHEMA_ORIGIN, group.origin),) if group.origin != program.schema else ()
    return (
        (names.SCHEMA_NAME, program.schema),
        *origin,
        (names.DECLARATION_NAME, group.name),
        (names.DECLARATION_KIND, group.kind),
    )


def _operation(operation: Operation) -> Attributes:
    optional: tuple[tuple[str, AttributeValue | None], ...] = (
        (names.OPERATION_NAME, operation.opcode.name),
        (names.OPERATION_FUNCTION, operation.function),
        (names.OPERATION_INDEX, operation.index),
        (names.OPERATION_AXES, operation.axes or None),
        (names.INPUT_PATH, operation.leaf.dotted if operation.leaf else None),
        (names.REF_DECLARATION, operation.ref),
    )
    return tuple((name, value) for name, value in optional if value is not None)


def _place(node: Group | Operation) -> Attributes:
    path = _shown(node.place.source.path)
    return ((names.CODE_FILE, path), (names.CODE_LINE, node.place.line))


def _shown(path: str) -> str:
    """A path as UTF-8 can say it: a script may lie under a name that is no text."""
    return path.encode("utf-8", "replace").decode()
