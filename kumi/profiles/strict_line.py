r"""JSON as RFC 8259 has it, one rule for the lines of a profile in every engine.

Readers of JSON differ at its edges, and damaged files are full of those. What stands on the left is
no JSON, and the line malformed, whatever DuckDB or Python would make of it:

    {"a":1,}         a comma trails, also in an array
    {"a":nan}        no number of JSON, however it is capitalised; nor are inf and infinity
    {"a":"\ud800"}   half of a surrogate pair is no character, wherever it stands
    [[[…]]]          nested more than 100 deep: the RFC lets a reader have a limit

Of equal keys the last one counts, as in other readers. Blanks around a line do not belong to it.
`sql/setup.sql` knows of most lines that they are strict, and leaves the others to this module.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from kumi.profiles.profile_file import LONGEST_LINE

MOST_NESTED: Final = 100
_STRINGS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_SAME_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_MOST_DIGITS: Final = 4300  # Python makes no integer of more


def loads(line: bytes) -> Any:
    """The value of a line. Raises ValueError, or RecursionError, where it is no such JSON.

    >>> loads(b'{"rows":[1,2],"rows":3}')
    {'rows': 3}
    """
    line = line.strip()
    if len(line) >= LONGEST_LINE:
        raise ValueError("too long")
    text = line.decode()
    if text.count("[") + text.count("{") > MOST_NESTED and _depth(line) > MOST_NESTED:
        raise ValueError(f"nested more than {MOST_NESTED} deep")
    found = (_STRICT if len(text) <= _MOST_DIGITS else _LARGE).decode(text)
    if "\\ud" in text or "\\uD" in text:
        json.dumps(_ALL_PAIRS.decode(text), ensure_ascii=False).encode()
    return found


def _depth(line: bytes) -> int:
    """How deep brackets stand in each other, if the line is JSON; all within 100 are seen.

    Strings go first. Then the innermost pairs go, a level at a time, of `[[][[]]]` three times.
    """
    left, depth = _STRINGS.sub(b"", line).translate(_SAME_BRACKETS, _NO_BRACKETS), 0
    while depth <= MOST_NESTED and (outer := left.replace(b"[]", b"")) != left:
        left, depth = outer, depth + 1
    return depth


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _MOST_DIGITS else float(text)


_STRICT: Final = json.JSONDecoder(parse_constant=_refuse)
_LARGE: Final = json.JSONDecoder(parse_constant=_refuse, parse_int=_integer)
_ALL_PAIRS: Final = json.JSONDecoder(object_pairs_hook=list, parse_int=float)
