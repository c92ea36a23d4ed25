"""Fields of records: what they say of the input, and what they are in Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

from kumi.syntax import nodes
from kumi.syntax.classes.code_places import explained, here
from kumi.syntax.classes.input_paths import begun
from kumi.syntax.classes.members import Member, RecordBase
from kumi.syntax.classes.operands import as_name, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kumi.syntax.classes.expression import Expr

T = TypeVar("T")
E = TypeVar("E")
R = TypeVar("R", bound=RecordBase)
_Row: TypeAlias = "Mapping[str, Any] | Sequence[Any]"
"""What may stand for a record, or for an array in an array."""


class _Descriptor(Member):
    """A member that is an expression on the class of a record, and a value on its instances."""

    if not TYPE_CHECKING:
        # Without __set__ an instance's own dict answers first, at the speed of any attribute.
        def __get__(self, record: RecordBase | None, owner: type[RecordBase]) -> Any:
            if record is None:
                return begun(owner, self)
            return vars(record)[self.name]


class Field(_Descriptor, Generic[T]):
    """One value of a record: `price: kumi.Field[float]`.

    T is int, float, Decimal, str, bool, datetime.date, Any, another record (a hash) or
    dict[str, Any] (an object that is only passed on). `Field[float | None]` may be null, or missing
    in the data; no other may. On the class it is an expression.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self: Field[R], record: None, owner: type) -> type[R]: ...
        @overload
        def __get__(self, record: None, owner: type) -> Expr[T]: ...
        @overload
        def __get__(self, record: object, owner: type) -> T: ...
        def __get__(self, record: object, owner: type) -> Any: ...
        def __set__(self, record: Any, value: T) -> None: ...


class Array(_Descriptor, Generic[T]):
    """A list in a record: `lines: kumi.Array[Line]`, `scores: kumi.Array[float]`.

    T is what `Field` takes, or an `Array`; `Array[float | None]` may have nulls among its elements,
    and is never null itself. On the class it stands for its elements.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self: Array[R], record: None, owner: type) -> type[R]: ...
        @overload
        def __get__(self: Array[Array[R]], record: None, owner: type) -> type[R]: ...
        @overload
        def __get__(self: Array[Array[Array[E]]], record: None, owner: type) -> Expr[E]: ...
        @overload
        def __get__(self: Array[Array[E]], record: None, owner: type) -> Expr[E]: ...
        @overload
        def __get__(self, record: None, owner: type) -> Expr[T]: ...
        @overload
        def __get__(
            self: Array[Array[E]], record: object, owner: type
        ) -> Sequence[Sequence[E]]: ...
        @overload
        def __get__(self, record: object, owner: type) -> Sequence[T]: ...
        def __get__(self, record: object, owner: type) -> Any: ...
        def __set__(self, record: Any, value: Sequence[T | _Row]) -> None: ...


def field(
    *,
    ge: float | Decimal | date | None = None,
    le: float | Decimal | date | None = None,
    lt: float | Decimal | date | None = None,
    gt: None = None,
    one_of: Sequence[Any] | None = None,
    name: str | None = None,
) -> Any:
    """Say more of a `Field`: the values it admits, or a `name` in the data that Python forbids.

    Data outside is an `InputError` when a run starts. Raises TypeError for limits that do not go
    together.
    """
    return Field(name=name, domain=_domain(ge, le, lt, gt, one_of), place=here())


def array(
    *,
    element: str | Sequence[str] = (),
    index: str | Sequence[str | None] = (),
    ge: float | Decimal | date | None = None,
    le: float | Decimal | date | None = None,
    lt: float | Decimal | date | None = None,
    gt: None = None,
    one_of: Sequence[Any] | None = None,
    name: str | None = None,
) -> Any:
    """Say more of an `Array`: the names of its element and its index, the values it admits.

    `element` defaults to the record's name in snake_case, `item` for scalars. Where arrays are
    nested, `element` and `index` are lists of names, outermost first, with None in place of an
    index for a level that has none.
    """
    return Array(
        name=name,
        domain=_domain(ge, le, lt, gt, one_of),
        elements=_names(element),
        indexes=_indexes(index),
        place=here(),
    )


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(map(as_name, (names,) if isinstance(names, str) else names))


def _indexes(names: str | Sequence[str | None]) -> tuple[str | None, ...]:
    if isinstance(names, str):
        return _names(names)
    return tuple(None if name is None else as_name(name) for name in names)


def _domain(ge: Any, le: Any, lt: Any, gt: Any, one_of: Any) -> nodes.Domain | None:
    if gt is not None:
        raise TypeError("a domain has no open lower end: give ge= the least value, or use a trait")
    limits = [limit for limit in (ge, le, lt) if limit is not None]
    if (le is not None and lt is not None) or (limits and one_of is not None):
        raise TypeError("give one of le=, lt= and one_of=, and ge= with the first two only")
    if one_of is not None:
        return nodes.OneOf(_listed(one_of))
    for limit in limits:
        _check_limit(limit)
    return nodes.Range(ge, lt if le is None else le, exclusive=lt is not None) if limits else None


def _listed(one_of: Any) -> tuple[nodes.LiteralValue, ...]:
    if isinstance(one_of, str) or not isinstance(one_of, Iterable):
        raise TypeError(explained("one_of= takes a list of values", 'write `one_of=["a", "b"]`'))
    return tuple(one if _is_decimal(one) else literal(one) for one in one_of)


def _is_decimal(one: object) -> bool:
    return isinstance(one, Decimal) and one.is_finite()


_LIMITS = (int, float, Decimal, Integral, date)


def _check_limit(limit: object) -> None:
    number = isinstance(limit, _LIMITS) and not isinstance(limit, bool | datetime)
    if not number or limit != limit:  # noqa: PLR0124 - NaN is no limit
        raise TypeError(explained(f"a limit is a number or a date, not {limit!r}", None))
