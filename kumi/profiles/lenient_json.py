r"""JSON as DuckDB reads it, so that both engines take the same lines.

Python's own decoder and DuckDB's disagree at the edges of JSON, and damaged files are full of
those. DuckDB cannot be taught, so Python gives way. What stands on the left is read as on the
right:

    {"a":1,}         {"a": 1}      a comma may trail, also in an array
    {"a":nan}        {"a": NaN}    NaN, inf and infinity are numbers, however they are capitalised
    {"a":1,"a":2}    {"a": 1}      of equal keys the first one counts
    {"a":"\ud800"}   no value      half of a surrogate pair is no text, wherever it stands
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_LENIENCE: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*+")  # strings stay
      | (?<![\[{ \t\r\n])[ \t\r\n]*,(?=[ \t\r\n]*[}\]])  # a comma may trail
      | (?<![\w.+-])-?(?P<number>nan|inf(?:inity)?)(?![\w.])  # and these may be numbers""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def loads(text: str) -> Any:
    """The value of a text. Raises ValueError, or RecursionError, where it is no such JSON.

    >>> loads('{"rows":[1,2,],"rows":3}')
    {'rows': [1, 2]}
    """
    found = _decoded(text, _FIRST_OF_EQUAL)
    if "\\ud" in text or "\\uD" in text:
        json.dumps(_decoded(text, _ALL_PAIRS), ensure_ascii=False).encode()
    return found


def _decoded(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except ValueError:
        return decoder.decode(_LENIENCE.sub(_as_json, text))


def _as_json(found: re.Match[str]) -> str:
    """A string as it is, a trailing comma as nothing, and each of the three numbers as NaN.

    Nothing in a profile may be one of them, so it does not matter which of them it was.
    """
    return "NaN" if found["number"] else found[1] or ""


def _first_of_equal(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))


_FIRST_OF_EQUAL: Final = json.JSONDecoder(object_pairs_hook=_first_of_equal)
_ALL_PAIRS: Final = json.JSONDecoder(object_pairs_hook=list)
