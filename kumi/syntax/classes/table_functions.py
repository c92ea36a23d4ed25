"""Tables as data: `kumi.lookup` and `kumi.bracket`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from kumi.syntax.classes.expression import Expr, O, applied

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from kumi.syntax.classes.expression import Number

T = TypeVar("T")
Ends: TypeAlias = Literal["from", "up_to"]
Key: TypeAlias = "Expr[Any] | Number | str | bool | date"


@overload
def lookup(
    key: Key, keys: Expr[Any], values: Expr[Decimal], /, *, default: Number
) -> Expr[Decimal]: ...
@overload
def lookup(key: Key, keys: Expr[Any], values: Expr[T], /, *, default: T) -> Expr[T]: ...
@overload
def lookup(key: Key, keys: Expr[Any], values: Expr[T], /) -> Expr[T | None]: ...
@overload
def lookup(
    key: Key,
    keys: Expr[Any],
    key2: Key,
    keys2: Expr[Any],
    values: Expr[Decimal],
    /,
    *,
    default: Number,
) -> Expr[Decimal]: ...
@overload
def lookup(
    key: Key, keys: Expr[Any], key2: Key, keys2: Expr[Any], values: Expr[T], /, *, default: T
) -> Expr[T]: ...
@overload
def lookup(
    key: Key, keys: Expr[Any], key2: Key, keys2: Expr[Any], values: Expr[T], /
) -> Expr[T | None]: ...
@overload
def lookup(key: Key, keys: Expr[Any], /, *more: Any, default: Any = None) -> Expr[Any]: ...
def lookup(key: Key, keys: Expr[Any], /, *more: Any, default: Any = None) -> Expr[Any]:
    """The value of the row of a table whose keys all match: `key, keys, key2, keys2, … values`.

    Keys and values are fields of the rows of one array. Where no row matches, `default`, else null.
    ValueError in a run where two rows have the same keys.
    """
    return applied("lookup", key, keys, *more, default=default)


@overload
def bracket(
    x: Expr[O] | O,
    bounds: Expr[O],
    values: Expr[Decimal],
    /,
    *keys: Key,
    ends: Ends | None = None,
    default: Number,
) -> Expr[Decimal]: ...
@overload
def bracket(
    x: Expr[O] | O,
    bounds: Expr[O],
    values: Expr[T],
    /,
    *keys: Key,
    ends: Ends | None = None,
    default: T,
) -> Expr[T]: ...
@overload
def bracket(
    x: Expr[O] | O, bounds: Expr[O], values: Expr[T], /, *keys: Key, ends: Ends | None = None
) -> Expr[T | None]: ...
def bracket(
    x: object,
    bounds: object,
    values: object,
    /,
    *keys: Key,
    ends: Ends | None = None,
    default: Any = None,
) -> Expr[Any]:
    """The value of the row with the greatest bound that is not above x.

    With `ends="up_to"` that with the least bound that is not below x. Where `key, keys, …` follow,
    only rows whose keys all match. Outside of all brackets `default`, else null. ValueError in a
    run where the bounds of rows with the same keys do not ascend.
    """
    return applied("bracket", x, bounds, values, *keys, default=default, ends=ends)
