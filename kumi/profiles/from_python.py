"""Profiles in Python programs and notebooks: their figures, and their operations as tables."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kumi.profiles.asked_times import asked_moment
from kumi.profiles.described_lines import known_beforehand
from kumi.profiles.filters import Filters, FromEdge
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.reports.document import Document

_T = TypeVar("_T")


class Profile:
    """What was read from some files: the figures of all, and the operations one by one.

    The figures are those of the moment when it was read. Operations are not kept: a table is made
    of the files as they are when it is asked for.
    """

    def __init__(self, files: Sequence[str], filters: Filters, found: Breakdown) -> None:
        self._files, self._filters, self._found = files, filters, found

    def to_dict(self) -> dict[str, Any]:
        """All figures, in nanoseconds: the document that `kumi profile --json` prints."""
        from kumi.profiles.reports.json_report import json_report  # noqa: PLC0415 - where it is used

        return cast("dict[str, Any]", json.loads(json_report(self._found)))

    def to_arrow(self) -> pa.Table:
        """The operations, a row each and a column a key of `vm_operation`, as an Arrow table."""
        _needed("pyarrow", "to_arrow")
        return self._table(lambda relation: relation.to_arrow_table())

    def to_pandas(self) -> pd.DataFrame:
        """The operations, a row each and a column a key of `vm_operation`, as a DataFrame."""
        _needed("pandas", "to_pandas")
        return self._table(lambda relation: relation.df())

    def to_polars(self) -> pl.DataFrame:
        """The operations, a row each and a column a key of `vm_operation`, as a DataFrame."""
        polars = _needed("polars", "to_polars")
        return self._table(lambda relation: cast("pl.DataFrame", polars.DataFrame(relation)))

    def __str__(self) -> str:
        """The summary, as `kumi profile` prints it into a file."""
        from kumi.profiles.reports.drawing import plain  # noqa: PLC0415 - where it is used

        return plain(self._summary())

    def __repr__(self) -> str:
        found = self._found
        return f"<Profile: {found.operations} operations, {found.total} ns>"

    def _repr_html_(self) -> str:
        """The summary, for notebooks."""
        from kumi.profiles.reports.html import html  # noqa: PLC0415 - where it is used

        return html(self._summary())

    def _summary(self) -> Document:
        from kumi.profiles.reports.rendering import ROWS  # noqa: PLC0415 - where it is used
        from kumi.profiles.reports.summary import summary  # noqa: PLC0415 - where it is used

        return summary(self._found, ROWS)

    def _table(self, taker: Callable[[DuckDBPyRelation], _T]) -> _T:
        from kumi.profiles.operations_table import OperationsTable  # noqa: PLC0415 - it imports DuckDB

        with open_profiles(self._files) as profiles:
            asked = known_beforehand(self._filters, profiles)
            return OperationsTable(profiles, asked).given_to(taker)


def read(
    *files: str | os.PathLike[str],
    schema: str | Sequence[str] = (),
    declaration: str | Sequence[str] = (),
    operation: str | Sequence[str] = (),
    min_ns: int = 0,
    origin: str | Sequence[str] = (),
    service: str | Sequence[str] = (),
    run: str | Sequence[str] = (),
    resource: Mapping[str, str] | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
) -> Profile:
    """The profile in these files together, filtered as by the options of `kumi profile`.

    Each filter is a name, or several of which any will do; `min_ns` are nanoseconds. `since` and
    `until` are moments, or texts as the options take them. Raises UnreadableError where a file
    cannot be read, or no line of any is an event of a profile; ValueError where a text is no time.
    """
    names = [_path(file) for file in files]
    if not names:
        raise TypeError("read takes at least one file")
    filters = Filters(
        names_of(schema),
        names_of(declaration),
        names_of(operation),
        min_ns,
        names_of(origin),
        names_of(service),
        names_of(run),
        tuple((resource or {}).items()),
        _since(since),
        _since(until),
    )
    return Profile(names, filters, read_breakdown(names, filters))


def _path(file: str | os.PathLike[str]) -> str:
    """The path of a file, which may be called `-` here: standard input could be read only once."""
    path = os.fspath(file)
    return os.path.join(".", path) if path == "-" else path  # noqa: PTH118 - Path would drop the dot


def names_of(asked: str | Sequence[str]) -> tuple[str, ...]:
    """What a filter asks for: one name, or several of which any will do."""
    return (asked,) if isinstance(asked, str) else tuple(asked)


def _since(asked: str | datetime | None) -> int | FromEdge | None:
    if isinstance(asked, datetime):
        asked = asked.astimezone(UTC).isoformat()
    return None if asked is None else asked_moment(asked)


def _needed(library: str, method: str) -> ModuleType:
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ModuleNotFoundError(
            f"{method} needs {library}: pip install {library}", name=library
        ) from error


__all__ = ["Profile", "UnreadableError", "read"]
