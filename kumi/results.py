"""What a run gives back: values by name, turned into Python lists when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import numpy as np

from kumi.errors import did_you_mean
from kumi.kernels import vectors
from kumi.kernels.tuples import handed_cells, handed_out
from kumi.kernels.values import is_array, same
from kumi.kernels.vectors import Column, nested, to_lists
from kumi.vm.convention import Computed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from kumi.kernels.vectors import Axis
    from kumi.vm.convention import OutputTable

T = TypeVar("T")
_RAGGED = "{} is ragged; use to_dict(), or numpy() of a reduced value"


class Result(Computed):
    """The values of one run: by attribute, by key, or all together.

    A value like a tuple with names: it cannot be changed, equals another one of the same schema
    with the same content, and can be pickled where its schema can be found again.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # its values are lists, which have none

    def __getitem__(self, name: str) -> Any:
        try:
            return self._value(name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs.names)

    def __len__(self) -> int:
        return len(self._outputs.names)

    def __contains__(self, name: object) -> bool:
        return name in self._outputs.names

    if not TYPE_CHECKING:  # a declaration may be called so, and a checker would not let it

        def keys(self) -> tuple[str, ...]:
            """The names of the outputs: what `dict(result)` and `**result` ask for."""
            return self._outputs.names

    def to_dict(self) -> dict[str, Any]:
        """Every output as plain Python: scalars, and nested lists that follow the axes."""
        return {name: self._made(name) for name in self._outputs.names}

    def numpy(self, name: str) -> Any:
        """One output as an array: of its cells for one axis, stacked where deeper ones are even.

        Decimals, tuples and objects are Python's, in an array of objects. Nulls come as a masked
        array. It cannot be written to: take a `.copy()` for that. Raises ValueError where inner
        arrays differ in length.
        """
        cell, axes = self._cell(name)
        if not axes:
            return _whole(name, self._value(name))
        shape = _shape(name, self._chain(axes))
        values = (_objects(cell) if name in self._outputs.made else _array(cell)).reshape(shape)
        values.flags.writeable = False
        if cell.valid is None:
            return values
        return np.ma.array(values, mask=~cell.valid.reshape(shape))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _alike(self.to_dict(), other.to_dict())

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={_shown(value)}" for name, value in self.to_dict().items())
        return f"{type(self).__name__}({values})"

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[Any, ...]]:
        return _made_again, (type(self), self._outputs, self._cells, self._axes)

    def _value(self, name: str) -> Any:
        """The value of an output; descriptors on the class call it. Lists are made once."""
        if not hasattr(self, "_lists"):
            self._lists = {}
        if name in self._lists:
            return self._lists[name]
        value = self._made(name)
        if isinstance(value, list | dict):
            self._lists[name] = value
        return value

    def _made(self, name: str) -> Any:
        """The same, made of the cells: whatever somebody did to the lists that were given out."""
        cell, axes = self._cell(name)
        if not axes:
            return handed_out(cell)
        if name in self._outputs.made:
            return nested(handed_cells(cell), self._chain(axes))
        return to_lists(cell, self._chain(axes))

    def _cell(self, name: str) -> tuple[Column | Any, tuple[str, ...]]:
        found = self._outputs.places.get(name)
        if found is None:
            raise AttributeError(self._missing(name))
        position, axes = found
        cell = self._cells[position]
        bare = axes and cell.__class__ is np.ndarray  # as generated code has most vectors
        return Column(cell) if bare else cell, axes

    def _chain(self, names: tuple[str, ...]) -> list[Axis]:
        axes = dict(zip(self._outputs.axes, self._axes, strict=True))
        chain = [axes[name] for name in names]
        return [axis for axis in chain if axis is not None]

    def _missing(self, name: str) -> str:
        schema = type(self).__name__
        if name in self._outputs.declared:
            return f"{schema}.{name} was not computed; ask for it with {schema}.only({name!r}).run"
        hint = did_you_mean(name, self._outputs.names)
        return f"{schema} has no declaration {name!r}" + (f"; {hint}" if hint else "")


def _objects(cell: Column) -> NDArray[Any]:
    """The values of a column as their owner gets them, lists and dicts among them."""
    return np.fromiter(handed_cells(cell), object, len(cell))


def _array(cell: Column) -> NDArray[Any]:
    """The values of a column as NumPy has them; decimals as Python's, in an array of objects."""
    if cell.scale is None:
        return cell.values
    return np.fromiter(vectors.cells(cell), object, len(cell))


@overload
def cells(value: T, axes: Literal[1] = 1) -> list[T]: ...
@overload
def cells(value: T, axes: Literal[2]) -> list[list[T]]: ...
@overload
def cells(value: T, axes: Literal[3]) -> list[list[list[T]]]: ...
def cells(value: Any, axes: int = 1) -> Any:
    """A value over arrays as the list that it is, for type checkers: `kumi.cells(result.net)`.

    They know the type of one cell, so `result.net` is a `float` to them. `axes` says how many
    arrays the formula passes through: 2 for a list of lists. The value is given back as it is;
    TypeError where it is not nested so deep.
    """
    found, level = [value], 0
    while level < axes:
        if not all(isinstance(part, list) for part in found):
            what = "no list" if level == 0 else f"nested {level} deep"
            raise TypeError(f"the value is {what}, and its cells are asked for over {axes} axes")
        found, level = [cell for part in found for cell in part], level + 1
    return value


def _made_again(kind: type[Result], outputs: OutputTable, values: Any, axes: Any) -> Result:
    """A result out of its parts, as the code of a run makes it."""
    made = object.__new__(kind)
    made._outputs, made._cells, made._axes = outputs, values, axes
    return made


def _alike(left: Any, right: Any) -> bool:
    """Whether two values are the same content: here NaN is NaN, as in the two results of a run."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_alike(left[key], right[key]) for key in left)
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(_alike, left, right))
    return same(left, right) or (_is_nan(left) and _is_nan(right))


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - quick test for NaN


def _shown(value: object) -> str:
    """A value's `repr`; its type where there is none, as of an integer of 5,000 digits."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - data that was passed on may have any `__repr__`
        return f"<{type(value).__name__} without a repr: {type(error).__name__}>"


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
