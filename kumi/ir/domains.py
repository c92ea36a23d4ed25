"""Domains as the data of a kind is compared with them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kumi.kernels.decimal_values import of_float
from kumi.kernels.kinds import DECIMAL, FLOAT
from kumi.syntax.nodes import OneOf, Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Domain


def brought(domain: Domain | None, kind: Kind) -> Domain | None:
    """A domain with its numbers as data of a kind has them.

    A float among decimals means its shortest decimal form, and a decimal among floats the float
    that has it: else 0.1 would lie outside `..0.1`, because its binary value is a little more.

    >>> brought(Range(0, 0.1), DECIMAL)
    Range(low=0, high=Decimal('0.1'), exclusive=False)
    """
    convert = _CONVERT.get(kind)
    match domain:
        case Range(low, high, exclusive) if convert:
            return Range(convert(low), convert(high), exclusive)
        case OneOf(values) if convert:
            return OneOf(tuple(map(convert, values)))
    return domain


def _as_decimal(value: Any) -> Any:
    return of_float(value) if isinstance(value, float) and math.isfinite(value) else value


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


_CONVERT: dict[Kind, Callable[[Any], Any]] = {DECIMAL: _as_decimal, FLOAT: _as_float}
