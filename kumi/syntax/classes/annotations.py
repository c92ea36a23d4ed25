"""What an annotation of a record says: the kind of a field, the record behind it, array levels."""

from __future__ import annotations

import inspect
import types
from collections import ChainMap
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Union, get_args, get_origin, get_type_hints

from kumi.syntax.classes.fields import Array, Field
from kumi.syntax.classes.members import RecordBase, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from kumi.syntax.nodes import InputKind

_KINDS: dict[object, InputKind] = {
    int: "integer",
    float: "float",
    Decimal: "decimal",
    str: "string",
    bool: "boolean",
    date: "date",
    dict: "hash",
    object: "any",
    Any: "any",
}
_ALLOWED = "int, float, Decimal, str, bool, datetime.date, dict[str, Any], Any or a kumi.Record"


def hints(cls: type, frame: FrameType) -> dict[str, Any]:
    """The annotations of a class body, text ones evaluated in the scopes around it.

    Raises TypeError where a name is not defined yet.
    """
    written = types.SimpleNamespace(__annotations__=inspect.get_annotations(cls))
    try:
        return get_type_hints(written, frame.f_globals, _scopes(cls, frame))
    except NameError as error:
        message = f"`{cls.__qualname__}` has an annotation that names nothing: {error}"
        raise TypeError(f"{message}; define a record before the one that uses it") from error


def _scopes(cls: type, frame: FrameType | None) -> dict[str, Any]:
    """Names visible in a class body: its own, of the bodies around it, of the function around."""
    names: list[Mapping[str, Any]] = [vars(cls)]
    while frame is not None and frame.f_locals is not frame.f_globals:
        names.append(frame.f_locals)
        if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            break
        frame = frame.f_back
    return dict(ChainMap(*map(dict, names)))


def is_class_variable(hint: object) -> bool:
    """Whether an annotation is a `ClassVar`, which is no field."""
    return hint is ClassVar or get_origin(hint) is ClassVar


def shape_of(hint: object) -> Shape | None:
    """The shape that `Field[...]` or `Array[...]` says, or None for anything else."""
    inner, levels = hint, 0
    while get_origin(inner) is Array:
        inner, levels = get_args(inner)[0], levels + 1
    if get_origin(hint) is Field:
        inner = get_args(inner)[0]
    elif levels == 0:
        return None
    return _element(inner, levels)


def _element(hint: object, levels: int) -> Shape | None:
    """The shape of what is below the arrays: `float`, `float | None`, a record."""
    inner = _without_none(hint)
    null = inner is not hint
    if isinstance(inner, type) and issubclass(inner, RecordBase):
        return Shape("hash", inner, levels, null)
    kind = _KINDS.get(get_origin(inner) or inner)
    return Shape(kind, None, levels, null) if kind else None


def refusal(cls: type, attribute: str, hint: object) -> str:
    """The message for an annotation that is no field."""
    shown = hint.__name__ if isinstance(hint, type) else hint
    annotated = "has no annotation" if hint is None else f"is annotated `{shown}`"
    if _is_array_or_none(hint):
        return (
            f"`{cls.__qualname__}.{attribute}` {annotated}, and an array is never null; "
            "write `kumi.Array[T]`, and give `[]` where there is nothing"
        )
    return (
        f"`{cls.__qualname__}.{attribute}` {annotated}; write `kumi.Field[T]` for one "
        f"value or `kumi.Array[T]` for a list of them, with T one of {_ALLOWED}"
    )


def _is_array_or_none(hint: object) -> bool:
    """Whether a level of arrays is said to be null, as in `Array[float] | None`."""
    while get_origin(hint) is Array:
        hint = get_args(hint)[0]
    return get_origin(_without_none(hint)) is Array


def _without_none(hint: object) -> object:
    """What `float | None` says besides that it may be null: float."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    rest = [one for one in get_args(hint) if one is not type(None)]
    return rest[0] if len(rest) == 1 else hint
