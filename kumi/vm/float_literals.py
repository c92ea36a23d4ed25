"""Integer literals that meet floats, brought to floats when code is written and not in each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.ir import ops
from kumi.kernels.kinds import FLOAT, INTEGER
from kumi.kernels.values import to_float
from kumi.vm.convention import float_constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.ir.program import Operation, Program


class FloatLiterals:
    """The globals of such literals: one for all that are the same number."""

    def __init__(self, bound: dict[str, Any]) -> None:
        self._bound = bound
        self._names: dict[int, str] = {}

    def among(
        self, program: Program, operation: Operation, names: Sequence[str]
    ) -> tuple[tuple[Any, ...], list[str]]:
        """Kinds and names of the arguments, with floats for the literals among them."""
        kinds, found, operations = [], [], program.operations
        for index, name in zip(operation.args, names, strict=True):
            arg = operations[index]
            literal = arg.opcode is ops.CONST and arg.kind is INTEGER
            kinds.append(FLOAT if literal else arg.kind)
            found.append(self._name(arg) if literal else name)
        return tuple(kinds), found

    def _name(self, literal: Operation) -> str:
        value: Any = literal.value
        if value not in self._names:
            self._names[value] = float_constant(literal.index)
            self._bound[self._names[value]] = to_float(value)
        return self._names[value]
