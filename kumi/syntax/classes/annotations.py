"""What an annotation of a record says: the kind of a field, the record behind it, array levels."""

from __future__ import annotations

import inspect
import re
import types
from collections import ChainMap
from datetime import date
from decimal import Decimal
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

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
_OUR_NAMES = re.compile(r"(kumi\.)syntax\.classes\.\w+\.|typing\.")
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


def refusal(cls: type, attribute: str, hint: object) -> tuple[str, str]:
    """What is said of an annotation that is no field: the message and a hint."""
    shown = hint.__name__ if isinstance(hint, type) else _OUR_NAMES.sub(r"\1", str(hint))
    annotated = "has no annotation" if hint is None else f"is annotated `{shown}`"
    if _is_array_or_none(hint):
        return (
            f"`{cls.__qualname__}.{attribute}` {annotated}, and an array is never null",
            "write `kumi.Array[T]`, and give `[]` where there is nothing",
        )
    return f"`{cls.__qualname__}.{attribute}` {annotated}", _listed(attribute, hint) or (
        "write `kumi.Field[T]` for one value or `kumi.Array[T]` for a list of them, "
        f"with T one of {_ALLOWED}"
    )


def default(cls: type, attribute: str) -> tuple[str, str]:
    """What is said of a field with a value behind it: the message and a hint."""
    message = f"`{cls.__qualname__}.{attribute}` has a default, and inputs have none"
    missing = "where it may be missing, write `kumi.Field[T | None]`"
    return message, f"{missing}, and in a formula what it is then: `kumi.coalesce(e, 3)`"


def _listed(attribute: str, hint: object) -> str | None:
    """How values that a `Literal` lists are written."""
    is_array = get_origin(hint) is Array
    (inner,) = get_args(hint) if is_array or get_origin(hint) is Field else (hint,)
    if get_origin(inner) is not Literal:
        return None
    values = list(get_args(inner))
    kind, of = ("Array", "array") if is_array else ("Field", "field")
    name = type(values[0]).__name__
    return f"write `{attribute}: kumi.{kind}[{name}] = kumi.{of}(one_of={values!r})`"


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
