"""Divisions of decimal columns that are not worked out until somebody looks.

`round(a / b, 2)` is the exact fraction rounded once, in integers: 24 ns a cell. What else looks at
a quotient sees 28 digits, half to even, which takes a call a cell. A divisor whose only prime
factors are 2 and 5, such as 100 or 12.5, is no fraction at all: the result is that of a product.

>>> from kumi.kernels.kinds import DECIMAL
>>> from kumi.kernels.vectors import cells, column_of
>>> made = divide(column_of([Decimal(1), Decimal(2)], DECIMAL), 3)
>>> cells(round_column(made, 2)), str(cells(made)[0])
([Decimal('0.33'), Decimal('0.67')], '0.3333333333333333333333333333')
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.decimal_cells import with_digits
from kumi.kernels.decimal_operands import Parts, column, is_long, parts, tight
from kumi.kernels.decimal_rounding import round_column
from kumi.kernels.decimal_values import BY_ZERO, QUOTIENT, bounded
from kumi.kernels.vectors import LARGEST, Column, size_repeated

if TYPE_CHECKING:
    from kumi.kernels.vectors import Counts

__all__ = ["Ratios", "divide", "round_column"]


@dataclass(frozen=True, slots=True)
class Ratios:
    """`dividend / divisor`, cell by cell; either may be one number for all of them."""

    dividend: Any
    divisor: Any
    above: Parts
    below: Parts
    size: int

    def __len__(self) -> int:
        return self.size

    def worked_out(self) -> Column:
        """Each to 28 digits."""
        shift = self.above.scale - self.below.scale
        tops, bottoms = np.broadcast_arrays(self.above.whole, self.below.whole)
        quotients = map(
            QUOTIENT.divide, map(Decimal, tops.tolist()), map(Decimal, bottoms.tolist())
        )
        found = [bounded(one.scaleb(-shift, QUOTIENT)) for one in quotients]
        values, bound, scale = with_digits(found, QUOTIENT.prec)
        return Column(values, None, bound, scale)

    def repeated(self, counts: Counts) -> Ratios:
        """Each repeated so many times."""
        above, below = (self._repeated(one, counts) for one in (self.above, self.below))
        return Ratios(None, None, above, below, size_repeated(len(self), counts))

    def _repeated(self, one: Parts, counts: Counts) -> Parts:
        if not isinstance(one.whole, np.ndarray):
            return one
        return one._replace(whole=np.repeat(one.whole, counts))


def divide(a: Any, b: Any) -> Column:
    """The quotients of columns or numbers, at least one of them a column; none of them is null.

    Raises ZeroDivisionError where a divisor is zero.
    """
    above, below = parts(a), parts(b)
    size = next(len(one) for one in (a, b) if one.__class__ is Column)
    if np.any(below.whole == 0):
        raise ZeroDivisionError(BY_ZERO)
    product = _as_product(a, above, below)
    if product is not None:
        return product
    return Column.deferring(Ratios(a, b, above, below, size))


def _as_product(a: Any, above: Parts, below: Parts) -> Column | None:
    """The quotients by one number that divides a power of ten below 10 ** 18; else None."""
    if a.__class__ is not Column or below.whole.__class__ is not int or not below.whole:
        return None
    places = next((n for n in range(18) if 10**n % below.whole == 0), None)
    if places is None:
        return None
    times = 10**places // below.whole
    if above.bound * abs(times) > LARGEST:
        above = tight(a, above)
    bound, scale = above.bound * abs(times), above.scale - below.scale + places
    if bound > LARGEST or scale < 0 or is_long(bound, scale):
        return None
    return column(above.whole * times, scale, bound)
