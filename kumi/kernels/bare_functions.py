"""Functions of bare arrays, as expressions that generated code has in place of a call.

They are for floats and booleans of which none is null: arrays, and Python's own beside them, where
at least one is an array. Nothing is asked in a run; what has to be looked at before is a call (see
`bare_calls`), or a function of columns (`bind.elementwise`).

An array that nothing needs any more can take the result: for 100,000 cells fresh memory costs more
than an addition.

>>> expression("add", (FLOAT, FLOAT), FLOAT)
'({0} + {1})'
>>> expression("add", (FLOAT, FLOAT), FLOAT, spent=1)
'_add({0}, {1}, out={1})'
>>> expression("power", (FLOAT, FLOAT), FLOAT)  # needs a call
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.kinds import BOOLEAN, FLOAT, INTEGER, STRING
from kumi.kernels.selection import select
from kumi.kernels.values import to_float
from kumi.kernels.vectors import LARGEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind
    from kumi.kernels.vectors import Column


def floats(column: Column) -> NDArray[Any]:
    """Integers of a column without nulls, as NumPy brings them to floats exactly rounded."""
    if (column.bound or 0) <= LARGEST:
        return column.values
    return np.array(list(map(to_float, column.values.tolist())), np.float64)


def same_texts(a: Any, b: Any) -> Any:
    """Where texts are equal, of columns without nulls; by number where one column has numbers.

    >>> from kumi.kernels.vectors import NumberedTexts, Column
    >>> column = Column(np.array(["x", "y"], object))
    >>> column.codes = NumberedTexts(np.array([1, 0], np.int16), {"y": 0, "x": 1})
    >>> same_texts(column, "x").tolist(), same_texts("z", column).tolist()
    ([True, False], [False, False])
    """
    if a.__class__ is str:
        a, b = b, a
    if b.__class__ is not str:
        return a.values == b.values
    if a.codes is None:
        return a.values == b
    return a.codes.cells == a.codes.numbers.get(b, -1)


NAMES: Final[dict[str, Any]] = {
    "_add": np.add,
    "_subtract": np.subtract,
    "_multiply": np.multiply,
    "_divide": np.divide,
    "_iadd": operator.iadd,
    "_isub": operator.isub,
    "_imul": operator.imul,
    "_itruediv": operator.itruediv,
    "_select": select,
    "_sum": np.add.reduce,
    "_floats": floats,
    "_same_texts": same_texts,
}
"""What expressions may name besides their arguments: to be bound where they are used."""

_ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_INTO_FIRST = {"add": "_iadd", "subtract": "_isub", "multiply": "_imul", "divide": "_itruediv"}
_ORDER = {
    "less_than": "<",
    "less_than_or_equal": "<=",
    "greater_than": ">",
    "greater_than_or_equal": ">=",
}
_EQUALITY = {"equal": "==", "not_equal": "!="}
_TEXTS = {"equal": "_same_texts({0}, {1})", "not_equal": "(~_same_texts({0}, {1}))"}
_LOGIC = {"and": "({0} & {1})", "or": "({0} | {1})", "not": "(~{0})"}
_SELECT: dict[Kind, str] = {FLOAT: "_select({0}, {1}, {2})", BOOLEAN: "({2} ^ (({1} ^ {2}) & {0}))"}
_SELECT_INTO, _OTHERWISE = "_select({0}, {1}, {2}, {2})", 2
_OF_ONE = {"abs": np.abs, "sin": np.sin, "cos": np.cos, "exp": np.exp, "tanh": np.tanh}
NAMES.update({f"_{name}": function for name, function in _OF_ONE.items()})


def takes(function: str, kinds: tuple[Kind, ...], kind: Kind) -> str | None:
    """How a function of some kinds can have a column of one of them; None where it cannot.

    No cell of it is null. `{0}` is its name.
    """
    if kind is INTEGER and function in _ARITHMETIC:
        return "_floats({0})"
    if kind is STRING and function in _TEXTS:
        return "{0}"
    return "{0}.values" if compares(function, kinds) else None


def compares(function: str, kinds: tuple[Kind, ...]) -> bool:
    """Whether a function compares integers, or texts: NumPy does so exactly, whatever their size.

    >>> compares("less_than", (INTEGER, INTEGER)), compares("less_than", (INTEGER, FLOAT))
    (True, False)
    """
    return (function in _EQUALITY or function in _ORDER) and set(kinds) in ({INTEGER}, {STRING})


def broadcasts(function: str) -> bool:
    """Whether it is one of NumPy's for any shapes that go together, and looks at nothing before.

    >>> broadcasts("add"), broadcasts("clamp")
    (True, False)
    """
    return any(function in known for known in (_ARITHMETIC, _ORDER, _EQUALITY, _LOGIC))


def expression(
    function: str, kinds: tuple[Kind, ...], result: Kind, *, spent: int | None = None
) -> str | None:
    """The expression for a function of arguments of these kinds; None where it needs a call.

    `{0} {1} {2}` stand for the arguments. Number `spent` is an array of floats that the result may
    be written into.
    """
    if function in _TEXTS and set(kinds) == {STRING}:
        return _TEXTS[function]
    if compares(function, kinds):
        return f"({{0}} {(_EQUALITY | _ORDER)[function]} {{1}})"
    if function in _EQUALITY:
        alike = set(kinds) in ({FLOAT}, {BOOLEAN})
        return f"({{0}} {_EQUALITY[function]} {{1}})" if alike else None
    if function == "select":
        if kinds[1:] != (result, result):
            return None
        return _SELECT[result] if spent != _OTHERWISE else _SELECT_INTO
    return _of_floats(function, spent) if set(kinds) == {FLOAT} else _LOGIC.get(function)


def fold(function: str, kind: Kind) -> str | None:
    """The expression for the fold of all of an array's cells; None where it needs a call.

    >>> fold("sum", FLOAT)
    '(float(_sum({0})) + 0.0)'
    """
    # Adding 0.0 turns -0.0, the sum of nothing but such zeros, into 0.0.
    return "(float(_sum({0})) + 0.0)" if function == "sum" and kind is FLOAT else None


def _of_floats(function: str, spent: int | None) -> str | None:
    if function in _ARITHMETIC:
        return _arithmetic(function, spent)
    if function in _ORDER:
        return f"({{0}} {_ORDER[function]} {{1}})"
    if function not in _OF_ONE:
        return None
    return f"_{function}({{0}})" if spent is None else f"_{function}({{0}}, out={{0}})"


def _arithmetic(function: str, spent: int | None) -> str:
    if spent is None:
        return f"({{0}} {_ARITHMETIC[function]} {{1}})"
    if spent == 0:
        return f"{_INTO_FIRST[function]}({{0}}, {{1}})"
    return f"_{function}({{0}}, {{1}}, out={{1}})"
