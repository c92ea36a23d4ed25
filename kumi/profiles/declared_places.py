"""Where declarations stand in their sources: a profile says it once a program.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Event


class SourceLine(NamedTuple):
    """A line of a source, counted from 1, and the SHA-256 of the whole of it where that is said."""

    path: str
    line: int
    sha256: str | None


class DeclaredPlaces:
    """The places that `program` events give to declarations.

    Where two programs put one declaration of a schema at different places it has none, which is
    better than a wrong one.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._known: dict[tuple[Key, Key], set[SourceLine]] = {}
        for event in of_kind(events, "program"):
            for declaration, place in _declared(event):
                self._known.setdefault((event.get("schema"), declaration), set()).add(place)

    def of(self, schema: Key, declaration: Key) -> SourceLine | None:
        """Where a declaration of a schema stands, if that is known."""
        known = self._known.get((schema, declaration), set())
        return next(iter(known)) if len(known) == 1 else None


def _declared(event: Event) -> Iterator[tuple[str, SourceLine]]:
    """The declarations of a program, but for those that were imported from another source."""
    path, sha256, declared = map(event.get, ("path", "sha256", "declarations"))
    if not isinstance(path, str) or not isinstance(declared, list):
        return
    digest = sha256 if isinstance(sha256, str) else None
    for described in declared:
        match described:
            case [str(name), _, int(line), None]:
                yield name, SourceLine(path, line, digest)
