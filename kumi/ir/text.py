"""A program as text: what `kumi ops` prints."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

from kumi.analysis.facts import literal
from kumi.ir.ops import CONST
from kumi.letters import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.ir.program import Group, Operation, Program
    from kumi.places import Place, Source

_WIDEST, _NARROWEST = 56, 8
"""A wider operation pushes its own columns to the right, and nobody else's; on a terminal, down."""

_LONGEST_LITERAL = 40
_GAP = "  "


def disassemble(program: Program, width: int | None = None) -> str:
    """The operations as the VM runs them, one line each, under the declaration they belong to.

    `%3` is the result of operation 3. Then come the axes of the cells it visits (each by its
    array's own name), the kind of a cell, and the line of the source, with the file where that is
    not the declaration's. `width` is the terminal's: the columns of an operation that leaves them
    no room stand on a line below it.
    """
    rows = [
        row_of(operation, group)
        for group in program.groups
        for operation in program.operations[group.first : group.last]
    ]
    columns = Columns(rows, width)
    lines = [*_header(program, width), visible(program.source.path)]
    for group in program.groups:
        lines += ["", group_line(program, group)]
        for index in range(group.first, group.last):
            lines += columns.drawn(index, rows[index])
    return "\n".join(lines)


class Columns:
    """How wide each column is: of these rows, whose numbers are below `count`."""

    def __init__(
        self, rows: Sequence[tuple[str, ...]], width: int | None, count: int | None = None
    ) -> None:
        widths = [min(_WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
        self._what, *rest = widths or [0]
        self._rest = rest
        self._digits = len(str((count or len(rows)) - 1))
        self._folds = width is not None
        if width is not None:
            room = width - len(self._number(0)) - sum(rest) - len(_GAP) * len(rest)
            self._what = max(_NARROWEST, min(self._what, room))

    def drawn(self, index: int, row: tuple[str, ...]) -> Iterator[str]:
        """An operation on its line, or on two."""
        number, (what, *rest) = self._number(index), row
        padded = (text.ljust(width) for text, width in zip(rest, self._rest, strict=True))
        columns = _GAP.join(padded).rstrip()
        if self._folds and len(what) > self._what:
            yield number + what
            number, what = " " * len(number), ""
        yield f"{number}{what.ljust(self._what)}{_GAP}{columns}"

    def _number(self, index: int) -> str:
        return f"  %{index:<{self._digits}}  "


def _header(program: Program, width: int | None) -> list[str]:
    line = program.headline
    return [line] if width is None else wrap(line, width, subsequent_indent=_GAP)


def group_line(program: Program, group: Group) -> str:
    """The line above the operations of a group."""
    if group.kind == "input":
        return "inputs"
    place = _line(group.place, program.source)
    origin = f" of {group.origin}" if group.origin != program.schema else ""
    return f"{group.kind} {group.name}{origin}  {place}"


def _line(place: Place, around: Source) -> str:
    """The line of a place, with its file where that is not the one of what is around it."""
    if place.source.path == around.path:
        return f"line {place.line}"
    return f"{visible(place.source.path)}:{place.line}"


def row_of(operation: Operation, group: Group) -> tuple[str, ...]:
    """What stands in the columns of an operation's line, behind its number."""
    axes = [_own_name(axis) for axis in operation.axes]
    return (
        " ".join([operation.title, *_operands(operation)]),
        f"[{', '.join(axes)}]" if axes else "",
        str(operation.kind),
        _line(operation.place, group.place.source),
    )


def _own_name(axis: str) -> str:
    """`sales` of `regions.region.sales`, `*lights` of `pixels*scene.lights`."""
    _, star, name = axis.rpartition("*")
    return star + name.rpartition(".")[2]


def _operands(operation: Operation) -> Iterator[str]:
    if operation.opcode is CONST:
        yield _shortened(literal(operation.value))
    for arg, field in zip_longest(operation.args, operation.fields, fillvalue=""):
        yield f"{visible(field)}: %{arg}" if operation.fields else f"%{arg}"
    for name, value in operation.options:
        yield f"{name}: {_shortened(literal(value))}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LITERAL else f"{text[: _LONGEST_LITERAL - 4]} ..."
