"""Span limits: how much of a span its provider lets through, by the rule of the SDK's own spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.sdk.trace import SpanLimits

_RUN_ID = 16  # characters: the longest value that varies
_VARY = 4  # attributes at most, on one span


class Kept(NamedTuple):
    """The attributes that are within the limits, and how many are not."""

    attributes: dict[str, Any]
    dropped: int


class Limits(NamedTuple):
    """What a tracer provider allows; None is no limit. As the SDK has it where nobody says else.

    `attributes` and `length` (of their texts, in characters) are for spans, `events` is their
    number, and the rest is for these.
    """

    attributes: int | None = 128
    length: int | None = None
    events: int | None = 128
    event_attributes: int | None = 128
    event_length: int | None = None

    @property
    def spare_what_varies(self) -> bool:
        """Whether these leave whole what varies between runs: see `kumi.spans.span_fields`."""
        return (self.attributes is None or self.attributes >= _VARY) and (
            self.length is None or self.length >= _RUN_ID
        )

    def of_span(self, given: Iterable[tuple[str, Any]]) -> Kept:
        """What is left of attributes that a span is given in this order."""
        return _kept(given, self.attributes, self.length)

    def of_constant(self, given: Iterable[tuple[str, Any]], varying: int) -> Kept:
        """What is left of the constant attributes, where `varying` more, set later, are spared."""
        count = None if self.attributes is None else self.attributes - varying
        return _kept(given, count, self.length)

    def of_event(self, given: Iterable[tuple[str, Any]]) -> Kept:
        """What is left of the attributes of an event."""
        return _kept(given, self.event_attributes, self.event_length)


DEFAULT = Limits()


def limits_of(limits: SpanLimits) -> Limits:
    """The SDK's limits, as far as spans of Kumi have what they limit."""
    return Limits(
        limits.max_span_attributes,
        limits.max_span_attribute_length,
        limits.max_events,
        limits.max_event_attributes,
        limits.max_attribute_length,
    )


def _kept(given: Iterable[tuple[str, Any]], count: int | None, length: int | None) -> Kept:
    """`opentelemetry.attributes.BoundedAttributes`, which warns each time: the oldest make room.

    An attribute without a name is one that the SDK would not take, and is counted.
    """
    kept: dict[str, Any] = {}
    dropped = 0
    for name, value in given:
        if not name:
            dropped += 1
            continue
        kept.pop(name, None)
        if count is not None and len(kept) >= count:
            dropped += 1
            if not kept:
                continue
            del kept[next(iter(kept))]
        kept[name] = value if length is None else _cut(value, length)
    return Kept(kept, dropped)


def _cut(value: Any, length: int) -> Any:
    """Texts of `length` characters at most, wherever they are in a value."""
    if isinstance(value, str):
        return value[:length]
    if isinstance(value, tuple):
        return tuple([_cut(item, length) for item in value])
    if isinstance(value, dict):
        return {name: _cut(item, length) for name, item in value.items()}
    return value
