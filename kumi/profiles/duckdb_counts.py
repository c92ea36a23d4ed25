"""Lines of others, and the rows of Parquet files, counted by DuckDB with the statements in `sql/`.

A file is read once and becomes counts, in the table `counted`, so that memory is bounded by how
many different times and names there are.

DuckDB and Python differ in one case, `{"event":"vm_run","schema":"A","duration_ms":1} x`: DuckDB
before 2.0 passes over what follows an object on its line. Newer ones call the line malformed, as
Python does.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.counted_times import NAMES, NOT_SAID, CountedTimes, GroupTimes, NamedGroup
from kumi.profiles.duckdb_files import (
    OddLineError,
    carried_out,
    connect,
    plain_path,
    query,
    quoted,
    rewritten,
    sql,
)
from kumi.profiles.event_line import read_line
from kumi.profiles.passing_sql import passes
from kumi.profiles.sources.parquet_rows import damaged_parquet
from kumi.profiles.typical import MOST
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.engine import Key
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.positions.own_files import CountedFile, OwnFiles
    from kumi.profiles.profile_file import ProfileFile

_FEW_BYTES: Final = 8 << 20  # some two million rows


class DuckDBCounts:
    """Counts what `own`, the same files, has left of them, and gives back to it what Python reads.

    `first_malformed` is the number of the first malformed line of each file, as far as it was
    counted here; None where it has none.
    """

    def __init__(
        self, profiles: OpenProfiles, filters: Filters, own: OwnFiles, *, by_run: bool = False
    ) -> None:
        self._names = (*NAMES, "run") if by_run else NAMES
        self._asked = {"passes": passes(filters), "run": ", run" if by_run else ""}
        self._scratch, self._one_by_one = profiles.scratch, own.others
        self._database = connect(profiles.scratch.folder)
        if all(_are_few(file.foreign) for file in own.files if file.foreign):
            self._query("SET threads = 1")
        if by_run:
            self._query("ALTER TABLE counted ADD COLUMN run VARCHAR")
        self.first_malformed = [self._counted(file) for file in own.files]
        self._kinds = Counter[str | None]()
        for kind, calls in self._query("SELECT kind, sum(calls) FROM counted GROUP BY kind"):
            self._kinds[kind and json.loads(kind)] += int(calls)

    def kinds(self) -> Counter[str | None]:
        """How many lines there are of each kind, whatever the filters."""
        return self._kinds

    def counted_times(self) -> CountedTimes:
        """The times that pass the filters. They can be asked for once."""
        alike = [f'of."{name}" IS NOT DISTINCT FROM named."{name}"' for name in self._names]
        names = _listed(self._names)
        self._query(sql("groups").format(names=names, are_alike=" AND ".join(alike)))
        rows = self._query(f'SELECT {names}, rows_class, "rows", cpu FROM named ORDER BY "group"')  # noqa: S608 - names of ours
        began = {
            (group, ns): (first["started"], first["run"] and json.loads(first["run"]))
            for group, ns, first in self._query(sql("longest").format(most=MOST))
        }
        groups = [self._group(row) for row in rows]
        return CountedTimes(groups, self._times(), lambda *of: began.get(of, NOT_SAID))

    def _group(self, row: tuple[Any, ...]) -> NamedGroup:
        *texts, rows_class, rows, cpu = row
        names = tuple(map(_value, self._names, texts))
        return NamedGroup(names, rows_class, int(rows), None if cpu is None else int(cpu))

    def _times(self) -> GroupTimes:
        found = carried_out(
            self._database,
            lambda: self._database.execute('SELECT "group", ns, calls FROM grouped').fetchnumpy(),
        )
        return GroupTimes(**found)

    def _query(self, statement: str) -> list[tuple[Any, ...]]:
        return query(self._database, statement)

    def _counted(self, file: CountedFile) -> int | None:
        """Count what is left of a file; the number of its first malformed line."""
        left, malformed = file.foreign, self._malformed()
        if left is None:
            return None
        events = self._count_columns(left) if left.columns else self._count_lines(left)
        return self._first_malformed(file, events) if self._malformed() > malformed else None

    def _count_columns(self, profile: ProfileFile) -> str:
        """Count the rows of a file; the table that they are."""
        try:
            self._count(profile.columns)
        except UnreadableError as error:
            raise damaged_parquet(profile.name, error) from error
        return profile.columns

    def _count_lines(self, profile: ProfileFile) -> str:
        """Count lines of anybody; the table that they are."""
        try:
            self._count(events := _events(plain_path(profile, self._scratch)))
        except OddLineError:
            self._count(events := _events(rewritten(profile, self._scratch)))
        return events

    def _count(self, events: str) -> None:
        """Count events, of which Python reads few."""
        self._query(sql("count").format(events=events, **self._asked))
        for entire, calls in self._query(
            "DELETE FROM counted WHERE entire IS NOT NULL RETURNING entire, calls"
        ):
            self._one_by_one.add(entire.encode(), calls)

    def _malformed(self) -> int:
        [(calls,)] = self._query("SELECT sum(calls) FROM counted WHERE kind IS NULL")
        return self._one_by_one.untimed[None] + int(calls or 0)

    def _first_malformed(self, file: CountedFile, events: str) -> int | None:
        """The number of the first malformed line.

        DuckDB passes over blank lines and does not number the others as the file does. So it says
        which one it is of those that are not blank, and Python counts in the file up to that one.
        """
        self._query("SET preserve_insertion_order = true")
        lines = self._query(sql("first_malformed").format(events=events))
        self._query("SET preserve_insertion_order = false")
        ordinal: int = next(
            number
            for number, entire in lines
            if entire is None or read_line(entire.encode()).kind is None
        )
        if file.foreign is None or file.foreign.columns:  # rows are never blank
            return ordinal
        number, _ = next(islice(file.foreign.lines(), ordinal - 1, None))
        return file.number(number)


def _are_few(profile: ProfileFile) -> bool:
    """Whether they are so few columns that a second thread takes as much time as it saves."""
    path = profile.path if profile.columns else None
    return path is not None and Path(path).stat().st_size < _FEW_BYTES


def _events(path: str) -> str:
    """The lines at a path as a table of SQL."""
    return f"events({quoted(path)})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _value(name: str, text: str | None) -> Key:
    """What a name is. They are JSON text; only the process, cut from a run, is not."""
    value: Key = text if name == "process" or text is None else json.loads(text)
    return value
