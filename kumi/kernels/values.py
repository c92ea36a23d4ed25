"""Single values: what they are called, how they become another kind, when two are the same.

>>> bring(3, FLOAT), described(None), to_string(1e23)
(3.0, 'null', '1.0e+23')
>>> same([1, 2], (1.0, 2.0)), same(1, True)
(True, False)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.dates import EXAMPLE, as_date
from kumi.kernels.decimal_values import of_float, text, to_decimal
from kumi.kernels.kinds import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    FLOAT,
    HASH,
    INTEGER,
    STRING,
    ArrayOf,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind


def is_array(value: object) -> bool:
    """Whether a value can stand for an array: a sequence that is no text, or a NumPy array."""
    if isinstance(value, list | tuple):
        return True
    if isinstance(value, Sequence):
        return not isinstance(value, str | bytes | bytearray)
    return isinstance(value, np.ndarray) and value.ndim > 0


def is_record(value: object) -> bool:
    """Whether a value can have fields: a mapping, a named tuple, or an object with attributes."""
    if isinstance(value, Mapping) or hasattr(value, "_fields"):
        return True
    if value is None or isinstance(value, _SCALARS) or is_array(value):
        return False
    return hasattr(value, "__dict__") or hasattr(value, "__slots__")


_SCALARS = (bool, int, float, str, bytes, bytearray, complex, Decimal, date, np.generic, type)
_BOOLEANS = (bool, np.bool_)
_NAMES: tuple[tuple[Any, str], ...] = (
    (_BOOLEANS, "a boolean"),
    (int | np.integer, "an integer"),
    (float | np.floating, "a float"),
    (Decimal, "a decimal"),
    (str, "a string"),
    (datetime, "a datetime"),
    (np.datetime64, "a NumPy datetime"),
    (date, "a date"),
    (Mapping, "a hash"),
)


def described(value: object) -> str:
    """What a value is, for messages: `a string`, `null`; never the value itself."""
    if value is None:
        return "null"
    for types, name in _NAMES:
        if isinstance(value, types):
            return name
    return "an array" if is_array(value) else f"a Python {type(value).__name__}"


def as_list(value: object) -> str:
    """How what is no array becomes one, as the end of a message; nothing where it does not."""
    if hasattr(value, "columns"):
        rows = "to_dicts()" if hasattr(value, "to_dicts") else 'to_dict("records")'
        return f"; give its rows: `.{rows}`"
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        return ""
    return "; give `list(…)` of it"


def expected(kind: Kind) -> str:
    """What a value of a kind is called, for messages."""
    if isinstance(kind, ArrayOf):
        return "an array"
    if kind is DATE:
        return f"a date such as {EXAMPLE}"
    return f"{'an' if str(kind)[0] in 'aeiou' else 'a'} {kind}"


def to_float(value: float) -> float:
    """A number as a float: exactly rounded, infinite where it is too large."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def bring(value: Any, kind: Kind) -> Any:
    """Data as its declared kind has it: a plain Python object, or None for null.

    An integer becomes a float where that is declared; NumPy's scalars and subclasses of Python's
    become the plain types; a decimal is made of any number and of its text. Raises TypeError for
    everything else.
    """
    if value is None:
        return None
    rule = _RULES[ArrayOf if isinstance(kind, ArrayOf) else kind]
    brought = rule(value)
    if brought is None:
        raise TypeError(f"expected {expected(kind)}, found {described(value)}")
    return brought


def _as_float(value: Any) -> float | None:
    if isinstance(value, float | np.floating):
        return float(value)
    whole = _as_integer(value)
    return None if whole is None else to_float(whole)


def _as_integer(value: Any) -> int | None:
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    return None


def _as_boolean(value: Any) -> bool | None:
    return bool(value) if isinstance(value, _BOOLEANS) else None


def _as_string(value: Any) -> str | None:
    # The text itself, not what a subclass (an Enum) prints.
    return str.__str__(value) if isinstance(value, str) else None


def _as_date(value: Any) -> date | None:
    found = as_date(value)
    return found if found.__class__ is date else None


def _as_decimal(value: Any) -> Decimal | None:
    try:
        return to_decimal(value)
    except (TypeError, ValueError, OverflowError):
        return None


_RULES: dict[Any, Callable[[Any], Any]] = {
    FLOAT: _as_float,
    DECIMAL: _as_decimal,
    INTEGER: _as_integer,
    BOOLEAN: _as_boolean,
    STRING: _as_string,
    DATE: _as_date,
    HASH: lambda value: value if is_record(value) else None,
    ArrayOf: lambda value: value if is_array(value) else None,
    ANY: lambda value: value,
}


def same(left: Any, right: Any) -> bool:
    """Structural equality of any two values; a boolean equals only itself, 1 equals 1.0.

    A decimal equals the float whose shortest form it is.
    """
    if isinstance(left, _BOOLEANS) or isinstance(right, _BOOLEANS):
        return isinstance(left, _BOOLEANS) and isinstance(right, _BOOLEANS) and bool(left == right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if is_array(left) or is_array(right):
        if not (is_array(left) and is_array(right)):
            return False
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return bool(_exactly(left) == _exactly(right))
    return bool(left == right)


def _exactly(value: Any) -> Any:
    """A float by its shortest decimal form; any other value, and what is not finite, as it is."""
    return of_float(value) if isinstance(value, float) and math.isfinite(value) else value


_GUARDED: Final = 2000
"""Python's `str` refuses integers with more digits than a process may set, 640 of them at least."""


def to_string(value: object) -> str:
    """The text of a value: `1.5`, `1.0e+23`, `true`; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, _BOOLEANS):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return text(value) if value.is_finite() else str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < _GUARDED else format(Decimal(value), "f")
    return _float_text(value) if isinstance(value, float) else str(value)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    text = float.__repr__(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text
