"""What column kernels ask of their arguments, each a column or a Python scalar.

A kernel is made by a *factory*: it takes the kinds, `by_row`, the kernel that goes cell by cell
with the scalar function, and all options of the function by name. What it makes computes the common
case with NumPy and leaves every other
one to `by_row`: nulls, integers past int64, and whatever is going to raise. So columns and scalars
agree to the exception. A factory gives None where there is no faster way than by row.

Integers need a bound. The language has integers of any size, NumPy's int64 wraps around without a
word, and looking for that afterwards would read every result again. So a column of integers knows a
magnitude that no cell exceeds, and the bound of a result is computed from those of its arguments,
two Python numbers, before any cell is: where it fits int64, no cell can overflow. A bound may be
too large, since it adds up the worst cases of cells that never meet. Where it does not fit,
`tighten` looks at the arguments' cells and tries once more, and only then Python's integers do the
work, one row at a time. For quantities up to 9 and prices up to 250,000:

    expression              bound                        how it is computed
    quantity * price        9 * 250,000 = 2,250,000      int64
    … summed, 1,000 rows    2,250,000,000                int64
    … to the third power    1.1 * 10^28, too large       look at the sum: were it 2,000,000,
                            8 * 10^18                    this fits, and int64 will do

>>> from kumi.kernels.kinds import INTEGER
>>> from kumi.kernels.vectors import column_of
>>> column = column_of([3, -100], INTEGER)
>>> bound(column), bound(7), integers_within(99, column, 7)
(100, 7, False)
>>> plain(column_of([1, None], INTEGER)) is None
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kumi.kernels.values import to_float
from kumi.kernels.vectors import LARGEST, Column, magnitude

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Kernel: TypeAlias = "Callable[..., Column]"
Factory: TypeAlias = "Callable[..., Kernel | None]"


def values(argument: Any) -> Any:
    """The flat values of a column; a scalar as it is."""
    return argument.values if argument.__class__ is Column else argument


def plain(argument: Any) -> Any:
    """The values, or None where there are nulls or integers past int64."""
    if argument.__class__ is not Column:
        return argument
    past = argument.bound is not None and argument.bound > LARGEST
    return None if past or argument.valid is not None else argument.values


def numbers(argument: Any) -> Any:
    """The same as `plain`, but a Python int becomes a float (infinite where it is too large)."""
    found = plain(argument)
    return to_float(found) if found.__class__ is int else found


def presence(argument: Any) -> Any:
    """Where an argument is not null: a mask, or True or False for all cells."""
    if argument.__class__ is not Column:
        return argument is not None
    return True if argument.valid is None else argument.valid


def has_nulls(*arguments: Any) -> bool:
    """Whether there may be a null among the arguments."""
    for argument in arguments:  # a generator would cost a microsecond
        if argument is None or (argument.__class__ is Column and argument.valid is not None):
            return True
    return False


def nulls(column: Column) -> NDArray[np.bool_]:
    """Where a column is null."""
    return np.zeros(len(column), np.bool_) if column.valid is None else ~column.valid


def bound(argument: Any) -> int:
    """The largest magnitude among the integers of an argument; floats and nulls have none."""
    if argument.__class__ is Column:
        return argument.bound or 0
    return abs(argument) if argument.__class__ is int else 0


def tighten(argument: Any) -> int:
    """The bound, made exact by a look at the data: bounds of sums and products overestimate."""
    if argument.__class__ is Column and argument.values.dtype == np.int64:
        argument.bound = magnitude(argument)
    return bound(argument)


def integers_within(largest: int, *arguments: Any) -> bool:
    """Whether no integer among the arguments has a larger magnitude."""
    for argument in arguments:
        if bound(argument) > largest and tighten(argument) > largest:
            return False
    return True


def anywhere(test: Any) -> bool:
    """Whether a comparison, of a column or of scalars, holds for any cell."""
    return test if test.__class__ is bool else bool(test.any())
