"""Parquet files with a row an operation, as `kumi profile -o` writes them.

A report counts their columns, as a table of events (`sql/columns.sql`). Whoever wants lines gets
them, a row each, and `kumi.profiles.event_line` says the same of those:

    operation    duration_ms    rows
    Map               0.0012       5    {"event":"vm_operation","operation":"Map","duration_ms":…
    Map                  nan       5    malformed, since nan is no time
    NULL              0.0012       5    malformed, since an operation has a name

A column of another type than its key has says nothing where a value is missing, and else makes the
row malformed, as it would a line. Columns that an operation has not are passed over, and those that
it has need not all be there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import duckdb

from kumi.profiles.duckdb_files import connect, query, quoted, sql, unpacked
from kumi.profiles.profile_file import ProfileFile
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from kumi.profiles.scratch_folder import ScratchFolder

_NEEDED: Final = {"operation", "duration_ms"}
_NAMES: Final = (
    "schema",
    "operation",
    "declaration",
    "origin",
    "function",
    "run",
    "program",
    "error",
)
_COUNTS: Final = ("index", "rows", "start_unix_nano", "end_unix_nano")
_COUNTED: Final = (*_NAMES, *_COUNTS, "duration_ms")
_KEYS: Final = (
    "schema", "operation", "duration_ms", "timestamp", "declaration", "index", "function",
    "origin", "rows", "run", "program", "trace_id", "span_id", "parent_span_id",
    "start_unix_nano", "end_unix_nano", "error",
)  # fmt: skip
_SIGNED: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_WHOLE: Final = (*_SIGNED, *(f"U{kind}" for kind in _SIGNED))
_NUMBER: Final = (*_WHOLE, "DOUBLE", "FLOAT", "DECIMAL")
_NO_TEXT: Final = (*_NUMBER, "BOOLEAN", "STRUCT", "MAP", "UNION", "VARIANT", "JSON")


def parquet_rows(profile: ProfileFile, scratch: ScratchFolder) -> ProfileFile:
    """The rows of a file. Raises UnreadableError where it has no operations, or is damaged."""
    rows = ParquetRows(profile, scratch)
    return ProfileFile(profile.name, profile.path, profile.size, b"", rows, rows.columns)


class ParquetRows:
    """The rows: see `kumi.profiles.profile_file.Unpacking`."""

    def __init__(self, profile: ProfileFile, scratch: ScratchFolder) -> None:
        self._name, self._scratch = profile.name, scratch
        self._source = quoted(str(_plain(profile, scratch)))
        self._lines = scratch.path()
        found = f"DESCRIBE FROM read_parquet({self._source})"
        try:
            with duckdb.connect() as database:
                self._kinds = {name: kind for name, kind, *_ in query(database, found)}
        except UnreadableError as error:
            raise damaged_parquet(profile.name, error) from error
        if not self._kinds.keys() >= _NEEDED:
            raise UnreadableError(f"{profile.name}: a Parquet file, but none of operations")

    @property
    def columns(self) -> str:
        """The events as a table of SQL."""
        typed = {key: self._typed(key) or "NULL" for key in _KEYS}
        columns = ", ".join(f'{value} AS "{key}"' for key, value in typed.items())
        sound = " AND ".join(self._soundness()) or "true"
        return sql("columns").format(columns=columns, are_sound=sound, path=self._source)

    def open(self) -> BinaryIO:
        """The events, a line each; they are written when they are first asked for."""
        if not self._lines.exists():
            rows = f"SELECT {', '.join(self._said())} FROM read_parquet({self._source})"  # noqa: S608 - names of ours
            try:
                self._write(rows)
            except UnreadableError as error:
                self._lines.unlink(missing_ok=True)
                raise damaged_parquet(self._name, error) from error
        return self._lines.open("rb")

    def _write(self, rows: str) -> None:
        with connect(self._scratch.folder) as database:
            query(database, "SET preserve_insertion_order = true")
            query(database, f"COPY ({rows}) TO {quoted(str(self._lines))} (FORMAT json)")

    def _said(self) -> Iterator[str]:
        """The columns of the file that a line has, in its order."""
        yield "'vm_operation' AS event"
        for key in _KEYS:
            if key in _COUNTED and key in self._kinds:
                yield f'"{key}"'
            elif value := self._typed(key):
                yield f'{value} AS "{key}"'

    def _soundness(self) -> Iterator[str]:
        """What has to hold of a row, besides what holds of any event."""
        for key in _COUNTED:
            value = self._typed(key)
            if value is None and key in self._kinds:
                yield f'"{key}" IS NULL'
            elif value and key in _COUNTS:
                yield f'("{key}" IS NULL OR coalesce({value} >= 0, false))'

    def _typed(self, key: str) -> str | None:
        """The value of a column as its key has it; None where it is of another type, or not there.

        Moments are texts of milliseconds, as lines have them.
        """
        kind = self._kinds.get(key)
        if kind is None:
            return None
        if key in _COUNTS:
            return f'TRY_CAST("{key}" AS BIGINT)' if kind in _WHOLE else None
        if key == "duration_ms":  # the decimals of a FLOAT are those that it is written with
            text = "" if kind == "DOUBLE" else "::VARCHAR::DOUBLE"
            return f'"{key}"{text}' if kind.startswith(_NUMBER) else None
        if key == "timestamp" and kind.startswith("TIMESTAMP"):
            return f"strftime(\"{key}\"::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')"
        is_text = not kind.startswith(_NO_TEXT) and not kind.endswith("]")
        return f'"{key}"::VARCHAR' if is_text else None


def damaged_parquet(name: str, error: UnreadableError) -> UnreadableError:
    """What is said of a file that DuckDB would not read; the error itself where that is not why."""
    is_other = isinstance(error.__cause__, duckdb.OutOfMemoryException) or "No space" in str(error)
    return error if is_other else UnreadableError(f"{name}: a damaged Parquet file")


def _plain(profile: ProfileFile, scratch: ScratchFolder) -> Path:
    """A path at which DuckDB finds the file, and that it does not take for a pattern."""
    place, profile = scratch.path(), unpacked(profile, scratch)
    if profile.path is None:
        place.write_bytes(profile.data)
    else:
        place.symlink_to(os.path.abspath(profile.path))  # noqa: PTH100 - it is a text
    return place
