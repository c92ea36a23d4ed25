"""`.pb.gz`: stacks for `go tool pprof`, and whatever else reads its files.

The format is https://github.com/google/pprof/blob/main/proto/profile.proto, here with two values a
sample: how often the operation ran, and its self time in nanoseconds. Each text stands in a table
once and is meant by its number, and so do functions, and the places in them.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

from kumi.profiles.event_line import of_kind
from kumi.profiles.exports.call_stacks import call_stacks
from kumi.profiles.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kumi.profiles.event_line import Event
    from kumi.profiles.exports.call_stacks import CallStack, Frame
    from kumi.profiles.exports.opened_profile import OpenedProfile

_VALUES: Final = (("operations", "count"), ("time", "nanoseconds"))
_MOST: Final = (1 << 63) - 1

# Fields of perftools.profiles.Profile
_SAMPLE_TYPE, _SAMPLE, _MAPPING, _LOCATION, _FUNCTION, _STRING = 1, 2, 3, 4, 5, 6
_TIME, _DEFAULT_SAMPLE_TYPE = 9, 14
_WITH_NAMES: Final = (7, 8, 9)
"""Fields of a mapping: its functions, files and lines are named, so that nobody looks for them."""


def write_pprof(opened: OpenedProfile, path: Path) -> str:
    """Write the stacks.

    Labels of a sample are its schema, declaration, that one's origin, operation and function.
    """
    files = ", ".join(file.name for file in opened.profiles.files)
    profile = _Profile(call_stacks(opened), files, _began(opened.described))
    path.write_bytes(gzip.compress(b"".join(profile.fields()), mtime=0))
    return opened.without_operations


class _Profile:
    """The message, made field by field.

    `files` is shown as what was profiled, `began` as when that was, in Unix nanoseconds.
    """

    def __init__(self, stacks: Iterable[CallStack], files: str, began: int) -> None:
        self._stacks, self._files, self._began = stacks, files, began
        self._strings = {"": 0}
        self._functions: dict[tuple[str, str], int] = {}
        self._locations: dict[tuple[int, int], int] = {}

    def fields(self) -> Iterator[bytes]:
        """All fields; what samples name by number comes behind them, when all is known."""
        for name, unit in _VALUES:
            said = _number(1, self._string(name)), _number(2, self._string(unit))
            yield _message(_SAMPLE_TYPE, *said)
        for stack in self._stacks:
            yield self._sample(stack)
        named = _number(5, self._string(self._files))
        yield _message(_MAPPING, _number(1, 1), named, *(_number(has, 1) for has in _WITH_NAMES))
        for (function, line), number in self._locations.items():
            at = _message(4, _number(1, function), _number(2, line))
            yield _message(_LOCATION, _number(1, number), _number(2, 1), at)
        for (name, path), number in self._functions.items():
            said = _number(2, self._string(name)), _number(4, self._string(path))
            yield _message(_FUNCTION, _number(1, number), *said)
        yield _number(_TIME, self._began)
        yield _number(_DEFAULT_SAMPLE_TYPE, self._string("time"))
        yield from (_bytes(_STRING, text.encode()) for text in self._strings)

    def _sample(self, stack: CallStack) -> bytes:
        places = [self._location(frame) for frame in reversed(_qualified(stack))]
        labels = {
            "schema": stack.schema,
            "declaration": stack.declaration,
            "origin": stack.origin,
            "operation": stack.operation,
            "function": stack.function,
        }
        return _message(
            _SAMPLE,
            _bytes(1, b"".join(map(_varint, places))),
            _bytes(2, _varint(stack.calls) + _varint(min(stack.ns, _MOST))),
            *(self._label(key, text) for key, text in labels.items() if text is not None),
        )

    def _label(self, key: str, text: str) -> bytes:
        return _message(3, _number(1, self._string(key)), _number(2, self._string(text)))

    def _location(self, frame: Frame) -> int:
        key = self._function(frame), frame.line
        return self._locations.setdefault(key, len(self._locations) + 1)

    def _function(self, frame: Frame) -> int:
        key = frame.name, frame.path
        return self._functions.setdefault(key, len(self._functions) + 1)

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))


def _qualified(stack: CallStack) -> list[Frame]:
    """The frames, where a declaration has its schema: pprof adds up what has one name."""
    outer, *inner, operation = stack.frames
    return [
        outer,
        *(frame._replace(name=f"{outer.name}.{frame.name}") for frame in inner),
        operation,
    ]


def _began(events: Iterable[Event]) -> int:
    """When the first process began, as its timestamp has it; 0 where none says so."""
    moments = (moment(event.get("timestamp")) for event in of_kind(events, "profile_start"))
    return min(filter(None, moments), default=0)


def _number(tag: int, value: int) -> bytes:
    """A field with a number."""
    return _varint(tag << 3) + _varint(value)


def _message(tag: int, *fields: bytes) -> bytes:
    """A field with a message of these."""
    return _bytes(tag, b"".join(fields))


def _bytes(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """An integer in groups of seven bits, the lowest first; the eighth says that more follow."""
    octets = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)
