"""Durations and moments as one types them: `250us`, `2025-01-20T10:30`, `-5s`."""

from __future__ import annotations

import re
from typing import Final

from kumi.profiles.filters import FromEdge
from kumi.profiles.moments import moment

_UNITS: Final = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "min": 6e10, "h": 3.6e12}
_LONGEST: Final = 2.0**63  # nanoseconds; no event took as long
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|min|h)?")


def nanoseconds(text: str, unit: str = "ms") -> int:
    """A duration, in `unit` where none stands. Raises ValueError where it is none.

    >>> nanoseconds("0.5"), nanoseconds("250us"), nanoseconds("2", "s")
    (500000, 250000, 2000000000)
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no duration such as 0.5, 250us, 3ms or 2s")
    return round(min(float(found[1]) * _UNITS[found[2] or unit], _LONGEST))


def asked_moment(text: str) -> int | FromEdge:
    """Unix nanoseconds; or a moment by the profile, in seconds where no unit stands.

    Of the clock it is as ISO 8601 has it, in UTC where no offset is said.

    >>> asked_moment("1970-01-02"), asked_moment("-500ms")
    (86400000000000, FromEdge(ns=500000000, before_end=True))
    """
    asked = text.strip()
    if asked[:1] in ("+", "-"):
        return FromEdge(nanoseconds(asked[1:], "s"), before_end=asked[0] == "-")
    found = moment(asked)
    if found is None:
        raise ValueError(
            f"{text!r} is no time such as 2025-01-20T10:30:45, +5s (behind the profile's "
            "beginning) or -5s (before its end)"
        )
    return found
