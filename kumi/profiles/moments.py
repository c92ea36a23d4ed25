"""When something was, as events say it: a text of UTC, and Unix nanoseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WHOLE: Final = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def moment(timestamp: Any) -> int | None:
    """A timestamp as Unix nanoseconds; None where it is none, or before 1970.

    >>> moment("1970-01-01T00:00:01.5Z"), moment("soon")
    (1500000000, None)
    """
    try:
        said = datetime.fromisoformat(timestamp)
    except (TypeError, ValueError):
        return None
    since = (said if said.tzinfo else said.replace(tzinfo=UTC)) - _EPOCH
    return max(since // _MICROSECOND * 1000, 0) or None


def strict_moment(timestamp: Any) -> int | None:
    """A timestamp of the one form that every engine reads alike, as Unix nanoseconds.

    Date, time to the second, a fraction or not, and the offset from UTC; None for all else.

    >>> strict_moment("1970-01-01T01:00:01.5+01:00"), strict_moment("1970-01-01")
    (1500000000, None)
    """
    whole = isinstance(timestamp, str) and _WHOLE.fullmatch(timestamp)
    return moment(timestamp) if whole else None


def timestamp(ns: int) -> str:
    """Unix nanoseconds as a timestamp, cut to milliseconds. Raises OverflowError past year 9999.

    >>> timestamp(1_737_369_045_123_999_999)
    '2025-01-20T10:30:45.123Z'
    """
    at = _EPOCH + timedelta(microseconds=ns // 1000)
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
