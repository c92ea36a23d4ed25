"""Rounding whole columns: factories as `arguments` describes them, one for each kind.

What decides is said in `rounding`; here it is done for a chunk of cells at a time, so that what is
in between stays in the cache. Cells too large for it go through the scalar function.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import cells, column_of
>>> cents = elementwise("round", (FLOAT, INTEGER), FLOAT, mode="half_up")
>>> cells(cents(column_of([1.005, -2.5, 1e300], FLOAT), 2))
[1.01, -2.5, 1e+300]
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kumi.kernels import rounding
from kumi.kernels.arguments import numbers, plain, tighten
from kumi.kernels.kinds import FLOAT, INTEGER
from kumi.kernels.rounding import GOES_UP, NEAR, SURE
from kumi.kernels.vectors import LARGEST, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind
    from kumi.kernels.rounding import Unit

    _Floats = NDArray[np.float64]

_CHUNK = 16_384
_WIDEST = 2**61
"""Integers of this magnitude may be doubled and added in int64."""

_CLEAR = 2.0**30
"""Below this many units, hardly a cell is so near to the middle that it must be looked at."""


def _round(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel, *, mode: str) -> Kernel | None:
    """`round`, of floats and of integers."""
    if result is INTEGER:
        return lambda a, digits=0: _round_integers(a, digits, mode) or by_row(a, digits)
    if result is not FLOAT:
        return None

    def kernel(a: object, digits: Any = 0) -> Column:
        x, unit = plain(a), rounding.digit(digits)
        if x is None or unit is None:
            return by_row(a, digits)
        exactly = partial(rounding.round_float, digits=digits, mode=mode)
        return Column(_nearest(x, unit, mode, exactly))

    return kernel


def _round_integers(a: Column, digits: int, mode: str) -> Column | None:
    if digits >= 0:
        return a if a.valid is None else None
    return _nearest_integers(a, 10**-digits, mode)


def _round_to(
    _kinds: tuple[Kind, ...], result: Kind, by_row: Kernel, *, mode: str
) -> Kernel | None:
    """`round_to`; a step for each cell goes by row, and so does one that is not above zero."""
    if result is INTEGER:
        return lambda a, step: _nearest_integers(a, step, mode) or by_row(a, step)
    if result is not FLOAT:
        return None

    def kernel(a: object, step: Any) -> Column:
        x, of = numbers(a), numbers(step)
        unit = rounding.multiple(of) if of.__class__ is float and 0 < of < np.inf else None
        if x is None or unit is None:
            return by_row(a, step)
        return Column(_nearest(x, unit, mode, partial(rounding.round_float_to, step=of, mode=mode)))

    return kernel


def _nearest(x: Any, unit: Unit, mode: str, exactly: Callable[[float], float]) -> Any:
    """The multiples of `unit`; `exactly` does one cell, of any size."""
    x = x.astype(np.float64, copy=False)
    found = np.empty_like(x)
    chosen = _of_halves if mode.startswith("half") else _directed
    for start in range(0, len(x), _CHUNK):
        part, out = x[start : start + _CHUNK], found[start : start + _CHUNK]
        count = _counted(part, unit)
        chosen(part, count, unit, mode, out)
        if not count.most * unit.times < SURE:
            for at in np.flatnonzero(~(np.abs(count.units) * unit.times < SURE)).tolist():
                out[at] = exactly(float(part[at]))
    return found


class _Count(NamedTuple):
    """How many units there are in each cell, not rounded yet, and the largest magnitude of them.

    That is NaN where one is NaN.
    """

    units: _Floats
    most: float


def _counted(x: _Floats, unit: Unit) -> _Count:
    units: _Floats = x * unit.over if unit.over != 1 else x / unit.times
    if unit.times != 1 and unit.over != 1:
        units /= unit.times
    return _Count(units, _most(units))


def _most(units: _Floats) -> float:
    return max(float(units[units.argmax()]), -float(units[units.argmin()]))


def _of_halves(x: _Floats, count: _Count, unit: Unit, mode: str, out: _Floats) -> None:
    """The nearest multiple; of the two beside the middle, the one that the mode says."""
    np.rint(count.units, out=out)
    distance = np.subtract(count.units, out)
    np.abs(distance, out=distance)
    at = _beside_middle(distance, count)
    _multiples(out, unit)
    if len(at):
        low = np.floor(count.units[at])
        tie = (2 * low + 1) * unit.times / (2 * unit.over)
        low += np.where(x[at] == tie, GOES_UP[mode](low), x[at] > tie)
        out[at] = np.copysign(_multiples(low, unit), x[at])


def _beside_middle(distance: _Floats, count: _Count) -> Any:
    """Where the nearest integer is so far away that the next may be as near."""
    if count.most < _CLEAR:
        limit = 0.5 - _CLEAR * NEAR
        farthest = distance[distance.argmax()]  # nowhere, mostly, and so that is found soonest
        return () if farthest <= limit else np.flatnonzero(distance > limit)
    return np.flatnonzero(distance > 0.5 - np.abs(count.units) * NEAR)


def _directed(x: _Floats, count: _Count, unit: Unit, mode: str, out: _Floats) -> None:
    """The multiple below or above, as the mode says; a multiple stays."""
    low = np.rint(count.units)
    at_low = _multiples(low.copy(), unit)
    low -= x < at_low
    low += GOES_UP[mode](low) & (x != at_low)
    np.copysign(_multiples(low, unit), x, out=out)


def _multiples(count: _Floats, unit: Unit) -> _Floats:
    """So many units each, in place."""
    if unit.times != 1:
        count *= unit.times
    if unit.over != 1:
        count /= unit.over
    return count


def _nearest_integers(a: Any, step: Any, mode: str) -> Column | None:
    """Multiples of an integer, or None where int64 is too narrow or there are nulls."""
    x = plain(a)
    if x is None or a.__class__ is not Column or step.__class__ is not int:
        return None
    if not 0 < step <= _WIDEST or tighten(a) > _WIDEST:
        return None
    low = x // step
    rest = x - low * step
    if mode.startswith("half"):
        low += np.where(2 * rest == step, GOES_UP[mode](low), 2 * rest > step)
    else:
        low += (rest != 0) & GOES_UP[mode](low)
    return Column(low * step, None, tighten(a) + step)


def _whole(compute: Callable[[Any], Any]) -> Factory:
    """`floor` or `ceil`: integers; what is none or past int64 goes by row."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        if kinds[0] is INTEGER:
            return lambda a: a if a.valid is None else by_row(a)
        return _whole_floats(compute, by_row) if kinds[0] is FLOAT else None

    return make


def _whole_floats(compute: Callable[[Any], Any], by_row: Kernel) -> Kernel:
    def kernel(a: Column) -> Column:
        x = plain(a)
        found = None if x is None else compute(x)
        most = 0.0 if found is None or not len(found) else _most(found)
        if found is None or not most < LARGEST:
            return by_row(a)
        return Column(found.astype(np.int64), None, int(most))

    return kernel


ROUNDING: dict[str, Factory] = {
    "round": _round,
    "round_to": _round_to,
    "floor": _whole(np.floor),
    "ceil": _whole(np.ceil),
}
