"""A program written anew: some operations replaced, others in whose place earlier ones serve.

Passes only say what changes. What nothing reads any more goes, and the rest is numbered again. No
pass can lose an error so: what it leaves unread was computed, by it or by an equal operation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from kumi.ir.ops import LOAD_INPUT
from kumi.ir.program import Group

if TYPE_CHECKING:
    from kumi.ir.program import Operation, Program


@dataclass(slots=True)
class Changes:
    """What a pass wants changed.

    `instead` says of an operation which earlier one has its value; `replaced` has what stands in an
    operation's place, under its number.
    """

    instead: dict[int, int] = field(default_factory=dict)
    replaced: dict[int, Operation] = field(default_factory=dict)


def rewritten(program: Program, changes: Changes) -> Program:
    """The program with these changes; the same object where there is nothing to do."""
    standing = [changes.replaced.get(one.index, one) for one in program.operations]
    read = _read(program, standing, changes)
    if not changes.replaced and all(read):
        return program
    before = list(accumulate(read, initial=0))  # so many are left before each: its new number
    found = before[:-1]  # under which number the value of each is found
    for index, serving in changes.instead.items():
        found[index] = before[serving]
    left = [_renumbered(one, before[one.index], found) for one in standing if read[one.index]]
    return replace(
        program,
        operations=tuple(left),
        groups=tuple([_moved(group, before) for group in program.groups]),
        axes=tuple(dict.fromkeys(axis for operation in left for axis in operation.axes)),
    )


def _read(program: Program, standing: list[Operation], changes: Changes) -> list[bool]:
    """Of each operation whether it is left: a declaration's value, a load, or read by another."""
    instead = changes.instead
    read = [one.opcode is LOAD_INPUT and one.index not in instead for one in standing]
    for group in program.groups:
        if group.result is not None:
            read[group.result] = True
    for operation in reversed(standing):
        if read[operation.index]:
            for arg in operation.args:
                read[instead.get(arg, arg)] = True
    return read


def _renumbered(operation: Operation, index: int, found: list[int]) -> Operation:
    args = tuple([found[arg] for arg in operation.args])
    if index == operation.index and args == operation.args:
        return operation
    return operation.renumbered(index, args)


def _moved(group: Group, before: list[int]) -> Group:
    result = None if group.result is None else before[group.result]
    first, last = before[group.first], before[group.last]
    return Group(group.name, group.kind, group.origin, group.place, first, last, result)
