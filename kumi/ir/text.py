"""A program as text: what `kumi ops` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.ir.program import Group, Operation, Program

_WIDEST = 56
"""A wider operation pushes its own columns to the right, and nobody else's."""

_LONGEST_LITERAL = 40


def disassemble(program: Program) -> str:
    """The operations as the VM runs them, one line each, under the declaration they belong to.

    `%3` is the result of operation 3. Then come the axes of the cells it visits (each by its
    array's own name), the kind of a cell, and the line of the source.
    """
    rows = [_row(operation) for operation in program.operations]
    widths = [min(_WIDEST, max((len(row[n]) for row in rows), default=0)) for n in range(3)]
    lines = [_header(program), program.source.path]
    for group in program.groups:
        lines += ["", _group_line(program, group)]
        lines += _lines(program, rows[group.first : group.last], group, widths)
    return "\n".join(lines)


def _header(program: Program) -> str:
    count = len(program.operations)
    plural = "operation" if count == 1 else "operations"
    return f"{program.schema}: {count} {plural}, outputs {', '.join(program.outputs) or 'none'}"


def _group_line(program: Program, group: Group) -> str:
    if group.kind == "input":
        return "inputs"
    place = f"line {group.place.line}"
    if group.place.source.path != program.source.path:
        place = f"{group.place.source.path}:{group.place.line}"
    origin = f" of {group.origin}" if group.origin != program.schema else ""
    return f"{group.kind} {group.name}{origin}  {place}"


def _lines(
    program: Program, rows: Sequence[tuple[str, ...]], group: Group, widths: Sequence[int]
) -> Iterator[str]:
    digits = len(str(len(program.operations) - 1))
    for index, (what, axes, kind, line) in enumerate(rows, group.first):
        columns = (what.ljust(widths[0]), axes.ljust(widths[1]), kind.ljust(widths[2]), line)
        yield f"  %{index:<{digits}}  {'  '.join(columns)}"


def _row(operation: Operation) -> tuple[str, ...]:
    axes = [axis.rpartition(".")[2] for axis in operation.axes]
    return (
        " ".join([operation.title, *_operands(operation)]),
        f"[{', '.join(axes)}]" if axes else "",
        str(operation.kind),
        f"line {operation.place.line}",
    )


def _operands(operation: Operation) -> Iterator[str]:
    if operation.opcode.name == "Const":
        yield _shortened(literal(operation.value))
    for arg in operation.args:
        yield f"%{arg}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LITERAL else f"{text[: _LONGEST_LITERAL - 4]} ..."
