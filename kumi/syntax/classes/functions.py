"""The functions of the language as functions of Python.

They take what has no methods (paths to records, lists), and suit those who prefer them to methods.

Several share their name with a builtin on purpose: they are used as `kumi.sum(e)`.
"""
# ruff: noqa: A001 - the builtins are not needed here, and users write `kumi.sum`

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from kumi.syntax import nodes
from kumi.syntax.classes.code_places import here
from kumi.syntax.classes.expression import Expr, Formula, N, O, Policy, applied, neighbour
from kumi.syntax.classes.operands import node_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from kumi.syntax.classes.expression import AnyNumber, Exact
    from kumi.syntax.classes.records import Record

    Argument: TypeAlias = (
        Expr[Any]
        | type[Record]
        | Sequence[Any]
        | Mapping[str, Any]
        | float
        | Decimal
        | str
        | date
        | None
    )
    """What functions of any kind of value take: expressions, paths to records, lists, literals."""

T = TypeVar("T")


@overload
def sum(e: Expr[N]) -> Expr[N]: ...
@overload
def sum(e: Sequence[Any]) -> Expr[Any]: ...
def sum(e: object) -> Expr[Any]:
    """Add the innermost axis, or a list of expressions, up."""
    return applied("sum", e)


def count(e: Argument) -> Expr[int]:
    """The number of elements of the innermost axis, nulls included."""
    return applied("count", e)


@overload
def min(e: Expr[O | None]) -> Expr[O]: ...
@overload
def min(e: Sequence[Any]) -> Expr[Any]: ...
def min(e: object) -> Expr[Any]:
    """The least element that is not null; of a list, the least item."""
    return applied("min", e)


@overload
def max(e: Expr[O | None]) -> Expr[O]: ...
@overload
def max(e: Sequence[Any]) -> Expr[Any]: ...
def max(e: object) -> Expr[Any]:
    """The greatest element that is not null; of a list, the greatest item."""
    return applied("max", e)


@overload
def mean(e: Expr[float]) -> Expr[float]: ...
@overload
def mean(e: Expr[Decimal]) -> Expr[Decimal]: ...
@overload
def mean(e: Sequence[Any]) -> Expr[Any]: ...
def mean(e: object) -> Expr[Any]:
    """Sum by count; NaN where there is no element."""
    return applied("mean", e)


def any(e: Expr[bool] | Sequence[Any]) -> Expr[bool]:
    """Whether one element is true."""
    return applied("any", e)


def all(e: Expr[bool] | Sequence[Any]) -> Expr[bool]:
    """Whether every element is true."""
    return applied("all", e)


def join(e: Expr[str]) -> Expr[str]:
    """The strings one after the other, with nothing between."""
    return applied("join", e)


@overload
def sum_if(e: Expr[N], condition: Expr[bool]) -> Expr[N]: ...
@overload
def sum_if(e: N, condition: Expr[bool]) -> Expr[N]: ...
def sum_if(e: object, condition: Expr[bool]) -> Expr[Any]:
    """Add up the elements whose condition is true; `sum_if(1, c)` counts them."""
    return applied("sum_if", e, condition)


def count_if(e: Argument, match: Argument) -> Expr[int]:
    """The number of elements that equal `match`."""
    return applied("count_if", e, match)


@overload
def mean_if(e: Expr[float], condition: Expr[bool]) -> Expr[float]: ...
@overload
def mean_if(e: Expr[Decimal], condition: Expr[bool]) -> Expr[Decimal]: ...
def mean_if(e: object, condition: Expr[bool]) -> Expr[Any]:
    """The mean of the elements whose condition is true; NaN where there is none."""
    return applied("mean_if", e, condition)


def abs(e: Expr[N]) -> Expr[N]:
    """The value without its sign."""
    return applied("abs", e)


def sqrt(e: Expr[float]) -> Expr[float]:
    """The square root; ValueError in a run below 0."""
    return applied("sqrt", e)


def sin(e: Expr[float]) -> Expr[float]:
    """The sine of an angle in radians."""
    return applied("sin", e)


def cos(e: Expr[float]) -> Expr[float]:
    """The cosine of an angle in radians."""
    return applied("cos", e)


def exp(e: Expr[float]) -> Expr[float]:
    """The exponential; infinity past the range of floats."""
    return applied("exp", e)


def log(e: Expr[float]) -> Expr[float]:
    """The natural logarithm; -infinity of 0, ValueError in a run below it."""
    return applied("log", e)


def tanh(e: Expr[float]) -> Expr[float]:
    """The hyperbolic tangent."""
    return applied("tanh", e)


