"""Where in a line of ours the places are that a writer stamps, and all else is as in every run."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from kumi.profiles.positions.digit_columns import MOMENT


class Stamped(Enum):
    """What stands in a place: a number, a moment, milliseconds with six decimals, or letters."""

    NUMBER = auto()
    MOMENT = auto()
    MILLISECONDS = auto()
    LETTERS = auto()


_STAMPED: Final = {
    "duration_ms": Stamped.MILLISECONDS,
    "cpu_ms": Stamped.MILLISECONDS,
    "timestamp": Stamped.LETTERS,
    "rows": Stamped.NUMBER,
    "run": Stamped.LETTERS,
    "trace_id": Stamped.LETTERS,
    "span_id": Stamped.LETTERS,
    "parent_span_id": Stamped.LETTERS,
    "start_unix_nano": Stamped.MOMENT,
    "end_unix_nano": Stamped.MOMENT,
}
_WIDEST: Final = {Stamped.MILLISECONDS: 16, Stamped.NUMBER: 12, Stamped.MOMENT: MOMENT}
PROCESS: Final = 8
"""Letters of a run id that say the process: they are the same in all its runs."""


class StampedPlace(NamedTuple):
    """Bytes `start` to `end` of a line; before a number there are its blanks in it."""

    key: str
    start: int
    end: int

    @property
    def holds(self) -> Stamped:
        """What stands there."""
        return _STAMPED[self.key]


def stamped_places(line: bytes) -> list[StampedPlace] | None:
    """The places of a line that is known to be strict JSON; None where it is none of ours.

    >>> [place] = stamped_places(b'{"event":"vm_operation","rows":   12,"axes":null}')
    >>> place
    StampedPlace(key='rows', start=31, end=36)
    """
    members = json.loads(line, object_pairs_hook=list)
    if b"\\" in line or len(dict(members)) < len(members):
        return None
    places, at = [], 1
    for key, value in members:
        if isinstance(value, list):
            return None
        at = line.index(b'"%s":' % key.encode(), at) + len(key) + 3
        if key in _STAMPED and value is not None:
            places.append(_place(key, value, line, at))
    return places


def _place(key: str, value: Any, line: bytes, at: int) -> StampedPlace:
    if isinstance(value, str):
        start = line.index(b'"', at) + 1
        return StampedPlace(key, start + (PROCESS if key == "run" else 0), line.index(b'"', start))
    end = min(end for mark in b",}" if (end := line.find(mark, at)) >= 0)
    return StampedPlace(key, max(at, end - _WIDEST.get(_STAMPED[key], 0)), end)
