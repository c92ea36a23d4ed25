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
from typing import TYPE_CHECKING, Any, Final

import duckdb

from kumi.ir.ops import OPCODES
from kumi.profiles.counted_lines import LineCounts
from kumi.profiles.duckdb_files import (
    OddLineError,
    connect,
    plain_path,
    query,
    quoted,
    rewritten,
    sql,
)
from kumi.profiles.event_line import read_line
from kumi.profiles.figure_rows import distribution, ranks, tally
from kumi.profiles.one_by_one import CountedEvent, OneByOne

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from kumi.profiles.engine import Distribution, Filters, Key, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.figure_rows import Longest
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.profile_file import ProfileFile

_FREE: Final = {"free": [f'"{opcode.name}"' for opcode in OPCODES if opcode.free]}
"""The operations that take no reading of the clock, as DuckDB writes their names in JSON."""


class DuckDBEngine:
    """See `kumi.profiles.engine.Engine`."""

    def __init__(self, profiles: OpenProfiles, filters: Filters) -> None:
        self._filters = filters
        self._scratch = profiles.scratch
        self._database = connect(profiles.scratch.folder)
        self._one_by_one = OneByOne(filters)
        first_malformed: tuple[str, int] | None = None
        for profile in profiles.files:
            path = self._count(profile)
            first_malformed = first_malformed or self._find_malformed(profile, path)
        kinds = self._query("SELECT kind, sum(calls)::BIGINT FROM counted GROUP BY kind")
        by_kind = self._one_by_one.kinds
        by_kind.update({kind and json.loads(kind): calls for kind, calls in kinds})
        self.lines = LineCounts.of(by_kind, first_malformed)

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one."""
        return self._one_by_one.uncounted

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Take the clock's cost out of operations: see `kumi.profiles.engine.Engine`."""
        by_process = {"processes": list(costs), "costs": list(costs.values())}
        self._query(sql("take_out"), by_process)

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these keys."""
        rows = self._chosen("tallies", kind, keys)
        return [tally(_values(row, keys), row[len(keys) :]) for row in rows]

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        return [
            distribution(_values(row, keys), figures, map(_longest, longest or ()))
            for row in self._chosen("distributions", kind, keys, **ranks())
            for *figures, longest in (row[len(keys) :],)
        ]

    def _chosen(
        self, statement: str, kind: str, keys: tuple[str, ...], **parts: str
    ) -> list[tuple[Any, ...]]:
        columns = ", ".join(f'"{key}"' for key in keys)
        return self._query(
            sql(statement).format(keys=columns, **parts),
            {"kind": _text(kind), **_FREE, **_parameters(self._filters)},
        )

    def _query(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return query(self._database, statement, parameters)

    def _count(self, profile: ProfileFile) -> str:
        """Count the lines of a file; the path that DuckDB could read it at."""
        path = plain_path(profile, self._scratch)
        try:
            self._query(sql("count").format(path=quoted(path)))
        except OddLineError:
            path = rewritten(profile, self._scratch)
            self._query(sql("count").format(path=quoted(path)))
        self._count_one_by_one()
        return path

    def _count_one_by_one(self) -> None:
        """Count the lines that the statement has left to Python."""
        before = self._one_by_one.timed.copy()
        lines = self._query("SELECT entire, calls FROM counted WHERE entire IS NOT NULL")
        self._query("DELETE FROM counted WHERE entire IS NOT NULL")
        for entire, calls in lines:
            self._one_by_one.add(entire.encode(), calls)
        self._insert(self._one_by_one.timed - before)

    def _insert(self, events: Counter[CountedEvent]) -> None:
        if events:
            columns = zip(CountedEvent._fields, zip(*events, strict=True), strict=True)
            given = {name: list(values) for name, values in columns}
            self._query(sql("insert").format(), {**given, "calls": list(events.values())})

    def _find_malformed(self, profile: ProfileFile, path: str) -> tuple[str, int] | None:
        """File and number of its first malformed line, where this is the first file with one.

        DuckDB passes over blank lines and does not number the others as the file does. So it says
        which one it is of those that are not blank, and Python counts in the file up to that one.
        """
        if not (
            self._one_by_one.kinds[None]
            or self._query("SELECT 1 FROM counted WHERE kind IS NULL LIMIT 1")
        ):
            return None
        self._query("SET preserve_insertion_order = true")
        lines = self._query(sql("first_malformed").format(path=quoted(path)))
        self._query("SET preserve_insertion_order = false")
        ordinal = next(
            number
            for number, entire in lines
            if entire is None or read_line(entire.encode()).kind is None
        )
        number, _ = next(islice(profile.lines(), ordinal - 1, None))
        return profile.name, number


def _parameters(filters: Filters) -> dict[str, object]:
    return {
        "min_ns": filters.min_ns,
        "schemas": [_text(name) for name in filters.schemas],
        "declarations": [_text(name) for name in filters.declarations],
        "operations": [_text(name) for name in filters.operations],
    }


def _text(name: str) -> str:
    """A name as DuckDB writes it in JSON; one that no UTF-8 holds is the name of nothing."""
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return ""
    [(text,)] = duckdb.execute("SELECT to_json(?::VARCHAR)::VARCHAR", [name]).fetchall()
    return str(text)


def _values(row: tuple[Any, ...], keys: tuple[str, ...]) -> tuple[Key, ...]:
    """The keys of a row. They are JSON text; only the process, cut from a run, is not."""
    values = zip(keys, row, strict=False)
    return tuple(text if key == "process" else _value(text) for key, text in values)


def _value(text: str | None) -> Key:
    """What a key's JSON text says."""
    value: Key = None if text is None else json.loads(text)
    return value


def _longest(reading: dict[str, Any]) -> Longest:
    """A reading of `sql/distributions.sql`, where the run is JSON text."""
    first = reading["first"]
    return (
        reading["ns"],
        first["started"],
        None if first["run"] is None else json.loads(first["run"]),
    )
