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
from kumi.profiles.engine import KEYS
from kumi.profiles.event_line import read_line
from kumi.profiles.figure_rows import distribution, ranks, tally
from kumi.profiles.filters import Filters
from kumi.profiles.one_by_one import CountedEvent
from kumi.profiles.passing_sql import passes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kumi.profiles.engine import Distribution, Key, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.figure_rows import Longest
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.positions.own_files import CountedFile, OwnFiles
    from kumi.profiles.profile_file import ProfileFile

_FREE: Final = {"free": [f'"{opcode.name}"' for opcode in OPCODES if opcode.free]}
"""The operations that take no reading of the clock, as DuckDB writes their names in JSON."""
_NAMES: Final = ("kind", *KEYS)
"""What of an event names a group of events."""


class DuckDBEngine:
    """See `kumi.profiles.engine.Engine`. It counts what `own`, the same files, leaves to it."""

    def __init__(
        self, profiles: OpenProfiles, filters: Filters, own: OwnFiles, *, by_run: bool = False
    ) -> None:
        self._by_run = by_run
        self._columns = (*_NAMES, "run") if by_run else _NAMES
        self._asked = {"passes": passes(filters), "run": ", run" if by_run else ""}
        self._scratch = profiles.scratch
        self._database = connect(profiles.scratch.folder)
        if by_run:
            self._query("ALTER TABLE counted ADD COLUMN run VARCHAR")
        self._one_by_one, self._runs = own.others, own.runs
        first_malformed: tuple[str, int] | None = None
        for file in own.files:
            number = self._count(file)
            if number and first_malformed is None:
                first_malformed = file.profile.name, number
        self._insert_events()
        kinds = self._query("SELECT kind, sum(calls)::BIGINT FROM counted GROUP BY kind")
        by_kind = self._one_by_one.kinds + self._runs.kinds()
        by_kind.update({kind and json.loads(kind): calls for kind, calls in kinds})
        self.lines = LineCounts.of(by_kind, first_malformed)
        self._number_names()
        if filters.ask_elsewhere:
            asked = filters.informed(self.uncounted)
            elsewhere = Filters(processes=asked.processes)
            self._query(sql("narrow").format(passes=passes(elsewhere)))
        self._names = self._read_names()

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
        return [tally(names, figures) for names, figures in self._chosen("tallies", kind, keys)]

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How the times of the filtered events of a kind are distributed, by these keys."""
        return [
            distribution(names, figures, map(_longest, longest or ()))
            for names, (*figures, longest) in self._chosen("distributions", kind, keys, **ranks())
        ]

    def _chosen(
        self, statement: str, kind: str, keys: tuple[str, ...], **parts: str
    ) -> list[tuple[tuple[Key, ...], tuple[Any, ...]]]:
        """The rows of a statement, by what these keys are."""
        alike: dict[tuple[Key, ...], int] = {}
        asked = {
            number: alike.setdefault(tuple([names[key] for key in keys]), len(alike))
            for number, names in self._names.items()
            if names["kind"] == kind
        }
        given = {"numbers": list(asked), "keys": list(asked.values())}
        self._query(sql("ask"), given)
        rows = self._query(
            sql(statement).format(keys='"key"', **parts),
            {"kind": json.dumps(kind), **_FREE},
        )
        names = list(alike)
        return [(names[key], tuple(figures)) for key, *figures in rows]

    def _query(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return query(self._database, statement, parameters)

    def _count(self, file: CountedFile) -> int | None:
        """Count what is left of a file; the number of the first malformed line of all of it."""
        malformed = self._count_foreign(file.foreign) if file.foreign else None
        found = (file.first_malformed, malformed and file.number(malformed))
        return min((number for number in found if number), default=None)

    def _count_foreign(self, profile: ProfileFile) -> int | None:
        """Count lines of anybody, of which Python reads few; the first malformed one."""
        path, malformed = plain_path(profile, self._scratch), self._malformed()
        asked = {"are_strict": str(profile.is_strict).lower(), **self._asked}
        try:
            self._query(sql("count").format(path=quoted(path), **asked))
        except OddLineError:
            path = rewritten(profile, self._scratch)
            self._query(sql("count").format(path=quoted(path), **asked))
        for entire, calls in self._query(
            "DELETE FROM counted WHERE entire IS NOT NULL RETURNING entire, calls"
        ):
            self._one_by_one.add(entire.encode(), calls)
        return self._first_malformed(profile, path) if self._malformed() > malformed else None

    def _malformed(self) -> int:
        [(calls,)] = self._query("SELECT sum(calls) FROM counted WHERE kind IS NULL")
        return self._one_by_one.kinds[None] + int(calls or 0)

    def _first_malformed(self, profile: ProfileFile, path: str) -> int:
        """The number of the first malformed line.

        DuckDB passes over blank lines and does not number the others as the file does. So it says
        which one it is of those that are not blank, and Python counts in the file up to that one.
        """
        self._query("SET preserve_insertion_order = true")
        lines = self._query(sql("first_malformed").format(path=quoted(path), are_strict="false"))
        self._query("SET preserve_insertion_order = false")
        ordinal = next(
            number
            for number, entire in lines
            if entire is None or read_line(entire.encode()).kind is None
        )
        number, _ = next(islice(profile.lines(), ordinal - 1, None))
        return number

    def _insert_events(self) -> None:
        """Insert what Python has read line by line."""
        if events := self._one_by_one.timed:
            columns = zip(CountedEvent._fields, zip(*events, strict=True), strict=True)
            given = {name: list(values) for name, values in columns}
            given["calls"] = list(events.values())
            run = ", to_json(run)::VARCHAR" if self._by_run else ""
            self._query(sql("insert_events").format(run=run), given)

    def _number_names(self) -> None:
        """Number the names of everything that was counted, by position or not."""
        runs = self._runs
        self._database.register("times", runs.times.counted()._asdict())
        self._database.register("firsts", runs.times.firsts()._asdict())
        numbers = range(len(runs.groups))
        groups, times = sql("runs").split(";\n\n")
        self._query(
            groups,
            {
                **{name: [getattr(event, name) for event, _ in runs.groups] for name in _NAMES},
                "rows_class": [rows_class for _, rows_class in runs.groups],
                "rows": [runs.rows[number] for number in numbers],
                "cpu": [runs.cpu.get(number) for number in numbers],
            },
        )
        self._query(times)
        alike = [f'of."{name}" IS NOT DISTINCT FROM named."{name}"' for name in self._columns]
        are = {"names": _listed(self._columns), "are_alike": " AND ".join(alike)}
        self._query(sql("number_names").format(**are))

    def _read_names(self) -> dict[int, dict[str, Key]]:
        """The names by their numbers."""
        names = self._columns
        rows = self._query(f"SELECT number, {_listed(names)} FROM named")  # noqa: S608 - names of ours
        return {
            number: dict(zip(names, map(_value, names, texts), strict=True))
            for number, *texts in rows
        }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _value(name: str, text: str | None) -> Key:
    """What a name is. They are JSON text; only the process, cut from a run, is not."""
    value: Key = text if name == "process" or text is None else json.loads(text)
    return value


def _longest(reading: dict[str, Any]) -> Longest:
    """A reading of `sql/distributions.sql`, where the run is JSON text."""
    first = reading["first"]
    return (
        reading["ns"],
        first["started"],
        None if first["run"] is None else json.loads(first["run"]),
    )
