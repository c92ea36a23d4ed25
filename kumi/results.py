"""What a run gives back: values by name, turned into Python lists when they are first asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.errors import did_you_mean
from kumi.kernels.decimal_values import canonical
from kumi.kernels.kinds import DECIMAL
from kumi.kernels.vectors import cells, to_lists
from kumi.vm.convention import Computed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.ir.program import Operation
    from kumi.kernels.vectors import Axis, Column

_RAGGED = "{} is ragged; use to_dict(), or numpy() of a reduced value"


class Result(Computed):
    """The values of one run: by attribute, by key, or all together."""

    def __getitem__(self, name: str) -> Any:
        try:
            return self._value(name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def to_dict(self) -> dict[str, Any]:
        """Every output as plain Python: scalars, and nested lists that follow the axes."""
        return {name: self._value(name) for name in self._machine.program.outputs}

    def numpy(self, name: str) -> Any:
        """One output as an array: of its cells for one axis, stacked where deeper ones are even.

        Decimals are Python's, in an array of objects. Nulls come as a masked array. Raises
        ValueError where inner arrays differ in length.
        """
        cell, operation = self._cell(name)
        if not operation.result_axes:
            return _whole(name, self._value(name))
        shape = _shape(name, self._chain(operation))
        values = _array(cell).reshape(shape)
        if cell.valid is None:
            return values
        return np.ma.array(values, mask=~cell.valid.reshape(shape))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.to_dict().items())
        return f"{type(self).__name__}({values})"

    def _value(self, name: str) -> Any:
        """The value of an output; what descriptors on the class call."""
        cell, operation = self._cell(name)
        if operation.result_axes:
            return to_lists(cell, self._chain(operation))
        if operation.kind is DECIMAL and isinstance(cell, Decimal):
            return canonical(cell)
        return cell

    def _cell(self, name: str) -> tuple[Column | Any, Operation]:
        found = self._machine.outputs.get(name)
        if found is None:
            raise AttributeError(self._missing(name))
        position, operation = found
        return self._cells[position], operation

    def _chain(self, operation: Operation) -> list[Axis]:
        axes = dict(zip(self._machine.program.axes, self._axes, strict=True))
        chain = [axes[axis] for axis in operation.result_axes]
        return [axis for axis in chain if axis is not None]

    def _missing(self, name: str) -> str:
        schema = type(self).__name__
        if name in self._machine.declared:
            return f"{schema}.{name} was not computed; ask for it with {schema}.only({name!r}).run"
        hint = did_you_mean(name, self._machine.program.outputs)
        return f"{schema} has no declaration {name!r}" + (f"; {hint}" if hint else "")


def _array(cell: Column) -> NDArray[Any]:
    """The values of a column as NumPy has them; decimals as Python's, in an array of objects."""
    if cell.scale is None:
        return cell.values
    return np.fromiter(cells(cell), object, len(cell))


def _whole(name: str, value: Any) -> Any:
    """A scalar, or an array that was passed on whole."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(_RAGGED.format(name)) from None


def _shape(name: str, axes: list[Axis]) -> tuple[int, ...]:
    shape: list[int] = [axes[0].size]
    for axis in axes[1:]:
        lengths = np.unique(np.diff(axis.offsets))
        if len(lengths) > 1:
            raise ValueError(_RAGGED.format(name))
        shape.append(int(lengths[0]) if len(lengths) else 0)
    return tuple(shape)
