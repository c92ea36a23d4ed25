"""The engine for files of any size: DuckDB, and the statements in `sql/`.

The lines of a file are read once and become counts, in the table `counted`; whatever is asked later
is made from those, so that memory is bounded by how many different times and names there are.

The two engines differ in one case, `{"event":"vm_run","schema":"A","duration_ms":1} x`: DuckDB
before 2.0 passes over what follows an object on its line. Newer ones call the line malformed, as
Python does.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import duckdb

from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.duckdb_files import (
    LineTooLongError,
    connect,
    plain_path,
    query,
    quoted,
    rewritten,
    sql,
)
from kumi.profiles.engine import Filters, Tally

if TYPE_CHECKING:
    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Event
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.profile_file import ProfileFile


class DuckDBEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self._filters = filters
        self._scratch = profiles.scratch
        self._database = connect(profiles.scratch.folder)
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

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        statement = sql("tallies").format(keys=", ".join(f'"{key}"' for key in keys))
        rows = self._query(statement, {"kind": _text(kind), **_parameters(self._filters)})
        return [_tally(row, keys) for row in rows]

    def _query(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return query(self._database, statement, parameters)

    def _count(self, profile: ProfileFile) -> str:
        """Count the lines of a file; the path that DuckDB could read it at."""
        path = plain_path(profile, self._scratch)
        try:
            self._query(sql("count").format(path=quoted(path)))
        except LineTooLongError:
            path = rewritten(profile, self._scratch)
            self._query(sql("count").format(path=quoted(path)))
        return path

    def _find_malformed(self, profile: ProfileFile, path: str) -> tuple[str, int] | None:
        """File and number of its first malformed line, where this is the first file with one.

        DuckDB passes over blank lines and does not number the others as the file does. So it says
        which one it is of those that are not blank, and Python counts in the file up to that one.
        """
        if not self._query("SELECT 1 FROM counted WHERE kind IS NULL LIMIT 1"):
            return None
        self._query("SET preserve_insertion_order = true")
        [(ordinal,)] = self._query(sql("first_malformed").format(path=quoted(path)))
        self._query("SET preserve_insertion_order = false")
        number, _ = next(islice(profile.lines(), ordinal - 1, None))
        return profile.name, number


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
    return Tally(
        tuple(text if key == "process" else _value(text) for key, text in values),
        *map(int, row[len(keys) :]),
    )


def _text(name: str) -> str:
    """A name as DuckDB writes it in JSON."""
    [(text,)] = duckdb.execute("SELECT to_json(?::VARCHAR)::VARCHAR", [name]).fetchall()
    return str(text)


def _value(text: str | None) -> Key:
    """What a key's JSON text says."""
    value: Key = None if text is None else json.loads(text)
    return value
