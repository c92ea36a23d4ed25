"""When something was, as events say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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
