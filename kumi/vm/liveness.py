"""Which local variable holds a value, and when nothing needs it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.ir import ops
from kumi.vm.convention import constant, value

if TYPE_CHECKING:
    from kumi.ir.program import Operation, Program


def value_names(program: Program) -> dict[int, str]:
    """The variable of each operation's value; free operations share the one they name."""
    names: dict[int, str] = {}
    for operation in program.operations:
        if not operation.opcode.free:
            names[operation.index] = value(operation.index)
        elif operation.opcode is ops.CONST:
            names[operation.index] = constant(operation.index)
        else:
            names[operation.index] = names[operation.args[0]]
    return names


def last_uses(program: Program, names: dict[int, str]) -> dict[int, list[str]]:
    """The vectors to delete after each operation.

    What a result shows lives on; scalars are not worth it.
    """
    if not program.axes:
        return {}
    kept = {names[program.result(name).index] for name in program.readable}
    last: dict[str, int] = {}
    for operation in program.operations:
        for index in (operation.index, *operation.args):
            if _is_vector(program.operations[index]):
                last[names[index]] = operation.index
    dead: dict[int, list[str]] = {}
    for name, index in last.items():
        if name not in kept and not _in_inputs(program, index):
            dead.setdefault(index, []).append(name)
    return dead


def _is_vector(operation: Operation) -> bool:
    return bool(operation.result_axes) and operation.opcode is not ops.CONST


def _in_inputs(program: Program, index: int) -> bool:
    return index < program.groups[0].last
