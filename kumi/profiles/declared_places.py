"""Where declarations stand in their sources: a profile says it once a program.

One that was imported stands in the source of the schema that defined it, its origin.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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


class SourceFile(NamedTuple):
    """A source as a program names it: its path, and the SHA-256 of it where that is said."""

    path: str
    sha256: str | None


class SourcesOf:
    """The sources that a `program` event names: the schema's own, and those of its imports."""

    def __init__(self, event: Event) -> None:
        self.own = _file(event)
        paths = event.get("paths")
        said = paths.items() if isinstance(paths, dict) else ()
        self.imported = {origin: file for origin, each in said if (file := _file(each))}

    def of(self, origin: Key) -> SourceFile | None:
        """Where the declarations of an origin stand, None standing for the schema itself."""
        return self.own if origin is None else self.imported.get(str(origin))


def _file(said: Any) -> SourceFile | None:
    match said:
        case {"path": str(path)}:
            sha256 = said.get("sha256")
            return SourceFile(path, sha256 if isinstance(sha256, str) else None)
    return None


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
    """The declarations of a program of which the source is known."""
    sources, declared = SourcesOf(event), event.get("declarations")
    for described in declared if isinstance(declared, list) else ():
        match described:
            case [str(name), _, int(line), str() | None as origin, *_]:
                if source := sources.of(origin):
                    yield name, SourceLine(source.path, line, source.sha256)
