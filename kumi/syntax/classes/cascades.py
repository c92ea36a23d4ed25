"""`when(...).then(...).otherwise(...)`, and conditions joined by any and none."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from kumi.syntax import nodes
from kumi.syntax.classes.code_places import explained, here
from kumi.syntax.classes.expression import Expr, T_co
from kumi.syntax.classes.operands import Operand, node_of

if TYPE_CHECKING:
    from decimal import Decimal

    from kumi.places import Place
    from kumi.syntax.classes.expression import AnyNumber, Exact

T = TypeVar("T")
S = TypeVar("S")


class Joined(Expr[bool]):
    """Several conditions as one: any of them, or none."""

    __slots__ = ("conditions", "how")

    def __init__(
        self, place: Place, how: Literal["any", "none"], conditions: tuple[nodes.ExprNode, ...]
    ) -> None:
        self.how: Literal["any", "none"] = how
        self.conditions = conditions
        either = _joined(place, "or", conditions)
        super().__init__(either if how == "any" else nodes.Call(place, "not", (either,)))


def any_of(*conditions: Expr[bool]) -> Expr[bool]:
    """Whether at least one of the conditions is true."""
    place = here()
    return Joined(place, "any", _nodes("any_of", conditions, place))


def none_of(*conditions: Expr[bool]) -> Expr[bool]:
    """Whether all of the conditions are false."""
    place = here()
    return Joined(place, "none", _nodes("none_of", conditions, place))


class Cases(Expr[T_co]):
    """A finished cascade: one of its own at the root of a declaration, else nested selects."""

    __slots__ = ("base", "cases")

    def __init__(self, cases: tuple[nodes.Case, ...], base: nodes.ExprNode) -> None:
        self.cases = cases
        self.base = base
        super().__init__(_selects(cases, base))

    def __kumi_cascade__(self) -> nodes.Cascade:
        """The cascade that a declaration has as its body."""
        return nodes.Cascade(self._node.place, self.cases, self.base)


class Unfinished(Operand):
    """A cascade that lacks its default. It can stand nowhere, and says so."""

    __slots__ = ()

    def __kumi_node__(self, place: Place) -> nodes.ExprNode:
        hint = "end it with `.otherwise(x)`; `.otherwise(None)` gives null"
        raise TypeError(explained("this cascade is not finished", hint))

    def __repr__(self) -> str:
        return "<kumi.when without .otherwise>"


class When(Unfinished, Generic[T_co]):
    """A cascade that lacks its default: go on with `when`, or finish with `otherwise`."""

    __slots__ = ("_cases",)

    def __init__(self, cases: tuple[nodes.Case, ...]) -> None:
        self._cases = cases

    def when(self, *conditions: Expr[bool]) -> Then[T_co]:
        """The next case, tried where no earlier one holds."""
        return Then(self._cases, conditions)

    @overload
    def otherwise(self: When[Decimal], value: AnyNumber) -> Expr[Decimal]: ...
    @overload
    def otherwise(self: When[float], value: Exact) -> Expr[Decimal]: ...
    @overload
    def otherwise(self, value: Expr[S]) -> Expr[T_co | S]: ...
    @overload
    def otherwise(self, value: S) -> Expr[T_co | S]: ...
    def otherwise(self, value: object) -> Expr[Any]:
        """The value where no case holds; None for null."""
        return Cases(self._cases, node_of(value, here()))


class Then(Unfinished, Generic[T_co]):
    """A case that lacks its value."""

    __slots__ = ("_cases", "_join", "_nodes", "_place")

    def __init__(self, cases: tuple[nodes.Case, ...], conditions: tuple[Expr[bool], ...]) -> None:
        self._cases = cases
        self._place = here()
        self._nodes = _nodes("when", conditions, self._place)
        self._join: Literal["all", "any", "none"] = "all"
        if len(conditions) == 1 and isinstance(conditions[0], Joined):
            self._join, self._nodes = conditions[0].how, conditions[0].conditions

    @overload
    def then(self: Then[Decimal], value: AnyNumber) -> When[Decimal]: ...
    @overload
    def then(self: Then[float], value: Exact) -> When[Decimal]: ...
    @overload
    def then(self, value: Expr[S]) -> When[T_co | S]: ...
    @overload
    def then(self, value: S) -> When[T_co | S]: ...
    def then(self, value: object) -> When[Any]:
        """The value where all the conditions hold."""
        result = node_of(value, self._place)
        return When((*self._cases, nodes.Case(self._place, self._join, self._nodes, result)))


class First(Unfinished):
    """The first case, which lacks its value."""

    __slots__ = ("_then",)

    def __init__(self, conditions: tuple[Expr[bool], ...]) -> None:
        self._then: Then[Any] = Then((), conditions)

    @overload
    def then(self, value: Expr[T]) -> When[T]: ...
    @overload
    def then(self, value: T) -> When[T]: ...
    def then(self, value: object) -> When[Any]:
        """The value where all the conditions hold."""
        return self._then.then(value)


def when(*conditions: Expr[bool]) -> First:
    """Begin a cascade: `when(a, b).then(x).when(c).then(y).otherwise(z)`.

    Cases are tried in order; a case holds where all its conditions are true (or where `any_of` or
    `none_of`, its only condition, says so). All the values are computed: it chooses among them.
    """
    return First(conditions)


def _nodes(name: str, conditions: tuple[Any, ...], place: Place) -> tuple[nodes.ExprNode, ...]:
    if not conditions:
        raise TypeError(explained(f"`{name}` needs a condition", None))
    return tuple(node_of(condition, place) for condition in conditions)


def _joined(place: Place, function: str, conditions: tuple[nodes.ExprNode, ...]) -> nodes.ExprNode:
    return reduce(lambda a, b: nodes.Call(place, function, (a, b)), conditions)


def _condition(case: nodes.Case) -> nodes.ExprNode:
    joined = _joined(case.place, "and" if case.join == "all" else "or", case.conditions)
    return nodes.Call(case.place, "not", (joined,)) if case.join == "none" else joined


def _selects(cases: tuple[nodes.Case, ...], base: nodes.ExprNode) -> nodes.ExprNode:
    chosen = base
    for case in reversed(cases):
        result = case.result or nodes.Constant(case.place, None)
        chosen = nodes.Call(case.place, "select", (_condition(case), result, chosen))
    return chosen
