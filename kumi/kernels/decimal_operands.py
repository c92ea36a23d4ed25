"""What kernels of decimals ask of their arguments: integers over one scale, whatever they were.

An argument may be a column of decimals, integers or floats, or a number by itself. `operands`
brings them to the largest of their scales, which multiplies the others by a power of ten, and says
what magnitude may come of it. As with integers (see `arguments`) a bound that does not fit int64 is
looked at once more before Python's integers do the work. Where even a whole number of ten thousand
digits may not be enough, nothing is given: cell by cell the answer may be shorter, or an error.

>>> from kumi.kernels.kinds import DECIMAL
>>> from kumi.kernels.vectors import column_of
>>> prices = column_of([Decimal("1.50"), Decimal(20)], DECIMAL)
>>> (prices, fee), scale, bound = operands((prices, Decimal("0.125")), sum)
>>> prices, fee, scale, bound
(array([ 1500, 20000]), 125, 3, 20125)
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kumi.kernels.decimal_cells import from_floats, largest, ten
from kumi.kernels.decimal_values import MOST_DIGITS, of_float
from kumi.kernels.vectors import LARGEST, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

_LIMIT: Final = 10**MOST_DIGITS
"""A magnitude below it has no more digits than a decimal may have."""


class Parts(NamedTuple):
    """Numbers as integers: `whole * 10 ** -scale`, none above `bound` in magnitude."""

    whole: Any
    scale: int
    bound: int


def parts(argument: Any) -> Parts:
    """A column of numbers, or a number by itself, as integers with a scale.

    Raises ValueError for floats that are NaN or infinite.
    """
    if argument.__class__ is not Column:
        return _of_number(argument)
    if argument.scale is not None:
        return Parts(argument.values, argument.scale, argument.bound or 0)
    if argument.values.dtype == np.float64:
        if argument.exact is None:
            values, bound, scale = from_floats(argument.values)
            argument.exact = Parts(values, scale, bound)
        exact: Parts = argument.exact
        return exact
    return Parts(argument.values, 0, argument.bound or 0)


@lru_cache(1024, typed=True)
def _of_number(number: Any) -> Parts:
    """A scalar's parts: literals of the schema come again with every run."""
    exact = of_float(number) if isinstance(number, float) else Decimal(number)
    above, below = exact.as_integer_ratio()
    scale = _places(below)
    whole = above * (ten(scale) // below)
    return Parts(whole, scale, abs(whole))


def _places(below: int) -> int:
    """How many digits behind the point a fraction has whose denominator is `2**a * 5**b`."""
    twos = (below & -below).bit_length() - 1
    rest, fives = below >> twos, 0
    while rest > 1:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives)


def tight(argument: Any, found: Parts) -> Parts:
    """The same parts with the bound that a look at the data gives."""
    if argument.__class__ is not Column or found.whole.dtype != np.int64:
        return found
    bound = largest(found.whole)
    if argument.values is found.whole:
        argument.bound = bound
    return found._replace(bound=bound)


def shortened(found: Parts) -> Parts:
    """The same numbers without the zeros at the end that all of them have."""
    while found.scale and isinstance(found.whole, np.ndarray) and found.whole.dtype == np.int64:
        less = found.whole // 10
        if not (less * 10 == found.whole).all():
            break
        found = Parts(less, found.scale - 1, -(-found.bound // 10))
    return found


def together(
    arguments: Sequence[Any], combine: Callable[[Iterable[int]], int]
) -> tuple[list[Parts], int]:
    """The parts of arguments, and the bound that `combine` makes of theirs at one scale."""
    found = list(map(parts, arguments))
    bound = _combined(found, combine)
    if bound > LARGEST:
        found = list(map(tight, arguments, found))
        bound = _combined(found, combine)
    return found, bound


def _combined(found: Sequence[Parts], combine: Callable[[Iterable[int]], int]) -> int:
    scale = max(one.scale for one in found)
    return combine([one.bound * ten(scale - one.scale) for one in found])


def operands(
    arguments: Sequence[Any], combine: Callable[[Iterable[int]], int]
) -> tuple[list[Any], int, int] | None:
    """The integers of arguments at one scale, that scale, and the bound of the result.

    `combine` gives it from those of the arguments. None where this may be too long.
    """
    found, bound = together(arguments, combine)
    scale = max(one.scale for one in found)
    if is_long(bound, scale):
        return None
    apart = ten(scale - min(one.scale for one in found))
    fits = max(bound, apart, *(one.bound for one in found)) <= LARGEST
    whole = [
        _at_scale(argument, one, scale, fits=fits)
        for argument, one in zip(arguments, found, strict=True)
    ]
    return whole, scale, bound


def _at_scale(argument: Any, found: Parts, scale: int, *, fits: bool) -> Any:
    """The integers of an argument at a larger scale; floats keep them, for what reads them next."""
    by = scale - found.scale
    whole = rescaled(found.whole, by, fits=fits)
    if by and fits and argument.__class__ is Column and argument.exact is not None:
        argument.exact = Parts(whole, scale, found.bound * ten(by))
    return whole


def spare(whole: Any, argument: Any) -> bool:
    """Whether integers that `operands` gave were made for one operation: it may write into them."""
    if argument.__class__ is not Column or whole.dtype != np.int64:
        return False
    return whole is not argument.values and argument.exact is None


def is_empty(*arguments: Any) -> bool:
    """Whether there are no rows: then nothing is computed, and scalars among them raise nothing."""
    return not all(len(one) for one in arguments if one.__class__ is Column)


def is_long(bound: int, scale: int) -> bool:
    """Whether integers of this bound and scale may have more digits than a decimal."""
    return bound >= _LIMIT or scale > MOST_DIGITS


def rescaled(whole: Any, by: int, *, fits: bool) -> Any:
    """Integers times a power of ten; as Python's where they do not fit int64."""
    if fits:
        return whole * ten(by) if by else whole
    return boxed(boxed(whole) * ten(by))


def boxed(whole: Any) -> NDArray[Any]:
    """Integers as Python's, in an array; one by itself in an array without dimensions."""
    if isinstance(whole, np.ndarray):
        return whole if whole.dtype == object else whole.astype(object)
    alone = np.empty((), object)
    alone[()] = whole
    return alone


def column(whole: NDArray[Any], scale: int, bound: int, valid: Any = None) -> Column:
    """A column of decimals, in int64 where the bound allows it."""
    if (bound <= LARGEST) != (whole.dtype == np.int64):
        whole = whole.astype(np.int64 if bound <= LARGEST else object)
    return Column(whole, valid, bound, scale)
