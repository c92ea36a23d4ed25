"""Pass: an input that several declarations read is loaded once.

Lowering has each declaration load what it reads. Loading is looking every cell up and checking it,
and comes before anything is computed, so once is enough:

>>> from kumi.schema import compile_program, loads
>>> schema = loads("schema do input do float :x end value :a, -input.x value :b, 1 / input.x end")
>>> [one.title for one in compile_program(schema, without="load_sharing").operations]
['LoadInput x', 'LoadInput x', 'Const', 'Map subtract', 'Const', 'Map divide']
>>> [one.title for one in compile_program(schema).operations]
['LoadInput x', 'Const', 'Map subtract', 'Const', 'Map divide']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.ir.ops import LOAD_INPUT
from kumi.ir.passes.rewriting import Changes, rewritten

if TYPE_CHECKING:
    from kumi.ir.program import Program


def load_sharing(program: Program) -> Program:
    """Every leaf of the input loaded once, for all who read it."""
    changes = Changes()
    loaded: dict[tuple[str, ...], int] = {}
    for operation in program.operations[: program.groups[0].last]:
        if operation.opcode is LOAD_INPUT and operation.leaf is not None:
            first = loaded.setdefault(operation.leaf.path, operation.index)
            if first != operation.index:
                changes.instead[operation.index] = first
    return rewritten(program, changes)
