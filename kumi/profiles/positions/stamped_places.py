"""Where in a line of ours the places are that a writer stamps, and all else is as in every run."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

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
_TEXT: Final = rb'"[^"\\]*"'
_OTHER: Final = rb'[^"{}\[\],\\]+'
_is_flat: Final = re.compile(rb"\{(?:%s:(?:%s|%s)[,}])++\s*" % (_TEXT, _TEXT, _OTHER)).fullmatch
_stamped: Final = re.compile(
    rb'[{,]"(%s)":(?:(%s)|(%s))' % ("|".join(_STAMPED).encode(), _TEXT, _OTHER)
).finditer
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
    if not _is_flat(line):
        return None
    members = list(_stamped(line))
    if len({member[1] for member in members}) < len(members):
        return None
    return [place for member in members if (place := _place(member))]


def _place(member: re.Match[bytes]) -> StampedPlace | None:
    """Where the value of a member is; None where it is null."""
    key = member[1].decode()
    if member[2] is not None:
        start, end = member.span(2)
        return StampedPlace(key, start + 1 + (PROCESS if key == "run" else 0), end - 1)
    start, end = member.span(3)
    start = max(start, end - _WIDEST.get(_STAMPED[key], 0))
    return None if member[3].strip() == b"null" else StampedPlace(key, start, end)
