"""Bare arrays that several operations read as decimals: one column for all of them.

Because an array of floats is no decimal, an operation that has both brings the floats to integers
first, which costs more than most operations do: 3 to 6 ns a cell. A column remembers them, so the
first of these operations names the column that it makes, and the others take that:

    v5 = k5(v1, (xv3 := Column(v3)))
    v6 = k6(v2, xv3)
    del xv3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.ir import ops
from kumi.kernels.kinds import DECIMAL, FLOAT
from kumi.vm.convention import column_of_bare

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kumi.ir.program import Operation, Program


class SharedColumns:
    """Those of one program. `names` are the locals of values, `bare` those that are bare arrays."""

    def __init__(self, program: Program, names: Mapping[int, str], bare: Collection[int]) -> None:
        self._program = program
        self._names = names
        self._bare = bare
        self._last_reads = self._found()
        self._made: set[str] = set()
        self._dead: dict[int, list[str]] = {}
        for name, index in self._last_reads.items():
            self._dead.setdefault(index, []).append(column_of_bare(name))

    def expression(self, operation: Operation, arg: int) -> str:
        """The column of a bare array, as one operation reads it; `Column` makes one."""
        name = self._names[arg]
        if operation.index > self._last_reads.get(name, -1):
            return f"Column({name})"
        column = column_of_bare(name)
        if name in self._made:
            return column
        self._made.add(name)
        return f"({column} := Column({name}))"

    def dead(self, operation: Operation) -> list[str]:
        """The columns that nothing reads after an operation."""
        return self._dead.get(operation.index, [])

    def _found(self) -> dict[str, int]:
        """The last operation that reads each, by the name of its array."""
        if not self._bare:
            return {}
        readers: dict[str, list[int]] = {}
        for operation in self._program.operations:
            for arg in dict.fromkeys(operation.args) if self._has_decimals(operation) else ():
                if arg in self._bare and self._program.operations[arg].kind is FLOAT:
                    readers.setdefault(self._names[arg], []).append(operation.index)
        return {name: found[-1] for name, found in readers.items() if len(found) > 1}

    def _has_decimals(self, operation: Operation) -> bool:
        if operation.opcode not in (ops.MAP, ops.SELECT):
            return False
        return any(self._program.operations[arg].kind is DECIMAL for arg in operation.args)
