"""`Expr`: operators and methods of expressions, typed so that a checker follows the formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, overload

from kumi.kernels.signatures import overloads
from kumi.syntax import nodes
from kumi.syntax.classes.operands import Operand, call
from kumi.syntax.outline import headline

if TYPE_CHECKING:
    from kumi.places import Place

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Number: TypeAlias = int | float | Decimal
N = TypeVar("N", bound=Number)
O = TypeVar("O", bound=Number | str | date)  # noqa: E741 - ordered values
AnyNumber: TypeAlias = "Expr[int] | Expr[float] | Expr[Decimal] | Number"
Exact: TypeAlias = "Expr[Decimal] | Decimal"
"""What makes decimals of the numbers beside it."""
Policy: TypeAlias = Literal["zero", "clamp", "wrap"]


class Expr(Operand, Generic[T_co]):
    """A formula of one schema, for one cell; the type variable is the type of that cell.

    Where the formula passes through arrays there is a cell for each element, and a result is a
    list (of lists). Operators and methods make new expressions; nothing is computed here.
    """

    __slots__ = ("_node",)

    def __init__(self, node: nodes.ExprNode) -> None:
        self._node = node

    def __kumi_node__(self, place: Place) -> nodes.ExprNode:
        return self._node

    def __repr__(self) -> str:
        return f"<kumi.Expr {headline(self._node)} at {self._node.place}>"

    if not TYPE_CHECKING:  # to a checker, what is not declared is not there

        def __getattr__(self, name: str) -> Any:
            hint = f"; write kumi.{name}(...)" if overloads(name) else ""
            raise AttributeError(f"an expression has no attribute {name!r}{hint}")

    # -- arithmetic -------------------------------------------------------------------------------

    @overload
    def __add__(self: Expr[int], other: Expr[int] | int) -> Expr[int]: ...
    @overload
    def __add__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __add__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __add__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    def __add__(self, other: object) -> Expr[Any]:
        return applied("add", self, other)

    @overload
    def __radd__(self: Expr[int], other: int) -> Expr[int]: ...
    @overload
    def __radd__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __radd__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __radd__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    def __radd__(self, other: object) -> Expr[Any]:
        return applied("add", other, self)

    @overload
    def __sub__(self: Expr[int], other: Expr[int] | int) -> Expr[int]: ...
    @overload
    def __sub__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __sub__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __sub__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    def __sub__(self, other: object) -> Expr[Any]:
        return applied("subtract", self, other)

    @overload
    def __rsub__(self: Expr[int], other: int) -> Expr[int]: ...
    @overload
    def __rsub__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __rsub__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __rsub__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    def __rsub__(self, other: object) -> Expr[Any]:
        return applied("subtract", other, self)

    @overload
    def __mul__(self: Expr[int], other: Expr[int] | int) -> Expr[int]: ...
    @overload
    def __mul__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __mul__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __mul__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    @overload
    def __mul__(self: Expr[str], other: Expr[int] | int) -> Expr[str]: ...
    def __mul__(self, other: object) -> Expr[Any]:
        return applied("multiply", self, other)

    @overload
    def __rmul__(self: Expr[int], other: int) -> Expr[int]: ...
    @overload
    def __rmul__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __rmul__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __rmul__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    @overload
    def __rmul__(self: Expr[int], other: str) -> Expr[str]: ...
    def __rmul__(self, other: object) -> Expr[Any]:
        return applied("multiply", other, self)

    @overload
    def __truediv__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __truediv__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __truediv__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    def __truediv__(self, other: object) -> Expr[Any]:
        return applied("divide", self, other)

    @overload
    def __rtruediv__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __rtruediv__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __rtruediv__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    def __rtruediv__(self, other: object) -> Expr[Any]:
        return applied("divide", other, self)

    @overload
    def __mod__(self: Expr[int], other: Expr[int] | int) -> Expr[int]: ...
    @overload
    def __mod__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __mod__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __mod__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    def __mod__(self, other: object) -> Expr[Any]:
        return applied("modulo", self, other)

    @overload
    def __rmod__(self: Expr[int], other: int) -> Expr[int]: ...
    @overload
    def __rmod__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __rmod__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __rmod__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    def __rmod__(self, other: object) -> Expr[Any]:
        return applied("modulo", other, self)

    @overload
    def __pow__(self: Expr[int], other: Expr[int] | int) -> Expr[int]: ...
    @overload
    def __pow__(self: Expr[float], other: Expr[float] | float) -> Expr[float]: ...
    @overload
    def __pow__(self: Expr[Decimal], other: Expr[Number] | Number) -> Expr[Decimal]: ...
    @overload
    def __pow__(self: Expr[float], other: Expr[Decimal] | Decimal) -> Expr[Decimal]: ...
    def __pow__(self, other: object) -> Expr[Any]:
        return applied("power", self, other)

    @overload
    def __rpow__(self: Expr[int], other: int) -> Expr[int]: ...
    @overload
    def __rpow__(self: Expr[float], other: float) -> Expr[float]: ...
    @overload
    def __rpow__(self: Expr[Decimal], other: Number) -> Expr[Decimal]: ...
    @overload
    def __rpow__(self: Expr[float], other: Decimal) -> Expr[Decimal]: ...
    def __rpow__(self, other: object) -> Expr[Any]:
        return applied("power", other, self)

    def __neg__(self: Expr[N]) -> Expr[N]:
        return applied("subtract", 0, self)

    def __abs__(self: Expr[N]) -> Expr[N]:
        return applied("abs", self)

    def __round__(self: Expr[N], ndigits: int | None = None) -> Expr[N]:
        return applied("round", self, *([] if ndigits is None else [ndigits]))

    def __floor__(self: Expr[Number]) -> Expr[int]:
        return applied("floor", self)

    def __ceil__(self: Expr[Number]) -> Expr[int]:
        return applied("ceil", self)

    def __trunc__(self: Expr[Number]) -> Expr[int]:
        return applied("to_integer", self)

    # -- comparison and logic ---------------------------------------------------------------------

    def __eq__(self, other: object) -> Expr[bool]:  # type: ignore[override]  # builds a formula
        return applied("equal", self, other)

    def __ne__(self, other: object) -> Expr[bool]:  # type: ignore[override]  # builds a formula
        return applied("not_equal", self, other)

    __hash__ = Operand.__hash__

    @overload
    def __gt__(self: Expr[Number], other: Expr[Number] | Number) -> Expr[bool]: ...
    @overload
    def __gt__(self: Expr[str], other: Expr[str] | str) -> Expr[bool]: ...
    @overload
    def __gt__(self: Expr[date], other: Expr[date] | date) -> Expr[bool]: ...
    def __gt__(self, other: object) -> Expr[bool]:
        return applied("greater_than", self, other)

    @overload
    def __ge__(self: Expr[Number], other: Expr[Number] | Number) -> Expr[bool]: ...
    @overload
    def __ge__(self: Expr[str], other: Expr[str] | str) -> Expr[bool]: ...
    @overload
    def __ge__(self: Expr[date], other: Expr[date] | date) -> Expr[bool]: ...
    def __ge__(self, other: object) -> Expr[bool]:
        return applied("greater_than_or_equal", self, other)

    @overload
    def __lt__(self: Expr[Number], other: Expr[Number] | Number) -> Expr[bool]: ...
    @overload
    def __lt__(self: Expr[str], other: Expr[str] | str) -> Expr[bool]: ...
    @overload
    def __lt__(self: Expr[date], other: Expr[date] | date) -> Expr[bool]: ...
    def __lt__(self, other: object) -> Expr[bool]:
        return applied("less_than", self, other)

    @overload
    def __le__(self: Expr[Number], other: Expr[Number] | Number) -> Expr[bool]: ...
    @overload
    def __le__(self: Expr[str], other: Expr[str] | str) -> Expr[bool]: ...
    @overload
    def __le__(self: Expr[date], other: Expr[date] | date) -> Expr[bool]: ...
    def __le__(self, other: object) -> Expr[bool]:
        return applied("less_than_or_equal", self, other)

    def __and__(self: Expr[bool], other: Expr[bool] | bool) -> Expr[bool]:
        return applied("and", self, other)

    def __rand__(self: Expr[bool], other: bool) -> Expr[bool]:
        return applied("and", other, self)

    def __or__(self: Expr[bool], other: Expr[bool] | bool) -> Expr[bool]:
        return applied("or", self, other)

    def __ror__(self: Expr[bool], other: bool) -> Expr[bool]:
        return applied("or", other, self)

    def __invert__(self: Expr[bool]) -> Expr[bool]:
        return applied("not", self)

    def __getitem__(self, index: Expr[int] | int) -> Expr[Any]:
        return applied("at", self, index)

    # -- functions, as methods --------------------------------------------------------------------

    @overload
    def sum(self: Expr[int]) -> Expr[int]: ...
    @overload
    def sum(self: Expr[float]) -> Expr[float]: ...
    @overload
    def sum(self: Expr[Decimal]) -> Expr[Decimal]: ...
    def sum(self) -> Expr[Any]:
        """Add the innermost axis up; 0 where it is empty."""
        return applied("sum", self)

    def count(self) -> Expr[int]:
        """The number of elements of the innermost axis, nulls included."""
        return applied("count", self)

    def min(self: Expr[O | None]) -> Expr[O]:
        """The least element that is not null; null where there is none."""
        return applied("min", self)

    def max(self: Expr[O | None]) -> Expr[O]:
        """The greatest element that is not null; null where there is none."""
        return applied("max", self)

    @overload
    def mean(self: Expr[float]) -> Expr[float]: ...
    @overload
    def mean(self: Expr[Decimal]) -> Expr[Decimal]: ...
    def mean(self) -> Expr[Any]:
        """Sum by count; NaN where there is no element."""
        return applied("mean", self)

    def any(self: Expr[bool]) -> Expr[bool]:
        """Whether one element is true."""
        return applied("any", self)

    def all(self: Expr[bool]) -> Expr[bool]:
        """Whether every element is true."""
        return applied("all", self)

    def join(self: Expr[str]) -> Expr[str]:
        """The strings one after the other, with nothing between."""
        return applied("join", self)

    @overload
    def sum_if(self: Expr[int], condition: Expr[bool]) -> Expr[int]: ...
    @overload
    def sum_if(self: Expr[float], condition: Expr[bool]) -> Expr[float]: ...
    @overload
    def sum_if(self: Expr[Decimal], condition: Expr[bool]) -> Expr[Decimal]: ...
    def sum_if(self, condition: Expr[bool]) -> Expr[Any]:
        """Add up the elements whose condition is true."""
        return applied("sum_if", self, condition)

    def count_if(self, match: object) -> Expr[int]:
        """The number of elements that equal `match`."""
        return applied("count_if", self, match)

    @overload
    def mean_if(self: Expr[float], condition: Expr[bool]) -> Expr[float]: ...
    @overload
    def mean_if(self: Expr[Decimal], condition: Expr[bool]) -> Expr[Decimal]: ...
    def mean_if(self, condition: Expr[bool]) -> Expr[Any]:
        """The mean of the elements whose condition is true; NaN where there is none."""
        return applied("mean_if", self, condition)

    @overload
    def clamp(self: Expr[Decimal], low: AnyNumber, high: AnyNumber) -> Expr[Decimal]: ...
    @overload
    def clamp(self: Expr[N], low: Expr[N] | N, high: Expr[N] | N) -> Expr[N]: ...
    def clamp(self, low: object, high: object) -> Expr[Any]:
        """Not below `low`, not above `high`."""
        return applied("clamp", self, low, high)

    def is_null(self) -> Expr[bool]:
        """Whether there is no value."""
        return applied("is_null", self)

    @overload
    def coalesce(self: Expr[Decimal | None], other: AnyNumber) -> Expr[Decimal]: ...
    @overload
    def coalesce(self: Expr[float | None], other: Exact) -> Expr[Decimal]: ...
    @overload
    def coalesce(self: Expr[T | None], other: Expr[T]) -> Expr[T]: ...
    @overload
    def coalesce(self: Expr[T | None], other: T) -> Expr[T]: ...
    def coalesce(self, other: object) -> Expr[Any]:
        """The value, or `other` where it is null."""
        return applied("coalesce", self, other)

    def is_in(self, *listed: Number | str | bool | date) -> Expr[bool]:
        """Whether it is one of these literals."""
        return applied("in", self, *listed)

    def length(self: Expr[str]) -> Expr[int]:
        """The number of characters."""
        return applied("length", self)

    def concat(self, other: object) -> Expr[str]:
        """Its text, and behind it that of `other`."""
        return applied("concat", self, other)

    def upcase(self: Expr[str]) -> Expr[str]:
        """In upper case."""
        return applied("upcase", self)

    def downcase(self: Expr[str]) -> Expr[str]:
        """In lower case."""
        return applied("downcase", self)

    def shift(self, by: int, *, policy: Policy | None = None, axis_offset: int = 0) -> Expr[T_co]:
        """The neighbour `by` places before, along the innermost axis or one further out."""
        return neighbour("shift", self, by, policy, axis_offset)

    def roll(self, by: int, *, policy: Policy | None = None, axis_offset: int = 0) -> Expr[T_co]:
        """The neighbour `by` places before, from the other end where there is none."""
        return neighbour("roll", self, by, policy, axis_offset)


class Formula(Expr[T_co]):
    """The expression that operators, functions and paths make.

    It is a class beside those of declarations and cascades, not their base: where the type of the
    right operand derives from that of the left, Python asks the right one first, and `a > b` would
    build `b < a`.
    """

    __slots__ = ()


Formula.__name__ = Formula.__qualname__ = "Expr"  # what Python's own messages call it


def applied(function: str, *args: Any, **options: object) -> Expr[Any]:
    """An expression that calls a function by its canonical name; an option of None is left out."""
    return Formula(call(function, *args, options=options))


def neighbour(
    function: str, operand: object, by: int, policy: Policy | None, axis_offset: int
) -> Expr[Any]:
    """A call of `shift` or `roll`; options that keep their default are left out."""
    chosen = None if policy is None else nodes.Symbol(policy)
    return applied(function, operand, by, axis_offset=axis_offset or None, policy=chosen)
