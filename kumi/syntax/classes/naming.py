"""Names that Python code gives as text: they need not be identifiers, but have to be names."""

from __future__ import annotations

from kumi.syntax.classes.places import explained

_HINT = "a name is printable text, not empty and without dots, which stand between names"


def as_name(given: object) -> str:
    """What was given, as a plain string that can stand in paths, files and messages.

    Raises TypeError for anything else.
    """
    if isinstance(given, str) and given and given.isprintable() and "." not in given:
        return str.__str__(given)
    raise TypeError(explained(f"{given!r} is no name", _HINT))
