"""In which row of the input a divisor was zero: who has ten thousand rows must know which to mend.

Looked for when Python has raised, as nulls are: looking before each division would cost every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.ir import ops
from kumi.kernels.vectors import Column
from kumi.vm.access import access_path
from kumi.vm.convention import LOADING
from kumi.vm.liveness import value_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.ir.program import Leaf, Operation, Program


def zero_row(program: Program, failed: Operation, local: Mapping[str, Any]) -> str | None:
    """The row of the first divisor that is zero, as `orders[1].lines[0]`.

    None where the divisor is one for all rows, and where nothing was loaded that lies beside it.
    `local` are the variables of the generated code when it raised.
    """
    if failed.function not in {"divide", "modulo"}:
        return None
    divisor = local.get(value_names(program)[failed.args[1]])
    leaf = _beside(program, failed)
    if leaf is None or LOADING not in local or not isinstance(divisor, Column):
        return None
    (zeros,) = np.nonzero(divisor.values == 0)
    if not zeros.size:
        return None
    cell: str = local[LOADING].place(access_path(leaf), int(zeros[0]))
    row, bracket, _field = cell.rpartition("]")
    return row + bracket


def _beside(program: Program, failed: Operation) -> Leaf | None:
    """An input that was loaded along the axes of an operation."""
    loads = (one for one in program.operations if one.opcode is ops.LOAD_INPUT)
    return next((one.leaf for one in loads if one.result_axes == failed.result_axes), None)
