"""Functions of bare arrays that look at them first: `clamp`, `min_of`, `max_of`, `sqrt`, `log`.

What is going to raise they leave to the function of columns, which says so as the language does.

Of two zeros with different signs NumPy's minimum and maximum take either, as the processor likes
it, where the language says which. Only where one of them is negative can that be seen. Its bits are
those of the least integer there is, so one look for the least tells whether there is any.

>>> import numpy as np
>>> has_negative_zero(np.array([0.5, -0.0])), has_negative_zero(np.array([0.0, -0.5]))
(True, False)
>>> clamp = bare_call("clamp", (FLOAT, FLOAT, FLOAT), FLOAT, print)
>>> clamp(np.array([-1.0, 2.0, 9.0]), 0.0, np.array([5.0, 5.0, 8.0])).tolist()
[0.0, 2.0, 8.0]
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.kinds import FLOAT
from kumi.kernels.vectors import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind

    _Function = Callable[..., Any]

_NEGATIVE_ZERO: Final = -(2**63)
_maximum, _minimum = np.maximum, np.minimum


def bare_call(
    function: str, kinds: tuple[Kind, ...], result: Kind, of_columns: _Function
) -> _Function | None:
    """The function of arrays and scalars, at least one of them an array; None where there is none.

    `of_columns` is the function of columns that it leaves some cases to. The call takes one more
    argument, `out`: None, or the first argument where that may be written into.
    """
    if function not in _CALLS or result is not FLOAT or set(kinds) != {FLOAT}:
        return None

    def by_columns(*arguments: Any) -> Any:
        shape = np.broadcast_shapes(*map(np.shape, arguments))
        columns = (
            Column(one.reshape(-1)) if one.__class__ is np.ndarray else one for one in arguments
        )
        return of_columns(*columns).values.reshape(shape)

    return _CALLS[function](by_columns)


def has_negative_zero(x: Any) -> bool:
    """Whether an array has one, or a float is it."""
    if x.__class__ is float:
        return x == 0 and math.copysign(1.0, x) < 0
    bits = x.view(np.int64)
    return bool(bits.size and bits.item(bits.argmin()) == _NEGATIVE_ZERO)


def _clamp(by_columns: _Function) -> _Function:
    def clamp(x: Any, low: Any, high: Any, out: Any = None) -> Any:
        if not _in_order(low, high):
            return by_columns(x, low, high)
        if _may_be_zero(low) and any(map(has_negative_zero, (x, low, high))):
            return by_columns(x, low, high)
        chosen = _maximum(x, low, out=out)
        within = chosen if chosen.__class__ is np.ndarray else None
        return _minimum(chosen, high, out=within)

    return clamp


def _in_order(low: Any, high: Any) -> bool:
    """Whether no lower bound is above its upper one, or NaN."""
    if low.__class__ is float:
        if high.__class__ is float:
            return bool(low <= high)
        return not high.size or bool(high.item(high.argmin()) >= low)
    if not low.size:
        return True
    if high.__class__ is float:
        return bool(low.item(low.argmax()) <= high)
    ordered = low <= high
    return bool(ordered.item(ordered.argmin()))


def _may_be_zero(low: Any) -> bool:
    """Whether a value that is no less than these may be zero."""
    if low.__class__ is float:
        return bool(low <= 0)
    return not low.size or not low.item(low.argmin()) > 0


def _extreme(ufunc: np.ufunc) -> Callable[[_Function], _Function]:
    """The least or greatest of some; of equal ones the first."""

    def make(by_columns: _Function) -> _Function:
        def extreme(*arguments: Any, out: Any = None) -> Any:
            if any(map(has_negative_zero, arguments)):
                return by_columns(*arguments)
            first, second, *others = arguments
            chosen = ufunc(first, second, out=out)
            for other in others:
                chosen = ufunc(chosen, other)
            return chosen

        return extreme

    return make


def _of_no_negatives(ufunc: np.ufunc) -> Callable[[_Function], _Function]:
    """A function that negative numbers raise from."""

    def make(by_columns: _Function) -> _Function:
        def compute(x: Any, out: Any = None) -> Any:
            # Where there is NaN it is the least; then all have to be looked at.
            if x.size and not x.item(x.argmin()) >= 0 and (x < 0).any():
                return by_columns(x)
            return ufunc(x, out=out)

        return compute

    return make


_CALLS: dict[str, Callable[[_Function], _Function]] = {
    "clamp": _clamp,
    "min_of": _extreme(np.minimum),
    "max_of": _extreme(np.maximum),
    "sqrt": _of_no_negatives(np.sqrt),
    "log": _of_no_negatives(np.log),
}
