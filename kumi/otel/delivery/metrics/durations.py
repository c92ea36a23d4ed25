"""The histogram of how long runs took: the runs of a block at once, where that can be done.

The API takes one value at a time, 5-8 µs each. So only one run of a block is recorded through it:
that makes the place where the runs of its schema are counted, and is what an exemplar is made of.
The others are added to that place as the SDK would add them, under the lock that it would take. All
that is known of it here is looked at first; where anything is not as the SDK has had it since 1.28,
or is somebody else's, each run is recorded by itself.
"""

# What a meter provider counts in has no public names.
# ruff: noqa: SLF001

from __future__ import annotations

import sys
from functools import lru_cache
from itertools import repeat
from math import copysign, floor
from operator import add as plus
from operator import sub as minus
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.otel.delivery.metrics.instruments import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram

_MODULE = "opentelemetry.sdk.metrics._internal.aggregation"
_BUCKETS = (_MODULE, "_ExplicitBucketHistogramAggregation")
_DROPPED = (_MODULE, "_DropAggregation")
_FIELDS = frozenset({
    "_attributes", "_boundaries", "_instrument_aggregation_temporality", "_lock", "_max", "_min",
    "_previous_collection_start_nano", "_previous_max", "_previous_min", "_previous_point",
    "_previous_sum", "_previous_value", "_record_min_max", "_reservoir", "_start_time_unix_nano",
    "_sum", "_value",
})  # fmt: skip
_FOREVER = 9e9
"""Seconds: some 285 years, which 64 bits hold in nanoseconds."""


class Durations:
    """A histogram of one meter. Durations are arrays of nanoseconds, int64."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram: Any = histogram

    def record(
        self,
        took: NDArray[np.int64],
        attributes: dict[str, str],
        at: int = 0,
        context: Context | None = None,
    ) -> None:
        """Record all of them; the one `at` through the API, in its `context`."""
        self._histogram.record(int(took[at]) / NANOSECONDS, attributes, context)
        if len(took) > 1:
            others = took.copy()
            others[at] = others[0]
            in_order = others[1:]
            in_order.sort()
            self._record_others(in_order, attributes)

    def _record_others(self, in_order: NDArray[np.int64], attributes: dict[str, str]) -> None:
        if not add(self._histogram, in_order, attributes):
            for each in in_order.tolist():
                self._histogram.record(each / NANOSECONDS, attributes)


def add(instrument: Any, in_order: NDArray[np.int64], attributes: dict[str, str]) -> bool:
    """Add sorted durations where the instrument's readers find them.

    False where one of these places is not as we know them; nothing was added then. All of them are
    held meanwhile: a reader of deltas throws a place away when it has read it.
    """
    try:
        matches = list(_matches(instrument))
        locks = [match._lock for match in matches]
    except AttributeError:
        return False
    for lock in locks:
        lock.acquire()
    try:
        places = _known_places(matches, attributes)
        for place in places or ():
            _add(place, in_order)
    finally:
        for lock in locks:
            lock.release()
    return places is not None


def _matches(instrument: Any) -> Iterator[Any]:
    """Each reader of a provider has a store, where an instrument is once, or once for each view."""
    for store in instrument._measurement_consumer._reader_storages.values():
        yield from store._get_or_init_view_instrument_match(instrument)


def _known_places(matches: list[Any], attributes: dict[str, str]) -> list[Any] | None:
    """Where each match adds up what has these attributes; None where one of them is unknown."""
    try:
        places = [_place(match, attributes) for match in matches]
        return places if all(map(_is_known, places)) else None
    except (AttributeError, KeyError, TypeError):
        return None


def _place(match: Any, attributes: dict[str, str]) -> Any:
    shown = match._view._attribute_keys
    kept = attributes if shown is None else {k: v for k, v in attributes.items() if k in shown}
    named = getattr(sys.modules[type(match).__module__], "_hash_attributes", _as_set)
    return match._attributes_aggregation[_key(named, tuple(kept.items()))]


@lru_cache(maxsize=1024)
def _key(named: Callable[[dict[str, str]], Any], attributes: tuple[tuple[str, str], ...]) -> Any:
    """What an SDK calls a place with these attributes."""
    return named(dict(attributes))


def _as_set(attributes: dict[str, str]) -> frozenset[tuple[str, str]]:
    """What they were called before an SDK had a function for that."""
    return frozenset(attributes.items())


def _is_known(place: Any) -> bool:
    kind = (type(place).__module__, type(place).__qualname__)
    return kind == _DROPPED or (kind == _BUCKETS and vars(place).keys() == _FIELDS)


def _add(place: Any, in_order: NDArray[np.int64]) -> None:
    """What `aggregate` does with one value, with many."""
    if type(place).__qualname__ == _DROPPED[1]:
        return
    total = int(np.add.reduce(in_order)) / NANOSECONDS
    least, most = in_order.item(0) / NANOSECONDS, in_order.item(-1) / NANOSECONDS
    counts = _counts(in_order, place._boundaries)
    with place._lock:
        before = place._value or repeat(0)
        place._value = list(map(plus, before, counts))
        place._sum += total
        if place._record_min_max:
            place._min = min(place._min, least)
            place._max = max(place._max, most)


def _counts(in_order: NDArray[np.int64], boundaries: tuple[float, ...]) -> list[int]:
    """How many of the sorted durations lie in each bucket: above a boundary, and up to the next."""
    up_to = in_order.searchsorted(_in_nanoseconds(boundaries), "right").tolist()
    return list(map(minus, [*up_to, len(in_order)], [0, *up_to]))


@lru_cache(maxsize=16)
def _in_nanoseconds(boundaries: tuple[float, ...]) -> NDArray[np.int64]:
    """The longest durations that are not above boundaries in seconds, which are floats."""
    return np.array([_longest(boundary) for boundary in boundaries], np.int64)


def _longest(seconds: float) -> int:
    if abs(seconds) >= _FOREVER:
        return int(copysign(_FOREVER * NANOSECONDS, seconds))
    nanoseconds = floor(seconds * NANOSECONDS) + 1  # the product is rounded, and may be below
    while nanoseconds / NANOSECONDS > seconds:
        nanoseconds -= 1
    return nanoseconds
