"""Profiles read back. The files stand here in the order in which the data goes through them.

`open_profiles` finds the files and `profile_file` has their lines. `event_line` says what one line
is. An engine counts them (`python_engine` small files, `counts_engine` large ones; `engine` is what
both answer), `breakdown` makes figures of what it has counted, and `reports/` text of the figures.

`read` is all of that in a call, for programs and notebooks; `read_spark` and `read_clickhouse` are
the same for what is too large for one machine (`warehouses/`). They are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.profiles.from_python import Profile as Profile
    from kumi.profiles.from_python import UnreadableError as UnreadableError
    from kumi.profiles.from_python import read as read
    from kumi.profiles.warehouses.from_warehouses import read_clickhouse as read_clickhouse
    from kumi.profiles.warehouses.from_warehouses import read_spark as read_spark

_FILES = "kumi.profiles.from_python"
_WAREHOUSES = "kumi.profiles.warehouses.from_warehouses"
_PLACES = {
    "Profile": _FILES,
    "UnreadableError": _FILES,
    "read": _FILES,
    "read_clickhouse": _WAREHOUSES,
    "read_spark": _WAREHOUSES,
}
__all__ = ["Profile", "UnreadableError", "read", "read_clickhouse", "read_spark"]


def __getattr__(name: str) -> Any:
    """Find a public name where it is defined, and keep it here."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found
