"""What a caller gives as the input of a run: as a dict of root inputs, checked for other names."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kumi.errors import Violation, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


def as_inputs(data: Any) -> dict[str, Any]:
    """The root inputs of a mapping, a record, a dataclass or a pydantic model.

    Only the root is taken apart; elements of arrays are read by the loaders as they are. A dict of
    another class is copied, since it might make up what it lacks. Raises TypeError for anything
    else.
    """
    if type(data) is dict:
        return data
    if isinstance(data, Mapping):
        return dict(data)
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        return {field.name: getattr(data, field.name) for field in dataclasses.fields(data)}
    fields = getattr(type(data), "model_fields", None)
    if isinstance(fields, Mapping):
        return {name: getattr(data, name) for name in fields}
    if hasattr(data, "__dict__") and not isinstance(data, type):
        return dict(vars(data))
    raise TypeError(
        f"an input is a mapping, a record, a dataclass or a pydantic model, not "
        f"{type(data).__name__}; or give the inputs as keywords"
    )


def unknown_inputs(given: Mapping[str, Any], declared: Sequence[str]) -> list[Violation]:
    """A violation for each name that was given and that the schema does not declare."""
    unknown = [name for name in given if name not in declared]
    return [Violation(str(name), _not_declared(str(name), declared)) for name in unknown]


def _not_declared(name: str, declared: Sequence[str]) -> str:
    hint = did_you_mean(name, declared)
    return f"the schema has no such input{f'; {hint}' if hint else ''}"
