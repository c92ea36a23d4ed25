"""When a reading began and in which run, as a text: of equal readings the first is asked for."""

from __future__ import annotations

from typing import Final

_UNSAID: Final = ":"  # sorts behind digits and blanks
_DIGITS: Final = 19


def first_of(started: int | None, run: str | None) -> str:
    """A text that sorts as the two do: by the moment, then by the run.

    What is not said comes last. A struct would not do, since each engine sorts its nulls elsewhere.

    >>> first_of(5, "a0"), first_of(None, None)
    ('0000000000000000005 a0', '::')
    """
    begun = _UNSAID if started is None else f"{started:0{_DIGITS}d}"
    return begun + (_UNSAID if run is None else f" {run}")


def said_of(first: str) -> tuple[int | None, str | None]:
    """What `first_of` was told.

    >>> said_of(first_of(5, "a0")), said_of(first_of(None, None))
    ((5, 'a0'), (None, None))
    """
    digits = 1 if first.startswith(_UNSAID) else _DIGITS
    begun, run = first[:digits], first[digits:]
    return None if begun == _UNSAID else int(begun), None if run == _UNSAID else run[1:]
