"""Pass: what several declarations compute alike is computed once.

The operation belongs to the declaration that comes to it first; a `Reuse` stands in the others, and
names that declaration. It costs nothing, so in a profile the time is where the work was done.

>>> from kumi.schema import compile_program, loads
>>> schema = loads('''schema do
...   input do float :x end
...   value :more, input.x * input.x + 1
...   value :less, input.x * input.x - 1
... end''')
>>> [one.title for one in compile_program(schema).operations]
['LoadInput x', 'Map multiply', 'Const', 'Map add', 'Reuse more', 'Const', 'Map subtract']

Within a declaration the operation itself is read again. Every operation is pure, and each has been
computed, or has raised, before its equal would be: so nothing is computed, and nothing raises, that
did not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.ir import ops
from kumi.ir.passes.rewriting import Changes, rewritten
from kumi.ir.program import Operation

if TYPE_CHECKING:
    from collections.abc import Hashable

    from kumi.ir.program import Group, Program


def common_subexpressions(program: Program) -> Program:
    """Operations that equal an earlier one as references to that one."""
    sharing = _Sharing()
    for group in program.groups:
        for operation in program.operations[group.first : group.last]:
            sharing.visit(operation, group)
    return rewritten(program, sharing.changes)


class _Sharing:
    """Values are numbered: equal numbers are equal values, by the first operation that has them."""

    def __init__(self) -> None:
        self.changes = Changes()
        self._first: dict[Hashable, tuple[int, Group]] = {}
        self._numbers: list[int] = []
        self._reused: dict[tuple[int, str], int] = {}

    def visit(self, operation: Operation, group: Group) -> None:
        """Number the value of an operation; share it, where an earlier one has it."""
        index = operation.index
        if operation.opcode in (ops.REF, ops.STORE):
            self._numbers.append(self._numbers[operation.args[0]])
            return
        first, owner = self._first.setdefault(self._key(operation), (index, group))
        self._numbers.append(first)
        if first != index and not operation.opcode.free and operation.opcode is not ops.LOAD_INPUT:
            self._share(operation, group, first, owner)

    def _share(self, operation: Operation, group: Group, first: int, owner: Group) -> None:
        if owner is group:
            self.changes.instead[operation.index] = first
            return
        reused = self._reused.setdefault((first, group.name), operation.index)
        if reused != operation.index:
            self.changes.instead[operation.index] = reused
        else:
            self.changes.replaced[operation.index] = Operation(
                operation.index,
                ops.REUSE,
                operation.place,
                operation.kind,
                (first,),
                operation.result_axes,
                ref=owner.name,
            )

    def _key(self, operation: Operation) -> Hashable:
        """What two operations have in common whose values are the same."""
        if operation.opcode is ops.LOAD_INPUT and operation.leaf is not None:
            return operation.leaf.path
        if operation.opcode is ops.CONST:
            return operation.kind, _exact(operation.value)
        return (
            operation.opcode,
            operation.function,
            operation.kind,
            operation.axes,
            tuple([self._numbers[arg] for arg in operation.args]),
            tuple([(name, _exact(value)) for name, value in operation.options]),
            operation.table,
            operation.fields,
        )


def _exact(value: Any) -> Hashable:
    """What tells 1 from 1.0 and true, 0.0 from -0.0, and 1.0 from 1.00."""
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return type(value), value if isinstance(value, int | str) else repr(value)
