"""Whatever a caller gives as the input of a run, as a dict of root inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


def as_inputs(data: Any) -> dict[str, Any]:
    """The root inputs of a mapping, a record, a dataclass or a pydantic model.

    Only the root is taken apart; elements of arrays are read by the loaders as they are. Raises
    TypeError for anything else.
    """
    if isinstance(data, dict):
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
