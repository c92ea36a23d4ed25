"""The engine for files of any size: DuckDB, and the statements in `sql/`.

The lines of a file are read once and become counts, in the table `counted`; whatever is asked later
is made from those, so that memory is bounded by how many different times and names there are.

The two engines differ in one case, `{"event":"vm_run","schema":"A","duration_ms":1} x`: DuckDB
before 2.0 passes over what follows an object on its line. Newer ones call the line malformed, as
Python does.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import duckdb

from kumi.ir.ops import OPCODES
from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.engine import Filters, Tally
from kumi.profiles.interruptible import interruptible
from kumi.profiles.open_profiles import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Event
    from kumi.profiles.open_profiles import OpenProfiles, ScratchFolder
    from kumi.profiles.profile_file import ProfileFile

_MEMORY_LIMIT: Final = "1GB"  # beyond it DuckDB spills to the temporary folder
_LINE_TOO_LONG: Final = "maximum_object_size"

_FREE: Final = {"free": [f'"{opcode.name}"' for opcode in OPCODES if opcode.free]}
"""The operations that take no reading of the clock, as DuckDB writes their names in JSON."""


class _LineTooLongError(UnreadableError):
    """One line is longer than DuckDB takes, and it has given up on the whole file."""


class DuckDBEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self._filters = filters
        self._scratch = profiles.scratch
        self._database = _connect(profiles.scratch.folder)
        first_malformed: tuple[str, int] | None = None
        for profile in profiles.files:
            path = self._count(profile)
            first_malformed = first_malformed or self._find_malformed(profile, path)
        kinds = self._query("SELECT kind, sum(calls)::BIGINT FROM counted GROUP BY kind")
        by_kind = {kind and json.loads(kind): calls for kind, calls in kinds}
        self.lines = LineCounts.of(by_kind, first_malformed)

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one."""
        found = self._query("SELECT entire, calls FROM counted WHERE entire IS NOT NULL")
        return [json.loads(entire) for entire, calls in found for _ in range(calls)]

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        by_process = {"processes": list(costs), "costs": list(costs.values())}
        self._query(_statement("take_out"), by_process)

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        statement = _statement("tallies").format(keys=", ".join(f'"{key}"' for key in keys))
        rows = self._query(statement, {"kind": _text(kind), **_FREE, **_parameters(self._filters)})
        return [_tally(row, keys) for row in rows]

    def _query(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        try:
            return interruptible(
                lambda: self._database.execute(statement, parameters).fetchall(),
                self._database.interrupt,
            )
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            unreadable = _LineTooLongError if _LINE_TOO_LONG in said else UnreadableError
            raise unreadable(said) from error

    def _count(self, profile: ProfileFile) -> str:
        """Count the lines of a file; the path that DuckDB could read it at."""
        path = _plain_path(profile, self._scratch)
        try:
            self._query(_statement("count").format(path=_quoted(path)))
        except _LineTooLongError:
            path = _rewritten(profile, self._scratch)
            self._query(_statement("count").format(path=_quoted(path)))
        return path

    def _find_malformed(self, profile: ProfileFile, path: str) -> tuple[str, int] | None:
        """File and number of its first malformed line, where this is the first file with one.

        DuckDB passes over blank lines and does not number the others as the file does. So it says
        which one it is of those that are not blank, and Python counts in the file up to that one.
        """
        if not self._query("SELECT 1 FROM counted WHERE kind IS NULL LIMIT 1"):
            return None
        self._query("SET preserve_insertion_order = true")
        [(ordinal,)] = self._query(_statement("first_malformed").format(path=_quoted(path)))
        self._query("SET preserve_insertion_order = false")
        number, _ = next(islice(profile.lines(), ordinal - 1, None))
        return profile.name, number


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": False,
        "memory_limit": _MEMORY_LIMIT,
        "temp_directory": str(folder),
        "autoinstall_known_extensions": False,  # nothing is ever fetched to read a file
    }
    database = duckdb.connect(config=settings)
    database.execute(_statement("setup"))
    return database


def _statement(name: str) -> str:
    return files("kumi.profiles").joinpath("sql", f"{name}.sql").read_text("utf-8")


def _plain_path(profile: ProfileFile, scratch: ScratchFolder) -> str:
    """A path at which DuckDB reads the lines that Python reads.

    DuckDB takes `*`, `?` and `[` for a pattern, so that such a name is read through a link. It
    takes a file of one byte for empty, and up to 2.0.0 a byte order mark for text: these are
    copied.
    """
    if profile.path is None or profile.size == 1 or profile.is_marked():
        return _rewritten(profile, scratch)
    path = os.path.abspath(profile.path)  # noqa: PTH100 - a name must not look like a URL
    if not set("*?[") & set(path):
        return path
    link = scratch.path()
    link.symlink_to(path)
    return str(link)


def _rewritten(profile: ProfileFile, scratch: ScratchFolder) -> str:
    """The path of a copy that has the lines as Python reads them: too long ones are cut in it."""
    copy = scratch.path()
    with copy.open("wb") as file:
        file.writelines(line.rstrip() + b"\n" for _, line in profile.lines())
    return str(copy)


def _quoted(path: str) -> str:
    """A string of SQL."""
    return "'" + path.replace("'", "''") + "'"


def _parameters(filters: Filters) -> dict[str, object]:
    return {
        "min_ns": filters.min_ns,
        "schemas": [_text(name) for name in filters.schemas],
        "declarations": [_text(name) for name in filters.declarations],
        "operations": [_text(name) for name in filters.operations],
    }


def _tally(row: tuple[Any, ...], keys: tuple[str, ...]) -> Tally:
    """A row of `sql/tallies.sql`. Keys are JSON text; only the process, cut from a run, is not."""
    values = zip(keys, row, strict=False)
    *figures, cpu = row[len(keys) :]
    named = tuple(text if key == "process" else _value(text) for key, text in values)
    calls, total, visited, longest, p50, p95, p99 = map(int, figures)
    spent = None if cpu is None else int(cpu)
    return Tally(named, calls, total, visited, longest, p50, p95, p99, spent)


def _text(name: str) -> str:
    """A name as DuckDB writes it in JSON."""
    [(text,)] = duckdb.execute("SELECT to_json(?::VARCHAR)::VARCHAR", [name]).fetchall()
    return str(text)


def _value(text: str | None) -> Key:
    """What a key's JSON text says."""
    value: Key = None if text is None else json.loads(text)
    return value
