"""Importing and using the SDK where its variables are wrong: it refuses some by an exception.

Nothing of the SDK may be imported here, nor by what this imports.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from kumi.otel.log import warn_once

if TYPE_CHECKING:
    from collections.abc import Iterator

DETECTOR_GROUP = "opentelemetry_resource_detector"
_DETECTORS = "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS"
_BUILT_IN = {"*", "otel", "service_instance"}
_LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",  # the one that is read by the import itself
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
)


@contextmanager
def without_wrong_limits() -> Iterator[None]:
    """Hide the limits that the SDK would not take, and say so: it uses its defaults for them.

    For its import, and for making `SpanLimits`.
    """
    wrong = {name: os.environ[name] for name in _LIMITS if not _is_limit(os.environ.get(name, ""))}
    for name, value in wrong.items():
        warn_once(f"{name}={value} is not accepted (a whole number, 0 or more): using the default")
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(wrong)


@contextmanager
def without_unknown_detectors() -> Iterator[None]:
    """Hide the resource detectors that are not installed, and say so. For making a provider."""
    said = os.environ.get(_DETECTORS, "")
    names = [name.strip() for name in said.split(",") if name.strip()]
    installed = {each.name for each in entry_points(group=DETECTOR_GROUP)} if names else set()
    unknown = [name for name in names if name not in installed | _BUILT_IN]
    if not unknown:
        yield
        return
    warn_once(
        f"{_DETECTORS}={said} is not accepted (names of installed resource detectors: "
        f"{', '.join(sorted(installed))}): going on without {', '.join(unknown)}"
    )
    os.environ[_DETECTORS] = ",".join(name for name in names if name not in unknown)
    try:
        yield
    finally:
        os.environ[_DETECTORS] = said


def _is_limit(text: str) -> bool:
    """Whether the SDK takes a value; it reads an empty one as no limit."""
    try:
        return not text.strip() or int(text) >= 0
    except ValueError:
        return False
