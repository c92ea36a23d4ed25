"""Events as lines of JSON: each number as it is, and nothing that JSON cannot hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

json_text = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""A value as JSON, without blanks."""


def line(event: Mapping[str, Any]) -> bytes:
    """An event as one whole line of the file: UTF-8, nothing that JSON cannot hold."""
    members = [f"{json_text(key)}:{_member(key, value)}" for key, value in event.items()]
    text = "{" + ",".join(members) + "}\n"
    return text.encode("utf-8", "replace")  # a lone surrogate: few readers take its escape


def _member(key: str, value: object) -> str:
    """Durations never in powers of ten, which a reader with a regular expression would miss."""
    return f"{value:.6f}" if key.endswith("_ms") else json_text(value)


def plain(value: object) -> Any:
    """An attribute's value, or all of them, as JSON can hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return str(value)
