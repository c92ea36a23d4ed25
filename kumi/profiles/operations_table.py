"""The operations of a profile as a table: for files of columns, and for libraries of tables."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from kumi.profiles.duckdb_files import (
    OddLineError,
    carried_out,
    connect,
    plain_path,
    query,
    quoted,
    sql,
)
from kumi.profiles.event_line import read_line
from kumi.profiles.passing_sql import passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyRelation

    from kumi.profiles.event_line import Event
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.profile_file import ProfileFile
    from kumi.profiles.scratch_folder import ScratchFolder

_T = TypeVar("_T")


class OperationsTable:
    """The filtered operations, a row each, in the order of the lines.

    The columns are the keys of a `vm_operation` event (docs/event-file.md), `error` the last of
    them; a key that a line does not have is null. Nothing is read before it is asked for, and then
    the profiles have to be open. What is asked raises UnreadableError where reading fails.
    """

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        """`filters` have to be informed: see `kumi.profiles.described_lines`."""
        self._profiles = profiles
        self._database = connect(profiles.scratch.folder)
        query(self._database, "SET preserve_insertion_order = true")
        query(self._database, sql("operations").format(passes=passes(filters)))

    def write_parquet(self, path: Path) -> None:
        """Write the table to a Parquet file."""
        to = f"{quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        self._of_lines(lambda table: query(self._database, f"COPY ({table}) TO {to}"))

    def given_to(self, taker: Callable[[DuckDBPyRelation], _T]) -> _T:
        """What a library of tables makes of it, in memory."""

        def take(table: str) -> _T:
            return carried_out(self._database, lambda: taker(self._database.sql(table)))

        return self._of_lines(take)

    def _of_lines(self, work: Callable[[str], _T]) -> _T:
        """What is made of a statement that gives the table.

        Where DuckDB would not read a line as Python does, it is done again with copies.
        """
        files, scratch = self._profiles.files, self._profiles.scratch
        try:
            return work(_table([plain_path(file, scratch) for file in files], are_strict=False))
        except OddLineError:
            return work(_table([_copied(file, scratch) for file in files], are_strict=True))


def _copied(profile: ProfileFile, scratch: ScratchFolder) -> str:
    """The path of a copy of the operations, as Python reads them."""
    copy = scratch.path()
    with copy.open("wb") as file:
        for _, line in profile.lines():
            found = read_line(line)
            if found.event and found.kind == "vm_operation":
                file.write(json.dumps(dict(_said(found.event))).encode() + b"\n")
    return str(copy)


def _said(event: Event) -> Iterator[tuple[str, str | int | float]]:
    """The keys that say something: no key of an operation holds what is nested."""
    for key, value in event.items():
        if isinstance(value, str) or (type(value) in {int, float} and isfinite(value)):
            yield key, value


def _table(paths: list[str], *, are_strict: bool) -> str:
    tables = (f"SELECT * FROM operations({quoted(path)}, {are_strict})" for path in paths)  # noqa: S608 - quoted
    return " UNION ALL ".join(tables)
