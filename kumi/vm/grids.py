"""Vectors that are the sides of a grid: repeated for each cell of another, and never written out.

An axis that `cross` or `outer` makes over an array at the root has the whole array in each of its
rows. So what is repeated along a row is a column of the grid, of one number a row, and what is
repeated from row to row is one row; NumPy repeats both while it computes. Two pixels `a0`, each
beside three lights `a1`:

    v1 = v0[:, None]              down, 2 x 1: a number for each pixel
    v3 = v2                       across, 3: a number for each light
    v4 = (v1 - v3).reshape(-1)    2 x 3 numbers, flat again as all others are

>>> import numpy as np
>>> (np.array([10, 20])[:, None] - np.array([1, 2, 3])).reshape(-1).tolist()
[9, 8, 7, 19, 18, 17]
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from kumi.ir import ops
from kumi.vm.convention import axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.ir.program import AxisName, Operation, Program


class GridSide(Enum):
    """How a vector lies along the grid that others fill."""

    DOWN = auto()
    ACROSS = auto()


def sides(program: Program) -> dict[int, GridSide]:
    """The operations that repeat their argument as a side of a grid, by index."""
    roots = {one.axes[0] for one in program.operations if one.opcode is ops.LOAD_INPUT and one.axes}
    found = {}
    for one in program.operations:
        made = program.made.get(one.axes[-1]) if one.opcode in _REPEATING else None
        if made is not None and made.below and made.array in roots:
            side = _side(one, program.operations[one.args[0]].result_axes)
            if side is not None:
                found[one.index] = side
    return found


def shape(program: Program, operation: Operation) -> str:
    """The expression for the shape of the grid that an operation lies along."""
    made = program.made[operation.axes[-1]]
    rows, array = map(program.axes.index, (made.below[-1], made.array))
    return f"({axis(rows)}.size, {axis(array)}.size)"


def filled(values: NDArray[np.generic], shape: tuple[int, int]) -> NDArray[np.generic]:
    """A side as the whole grid, in no more memory than it had.

    >>> filled(np.array([1, 2, 3]), (2, 3)).tolist()
    [[1, 2, 3], [1, 2, 3]]
    """
    return np.broadcast_to(values, shape)


def _side(operation: Operation, source: tuple[AxisName, ...]) -> GridSide | None:
    if operation.opcode is ops.ALIGN and operation.axes[: len(source)] == source:
        return GridSide.DOWN if operation.axes[:-1] == source else None
    return GridSide.ACROSS if len(source) == 1 else None


_REPEATING = (ops.ALIGN, ops.CROSS)
