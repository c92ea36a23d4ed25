"""Profiles read back. The files stand here in the order in which the data goes through them.

`open_profiles` finds the files and `profile_file` has their lines. `event_line` says what one line
is. An engine counts them (`python_engine` small files, `duckdb_engine` large ones; `engine` is what
both answer), `breakdown` makes figures of what it has counted, and `reports/` text of the figures.

`read` is all of that in a call, for programs and notebooks. It is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.profiles.from_python import Profile as Profile
    from kumi.profiles.from_python import UnreadableError as UnreadableError
    from kumi.profiles.from_python import read as read

__all__ = ["Profile", "UnreadableError", "read"]


def __getattr__(name: str) -> Any:
    """Find a public name where it is defined, and keep it here."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module("kumi.profiles.from_python"), name)
    globals()[name] = found
    return found
