"""Which program has written the lines of a file, and the events that they say.

A file is told by the first of its lines that is an object of JSON. What the format does not claim
stays as it is: events of our own, which may follow, and what is malformed.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.event_line import Event
    from kumi.profiles.profile_file import ProfileFile

_OWN: Final = b'{"event":'
_LOOKED_AT: Final = 10  # lines at the beginning, where the first may be torn


class ForeignLines(Protocol):
    """Lines of one format, one after the other."""

    @staticmethod
    def claims(said: dict[str, Any]) -> bool:
        """Whether it is a line of this format."""

    def events(self, said: dict[str, Any]) -> list[Event]:
        """The events that a line says. Raises ValueError where it is malformed after all."""

    def starts(self) -> list[Event]:
        """What the lines so far say of processes, as `profile_start` says it in a file of ours."""


class TranslatedLines:
    """The events of a file of another program, a line each."""

    def __init__(self, profile: ProfileFile, lines: ForeignLines) -> None:
        self._profile, self._lines = profile, lines

    def __iter__(self) -> Iterator[bytes]:
        lines = self._lines
        for _, line in self._profile.lines():
            said = _object(line)
            try:
                events = lines.events(said) if said and lines.claims(said) else None
            except (ValueError, OverflowError):
                events = None
            if events is None:
                yield line.rstrip() + b"\n"
            else:
                yield b"".join(json.dumps(event).encode() + b"\n" for event in events)

    def starts(self) -> tuple[Event, ...]:
        """What they say of processes beside these events: all of it once they are read."""
        return tuple(self._lines.starts())


def foreign_events(profile: ProfileFile) -> TranslatedLines | None:
    """The events of a file of another program, a line each; None where it is one of ours."""
    for _, line in islice(profile.lines(), _LOOKED_AT):
        if line.startswith(_OWN):
            return None
        if said := _object(line):
            found = next((each for each in _formats() if each.claims(said)), None)
            return TranslatedLines(profile, found()) if found else None
    return None


def _formats() -> tuple[type[ForeignLines], ...]:
    """The formats, imported where a line is none of ours: few profiles have any."""
    from kumi.profiles.sources.otlp_lines import OtlpLines  # noqa: PLC0415 - the docstring says why
    from kumi.profiles.sources.ruby_lines import RubyLines  # noqa: PLC0415 - the docstring says why

    return RubyLines, OtlpLines


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
