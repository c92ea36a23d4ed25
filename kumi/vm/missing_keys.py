"""What is said of a key that a record has not: what it has instead, and what was probably meant.

>>> print(said_of_missing("category", {"price": 100.0, "catgory": "books"}))
this key is missing; did you mean `catgory`? there are: price, catgory
>>> print(said_of_missing("category", {}))
this key is missing: the record is empty
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from kumi.errors import closest

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMPARED = 200
"""How many keys are looked at: a record may be a table of millions."""

_SHOWN = 12
_LONGEST = 40


def said_of_missing(key: str, record: Any) -> str:
    """The message about a key that is not in a record, with the keys that are."""
    there = [_shortened(str(one)) for one in islice(keys_of(record), _COMPARED)]
    if not there:
        return "this key is missing: the record is empty"
    close = closest(key, there)
    meant = f"; did you mean `{close}`?" if close else ";"
    more = " ..." if there[_SHOWN:] else ""
    return f"this key is missing{meant} there are: {', '.join(there[:_SHOWN])}{more}"


def keys_of(record: Any) -> Iterable[Any]:
    """The keys of a mapping, the names of the fields of anything else."""
    if isinstance(record, Mapping):
        return record
    kind = type(record)
    for names in (getattr(kind, "_fields", ()), getattr(kind, "model_fields", ())):
        if names:
            return tuple(names)
    slots = getattr(kind, "__slots__", ())
    return tuple(getattr(record, "__dict__", ())) or ((slots,) if isinstance(slots, str) else slots)


def _shortened(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[:_LONGEST]}…"
