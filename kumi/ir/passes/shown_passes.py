"""What each pass did to a program, as text: what `kumi ops --passes` prints."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import chain
from typing import TYPE_CHECKING

from kumi.analysis.facts import literal
from kumi.ir.ops import CONST
from kumi.ir.passes.optimizer import PASSES
from kumi.ir.text import Columns, group_line, row_of

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator

    from kumi.ir.program import Group, Operation, Program

    Operations = tuple[Operation, ...]
    Edit = tuple[Operations, Operations]

_MARGIN = "   "


def shown_passes(program: Program, without: Collection[str], width: int | None = None) -> str:
    """For each pass the operations that it took away (`-`) and those that it put there (`+`).

    The former are numbered as they were before the pass, the latter as they are behind it. What
    only has another number is left out. `program` is what lowering made.
    """
    blocks = []
    for each in PASSES:
        if each.__name__ in without:
            blocks.append(f"{each.__name__}: switched off")
        else:
            before, program = program, each(program)
            blocks.append("\n".join(_block(each.__name__, before, program, width)))
    return "\n\n".join(blocks)


def _block(name: str, before: Program, after: Program, width: int | None) -> Iterator[str]:
    if before is after:
        yield f"{name}: nothing to do"
        return
    yield f"{name}: {len(before.operations)} operations become {len(after.operations)}"
    changes = _changes(before, after)
    rows = [row_of(one, group) for group, edits in changes for e in edits for one in chain(*e)]
    columns = Columns(rows, width and width - len(_MARGIN), count=len(before.operations))
    for group, edits in changes:
        yield from ("", f"  {group_line(after, group)}")
        for was, became in edits:
            yield from _drawn(columns, "-", was, group)
            yield from _drawn(columns, "+", became, group)


def _drawn(columns: Columns, mark: str, operations: Operations, group: Group) -> Iterator[str]:
    for operation in operations:
        first, *more = columns.drawn(operation.index, row_of(operation, group))
        yield f"  {mark}{first}"
        yield from (f"{_MARGIN}{line}" for line in more)


def _changes(before: Program, after: Program) -> list[tuple[Group, list[Edit]]]:
    """What was put in place of what, in each declaration where something was."""
    numbers: dict[int, int] = {}
    found = [
        (group, _edits(_within(before, was), _within(after, group), numbers))
        for was, group in zip(before.groups, after.groups, strict=True)
    ]
    changed = [(group, [edit for edit in edits if _says(edit, numbers)]) for group, edits in found]
    return [(group, edits) for group, edits in changed if edits]


def _within(program: Program, group: Group) -> Operations:
    return program.operations[group.first : group.last]


def _edits(before: Operations, after: Operations, numbers: dict[int, int]) -> list[Edit]:
    """Both lists side by side; `numbers` learns under which number a value is found afterwards.

    Where several operations made way for one, that has the value of the last of them; one that made
    way for nothing was the same as another.
    """
    edits: list[Edit] = []
    matcher = SequenceMatcher(None, [*map(_key, before)], [*map(_key, after)], autojunk=False)
    for action, first, last, new_first, new_last in matcher.get_opcodes():
        was, became = before[first:last], after[new_first:new_last]
        if action == "equal":
            edits += (((one,), (other,)) for one, other in zip(was, became, strict=True))
        else:
            edits.append((was, became))
    stayed = [(was[-1], became[-1]) for was, became in edits if was and became]
    alike = {_key(one): other.index for one, other in stayed}
    numbers.update({one.index: alike.get(_key(one), one.index) for one in before})
    numbers.update({one.index: other.index for one, other in stayed})
    return edits


def _says(edit: Edit, numbers: dict[int, int]) -> bool:
    """Whether more was changed than numbers."""
    was, became = edit
    moved = [(_key(one), tuple([numbers[arg] for arg in one.args])) for one in was]
    return moved != [(_key(one), one.args) for one in became]


def _key(operation: Operation) -> Hashable:
    """What an operation keeps when it is only numbered anew."""
    place, opcode = operation.place, operation.opcode
    said = literal(operation.value) if opcode is CONST else operation.title
    return opcode.name, said, place.source.path, place.line, place.column, operation.axes