@overload
def clamp(e: Expr[Decimal], low: AnyNumber, high: AnyNumber) -> Expr[Decimal]: ...
@overload
def clamp(e: Expr[N], low: Expr[N] | N, high: Expr[N] | N) -> Expr[N]: ...
def clamp(e: object, low: object, high: object) -> Expr[Any]:
    """`e`, not below `low` and not above `high`."""
    return applied("clamp", e, low, high)


def not_(e: Expr[bool]) -> Expr[bool]:
    """The opposite of a condition: the same as `~e`."""
    return applied("not", e)


@overload
def select(condition: Expr[bool], then: Exact, otherwise: AnyNumber) -> Expr[Decimal]: ...
@overload
def select(condition: Expr[bool], then: AnyNumber, otherwise: Exact) -> Expr[Decimal]: ...
@overload
def select(condition: Expr[bool], then: Expr[T], otherwise: Expr[T]) -> Expr[T]: ...
@overload
def select(condition: Expr[bool], then: Expr[T], otherwise: T) -> Expr[T]: ...
@overload
def select(condition: Expr[bool], then: T, otherwise: Expr[T]) -> Expr[T]: ...
@overload
def select(condition: Expr[bool], then: T, otherwise: T) -> Expr[T]: ...
def select(condition: Expr[bool], then: object, otherwise: object) -> Expr[Any]:
    """One of two values, both of which are computed."""
    return applied("select", condition, then, otherwise)


def is_null(e: Argument) -> Expr[bool]:
    """Whether there is no value."""
    return applied("is_null", e)


@overload
def coalesce(e: Expr[Decimal | None], other: AnyNumber) -> Expr[Decimal]: ...
@overload
def coalesce(e: Expr[float | None], other: Exact) -> Expr[Decimal]: ...
@overload
def coalesce(e: Expr[T | None], other: Expr[T]) -> Expr[T]: ...
@overload
def coalesce(e: Expr[T | None], other: T) -> Expr[T]: ...
def coalesce(e: object, other: object) -> Expr[Any]:
    """`e`, or `other` where it is null."""
    return applied("coalesce", e, other)


def length(e: Expr[str]) -> Expr[int]:
    """The number of characters."""
    return applied("length", e)


def concat(a: Argument, b: Argument) -> Expr[str]:
    """The text of `a` and, behind it, that of `b`."""
    return applied("concat", a, b)


def upcase(e: Expr[str]) -> Expr[str]:
    """In upper case."""
    return applied("upcase", e)


def downcase(e: Expr[str]) -> Expr[str]:
    """In lower case."""
    return applied("downcase", e)


def at(e: Argument, index: Expr[int] | int) -> Expr[Any]:
    """The item of an array or tuple at a position; null outside, from the end where negative."""
    return applied("at", e, index)


def tuple_of(*items: Argument) -> Expr[Any]:
    """The items side by side: as `[a, b]`, where Python needs an expression."""
    place = here()
    return Formula(node_of(items, place))


def object_of(**fields: Argument) -> Expr[Any]:
    """The values by name: as `{"name": e}`, where Python needs an expression."""
    place = here()
    return Formula(node_of(fields, place))


def shift(e: Expr[T], by: int, *, policy: Policy | None = None, axis_offset: int = 0) -> Expr[T]:
    """The neighbour `by` places before, along the innermost axis or one further out."""
    return neighbour("shift", e, by, policy, axis_offset)


def roll(e: Expr[T], by: int, *, policy: Policy | None = None, axis_offset: int = 0) -> Expr[T]:
    """The neighbour `by` places before, from the other end where there is none."""
    return neighbour("roll", e, by, policy, axis_offset)


def cross(e: Expr[T]) -> Expr[T]:
    """Every element, beside every element of the same array."""
    return applied("cross", e)


def outer(e: Expr[T]) -> Expr[T]:
    """Every element, beside every element of another array."""
    return applied("outer", e)


def index(name: str) -> Expr[int]:
    """The position, from 0, along the array that was declared with this index."""
    place = here()
    return Formula(nodes.Call(place, "index", (nodes.Constant(place, nodes.Symbol(name)),)))


def to_decimal(e: Argument) -> Expr[Decimal]:
    """As a decimal, from the textual form."""
    return applied("to_decimal", e)


def to_integer(e: Argument) -> Expr[int]:
    """A number cut toward 0, or a text of digits; ValueError in a run for any other text."""
    return applied("to_integer", e)


def to_float(e: Argument) -> Expr[float]:
    """A number, or the text of one, as a float; ValueError in a run for any other text."""
    return applied("to_float", e)


def to_string(e: Argument, digits: int | None = None) -> Expr[str]:
    """As text; a decimal with exactly so many digits behind the point, where that is given."""
    return applied("to_string", e, *([] if digits is None else [digits]))
