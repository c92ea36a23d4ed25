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
    sharing = _Sharing(program)
    for group in program.groups:
        for operation in program.operations[group.first : group.last]:
            sharing.visit(operation, group)
    return rewritten(program, sharing.changes)


class _Sharing:
    """Values are numbered: equal numbers are equal values, by the first operation that has them."""

    def __init__(self, program: Program) -> None:
        self.changes = Changes()
        self._program = program
        self._numbers: list[int] = []
        self._forms: dict[Hashable, int] = {}
        self._first: dict[tuple[int, ...], int] = {}
        self._reused: dict[tuple[int, int], int] = {}

    def visit(self, operation: Operation, group: Group) -> None:
        """Number the value of an operation; share it, where an earlier one has it."""
        index, opcode = operation.index, operation.opcode
        known = self._numbers
        numbers = [known[arg] for arg in operation.args]
        if opcode is ops.REF or opcode is ops.STORE:
            known += numbers
            return
        # A form is a number, so that a key is of nothing but numbers: those are no garbage
        # collector's business, and there are as many keys as operations.
        form = self._forms.setdefault(_form(operation), len(self._forms))
        first = self._first.setdefault((form, *numbers), index)
        known.append(first)
        if first != index and not opcode.free and opcode is not ops.LOAD_INPUT:
            self._share(operation, group, first)

    def _share(self, operation: Operation, group: Group, first: int) -> None:
        index = operation.index
        if first < group.first:
            reused = self._reused.setdefault((first, group.first), index)
            if reused == index:
                self.changes.replaced[index] = self._reuse(operation, first)
                return
            first = reused
        self.changes.instead[index] = first

    def _reuse(self, operation: Operation, first: int) -> Operation:
        return Operation(
            operation.index,
            ops.REUSE,
            operation.place,
            operation.kind,
            (first,),
            operation.result_axes,
            ref=self._program.group_of(first).name,
        )


def _form(operation: Operation) -> Hashable:
    """What operations have in common that give the same of the same arguments."""
    opcode = operation.opcode
    if opcode is ops.LOAD_INPUT and operation.leaf is not None:
        return operation.leaf.path
    if opcode is ops.CONST:
        return operation.kind, _exact(operation.value)
    form = opcode, operation.function, operation.kind, operation.axes
    if not operation.options and not operation.fields:
        return form
    return *form, _exact(operation.options), operation.fields


def _exact(value: Any) -> Hashable:
    """What tells 1 from 1.0 and true, 0.0 from -0.0, and 1.0 from 1.00."""
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return type(value), value if isinstance(value, int | str) else repr(value)
