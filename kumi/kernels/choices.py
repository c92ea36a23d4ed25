"""Logic and choices over whole columns: and, or, not, select, coalesce, is_null, clamp.

A null condition raises TypeError. Factories as `arguments` describes them.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import column_of
>>> condition = column_of([True, False], BOOLEAN)
>>> choose = elementwise("select", (BOOLEAN, FLOAT, INTEGER), FLOAT)
>>> cells(choose(condition, 0.5, column_of([1, 2], INTEGER)))
[0.5, 2.0]
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.arguments import (
    bound,
    has_nulls,
    integers_within,
    nulls,
    presence,
    values,
)
from kumi.kernels.decimal_values import passed_on
from kumi.kernels.kinds import BOOLEAN, DATE, FLOAT, INTEGER
from kumi.kernels.selection import select_integers
from kumi.kernels.values import to_float
from kumi.kernels.vectors import EPOCH, EXACT, LARGEST, Column, cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind


def _logic(compute: Callable[..., Any]) -> Factory:
    """A function of booleans; a null among them goes by row, and raises."""

    def make(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel:
        def kernel(*arguments: Any) -> Column:
            if has_nulls(*arguments):
                return by_row(*arguments)
            return Column(compute(*map(values, arguments)))

        return kernel

    return make


def _is_null(a: Column) -> Column:
    return Column(nulls(a))


def select(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel:
    """The second argument where the first is true, else the third, as the result's kind."""
    choose = _chooser(result)

    def kernel(condition: Any, a: Any, b: Any) -> Column:
        if has_nulls(condition):
            return by_row(condition, a, b)
        return choose(values(condition), a, b)

    return kernel


def coalesce(_kinds: tuple[Kind, ...], result: Kind, _by_row: Kernel) -> Kernel:
    """The first argument where it is not null, else the second."""
    choose = _chooser(result)
    return lambda a, b: choose(presence(a), a, b)


def _chooser(result: Kind) -> Callable[[Any, Any, Any], Column]:
    if result is FLOAT:
        return _choose_floats
    if result is INTEGER:
        return _choose_integers
    if result is DATE:
        return _choose_dates
    return _choose_booleans if result is BOOLEAN else _choose_objects


def _choose_floats(first: Any, a: Any, b: Any) -> Column:
    return Column(np.where(first, _floats(a), _floats(b)), chosen_valid(first, a, b))


def _choose_integers(first: Any, a: Any, b: Any) -> Column:
    if a.__class__ is b.__class__ is int and (a, b) == (1, 0):  # how conditions are counted
        return Column(first.astype(np.int64), None, 1)
    largest = max(bound(a), bound(b))
    if a.__class__ is b.__class__ is int and largest <= LARGEST:
        return Column(select_integers(first, a, b), None, largest)
    form = _int64 if largest <= LARGEST else _objects
    return Column(np.where(first, form(a), form(b)), chosen_valid(first, a, b), largest)


def _choose_booleans(first: Any, a: Any, b: Any) -> Column:
    return Column(np.where(first, _booleans(a), _booleans(b)), chosen_valid(first, a, b))


def _choose_dates(first: Any, a: Any, b: Any) -> Column:
    return Column(np.where(first, _days(a), _days(b)), chosen_valid(first, a, b))


def _choose_objects(first: Any, a: Any, b: Any) -> Column:
    return Column(np.where(first, _objects(a), _objects(b)), chosen_valid(first, a, b))


def chosen_valid(first: Any, a: Any, b: Any) -> Any:
    """Where a choice is not null; None where it nowhere is."""
    if not has_nulls(a, b):
        return None
    size = next(len(x) for x in (first, a, b) if isinstance(x, Column | np.ndarray))
    valid = np.broadcast_to(np.where(first, presence(a), presence(b)), (size,))
    return None if valid.all() else valid


def _floats(argument: Any) -> Any:
    if argument.__class__ is not Column:
        return np.float64(0.0 if argument is None else to_float(argument))
    if argument.values.dtype == object:
        return np.array([to_float(cell or 0) for cell in argument.values.tolist()], np.float64)
    return argument.values.astype(np.float64, copy=False)


def _int64(argument: Any) -> Any:
    if argument.__class__ is not Column:
        return argument or 0
    return _zeros(argument, np.int64) if argument.values.dtype == object else argument.values


def _booleans(argument: Any) -> Any:
    if argument.__class__ is not Column:
        return np.bool_(argument or False)
    return _zeros(argument, np.bool_) if argument.values.dtype == object else argument.values


def _days(argument: Any) -> Any:
    if argument.__class__ is not Column:
        return np.datetime64(argument or EPOCH, "D")
    return _zeros(argument, "datetime64[D]") if argument.values.dtype == object else argument.values


def _zeros(nulls: Column, dtype: type[np.generic] | str) -> Any:
    """Zeros in place of a column of nulls, whose values are objects and mean nothing."""
    return np.zeros(len(nulls), dtype)


def _objects(argument: Any) -> Any:
    """Python objects, null as None; a scalar in an array without dimensions."""
    if argument.__class__ is not Column:
        boxed = np.empty((), object)
        boxed[()] = passed_on(argument)
        return boxed
    if argument.scale is None and argument.values.dtype == object:
        return argument.values
    return np.fromiter(cells(argument), object, len(argument))


def clamp(kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """The first argument, kept between the others; reversed bounds go by row, and raise."""
    if result is not FLOAT and result is not INTEGER:
        return None
    largest = EXACT if result is FLOAT and INTEGER in kinds else LARGEST
    dtype = np.float64 if result is FLOAT else np.int64

    def kernel(*arguments: Any) -> Column:
        x, low, high = map(values, arguments)
        computes = not has_nulls(*arguments) and integers_within(largest, *arguments)
        if not computes or not _everywhere(low <= high):  # reversed, or NaN
            return by_row(*arguments)
        chosen = _between(x, low, high).astype(dtype, copy=False)
        return Column(chosen, None, max(map(bound, arguments)) if result is INTEGER else None)

    return kernel


def _everywhere(test: Any) -> bool:
    return test if test.__class__ is bool else bool(test.all())


def _between(x: Any, low: Any, high: Any) -> Any:
    """Each value, or the bound that it is beyond.

    Of two zeros with different signs NumPy takes either, as the processor likes it. There the value
    itself is meant, if it is within the bounds, as for scalars.
    """
    chosen = np.minimum(np.maximum(x, low), high)
    at = np.flatnonzero(chosen == 0)
    if at.size:
        x, low, high = (a[at] if isinstance(a, np.ndarray) else a for a in (x, low, high))
        chosen[at] = np.where(x < low, low, np.where(x > high, high, x))
    return chosen


CHOICES: dict[str, Factory] = {
    "and": _logic(operator.and_),
    "or": _logic(operator.or_),
    "not": _logic(np.logical_not),
    "is_null": lambda _kinds, _result, _by_row: _is_null,
    "select": select,
    "coalesce": coalesce,
    "clamp": clamp,
}
