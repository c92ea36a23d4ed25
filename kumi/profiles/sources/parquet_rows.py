"""Parquet files with a row an operation, as `kumi profile -o` writes them, read as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.duckdb_files import connect, query, quoted, unpacked
from kumi.profiles.profile_file import ProfileFile
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kumi.profiles.scratch_folder import ScratchFolder

_NEEDED: Final = {"operation", "duration_ms"}
_KEYS: Final = (
    "schema", "operation", "duration_ms", "timestamp", "declaration", "index", "function",
    "origin", "rows", "run", "program", "trace_id", "span_id", "parent_span_id",
    "start_unix_nano", "end_unix_nano", "error",
)  # fmt: skip

_NOT_COUNTED: Final = ("timestamp", "trace_id", "span_id", "parent_span_id")
_STRICT: Final = ("VARCHAR", "TIMESTAMP")
"""Types of which DuckDB writes strict JSON; of doubles, it writes nan, which is no count either."""


def parquet_events(profile: ProfileFile, scratch: ScratchFolder) -> ProfileFile:
    """The rows of a file as events, a line each. Raises UnreadableError where it has no operations.

    Columns that an operation has not are passed over, and those that it has need not all be there.
    """
    source, events = _plain(profile, scratch), scratch.path()
    database = connect(scratch.folder)
    rows = f"read_parquet({quoted(str(source))})"
    query(database, "SET TimeZone = 'UTC'")
    query(database, "SET preserve_insertion_order = true")
    try:
        kinds = {name: kind for name, kind, *_ in query(database, f"DESCRIBE FROM {rows}")}
    except UnreadableError as error:
        raise UnreadableError(f"{profile.name}: a damaged Parquet file") from error
    if not kinds.keys() >= _NEEDED:
        raise UnreadableError(f"{profile.name}: a Parquet file, but none of operations")
    written = f"SELECT {', '.join(_columns(kinds))} FROM {rows}"  # noqa: S608 - names of ours
    query(database, f"COPY ({written}) TO {quoted(str(events))} (FORMAT json)")
    are_strict = all(kinds.get(key, "VARCHAR").startswith(_STRICT) for key in _NOT_COUNTED)
    size = events.stat().st_size
    return ProfileFile(profile.name, events, size, is_strict=are_strict)


def _plain(profile: ProfileFile, scratch: ScratchFolder) -> Path:
    """A path at which DuckDB finds the file, and that it does not take for a pattern."""
    place, profile = scratch.path(), unpacked(profile, scratch)
    if profile.path is None:
        place.write_bytes(profile.data)
    else:
        place.symlink_to(profile.path.absolute())
    return place


def _columns(kinds: dict[str, str]) -> Iterator[str]:
    """The columns of the file that an event has, in its order; moments as texts."""
    yield "'vm_operation' AS event"
    for key in _KEYS:
        if kinds.get(key, "").startswith("TIMESTAMP"):
            yield f'strftime("{key}"::TIMESTAMP, \'%Y-%m-%dT%H:%M:%S.%gZ\') AS "{key}"'
        elif key in kinds:
            yield f'"{key}"'
