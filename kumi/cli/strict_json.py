"""JSON without what other readers let pass: a value must come out as it was written, or not at all.

A key given twice, half of a surrogate pair, NaN, infinities and numbers that no float can hold are
refused. The decoder only says that there is such a thing, which costs nothing where there is none.
Then the text is gone through once more for its place: of `{"a":1,"a":2}` the second `"a"` is
refused, at line 1, column 8.
"""

from __future__ import annotations

import json
import math
import re
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Final

from kumi.kernels.decimal_values import TOO_LONG, Written, of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

_PIECE: Final = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")(?P<key>\s*:)?
      | (?P<number>-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|Infinity))
      | [{}]""",
    re.VERBOSE | re.ASCII,
)
"""The pieces of a JSON text in which something may be refused, and the brackets of objects.

The first piece that is refused ends the search, so that the text behind it need not be JSON.
"""
_LONGEST: Final = 40


class _RefusedError(ValueError):
    """The text holds something that we refuse; where that is, is not known yet."""


def loads(text: str, *, keeps_digits: bool = False) -> Any:
    """The value of a JSON text; where it `keeps_digits` its floats are `Written`.

    Those that no float can hold are decimals then, which is what they may be given for.

    Raises JSONDecodeError, with line and column, for what is no JSON or is refused.
    """
    try:
        value = (_KEEPING if keeps_digits else _DECODER).decode(text)
        if "\\ud" in text or "\\uD" in text:
            _encodable(value)
    except _RefusedError:
        message, at = next(_refused(text, _too_long if keeps_digits else _too_large))
        raise JSONDecodeError(message, text, at) from None
    except JSONDecodeError as error:
        raise JSONDecodeError(f"not JSON: {error.msg}", text, error.pos) from None
    return value


def _encodable(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise _RefusedError from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError
    return number


def _written(text: str) -> float | Decimal:
    number = Written(text)
    if math.isfinite(number):
        return number
    try:
        return of_text(text)
    except OverflowError:
        raise _RefusedError from None


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_float=_finite, parse_constant=_finite
)


_KEEPING: Final = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_float=_written, parse_constant=_finite
)


def _refused(text: str, about_size: Callable[[str], str | None]) -> Iterator[tuple[str, int]]:
    """What is refused in a JSON text, and its offset."""
    objects: list[set[str]] = []
    for piece in _PIECE.finditer(text):
        if piece["text"]:
            yield from ((said, piece.start()) for said in _about_text(piece, objects))
        elif piece["number"]:
            said = _about_number(piece["number"]) or about_size(piece["number"])
            if said:
                yield said, piece.start()
        elif piece[0] == "{":
            objects.append(set())
        else:
            objects.pop()


def _about_text(piece: re.Match[str], objects: list[set[str]]) -> Iterator[str]:
    text: str = json.loads(piece["text"])
    if any(map(_is_half, text)):
        yield f"{_short(piece['text'])} holds half of a surrogate pair, which is no character"
    if piece["key"]:
        if text in objects[-1]:
            yield f"the key {_short(piece['text'])} is given twice in one object"
        objects[-1].add(text)


def _about_number(text: str) -> str | None:
    if "N" in text or "I" in text:
        return f"{text} is no JSON; write null where there is no number"
    return None


def _too_large(text: str) -> str | None:
    return f"{_short(text)} is more than a float can hold" if _is_infinite(text) else None


def _too_long(text: str) -> str | None:
    try:
        of_text(text if _is_infinite(text) else "0")
    except OverflowError:
        return f"{_short(text)} is {TOO_LONG}"
    return None


def _is_infinite(text: str) -> bool:
    """Whether a number is infinite as a float, and is none of the integers, which are exact."""
    return not text.lstrip("-").isdigit() and not math.isfinite(float(text))


def _is_half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
