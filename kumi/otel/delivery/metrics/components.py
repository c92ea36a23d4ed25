"""The parts of ours that spans go through, as attributes of OpenTelemetry's tell them apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kumi.otel.delivery.metrics.instruments import COMPONENT_NAME, COMPONENT_TYPE
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Mapping


class Component(NamedTuple):
    """A part of ours: the name of its type, and its number among those of that type."""

    kind: str
    number: int = 0

    @classmethod
    def of(cls, kind: type, number: int = 0) -> Component:
        """That of a class."""
        return cls(f"{kind.__module__}.{kind.__qualname__}", number)

    def attributes(self, error_type: str | None = None) -> dict[str, str]:
        """The attributes that tell it from others, and what it failed with."""
        own = {COMPONENT_TYPE: self.kind, COMPONENT_NAME: f"{self.kind}/{self.number}"}
        return own if error_type is None else {**own, names.ERROR_TYPE: error_type}


Outcomes: TypeAlias = "Counter[tuple[Component, str | None]]"
"""Spans by the component that has done with them, and by `error.type`: None where all was well."""


def outcomes(component: Component, well: int, lost: Mapping[str, int]) -> Outcomes:
    """Also those that are 0: who watches them wants to see them begin."""
    found: Outcomes = Counter({(component, None): well})
    found.update({(component, why): spans for why, spans in lost.items()})
    return found
