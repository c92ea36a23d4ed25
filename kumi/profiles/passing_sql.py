"""Filters as a condition of SQL: `Filters.admit` says the same of an event in Python.

Only what is asked stands in it, so that a filter that nobody has set costs no row anything. The
columns are those of `events` in `sql/setup.sql`, where names are JSON text: `Shop` is `"Shop"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from kumi.profiles.duckdb_files import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.filters import Filters


def passes(filters: Filters) -> str:
    """The condition; edges of the profile have to be moments by now."""
    return " AND ".join(_conditions(filters)) or "true"


def _conditions(asked: Filters) -> Iterator[str]:
    if asked.min_ns:
        yield f"ns >= {asked.min_ns}"
    if asked.schemas:
        yield _is_one('"schema"', map(_text, asked.schemas))
    if asked.declarations:
        yield _is_one("declaration", map(_text, asked.declarations))
    if asked.operations:
        named = _is_one('"name"', map(_text, asked.operations))
        yield f"kind = '\"vm_operation\"' AND {named}"
    if asked.origins:
        defined = _is_one('coalesce(origin, "schema")', map(_text, asked.origins))
        yield f"kind IN ('\"vm_declaration\"', '\"vm_operation\"') AND {defined}"
    if asked.runs:
        begins = (f"starts_with(run, {quoted(_text(run)[:-1])})" for run in asked.runs)
        yield f"({' OR '.join(begins)})"
    if asked.since is not None:
        yield f"began >= {asked.since}"
    if asked.until is not None:
        yield f"began < {asked.until}"
    if asked.processes is not None:
        yield _is_one("process", (_text(each)[1:-1] for each in asked.processes))


def _is_one(column: str, texts: Iterable[str]) -> str:
    listed = ", ".join(map(quoted, texts))
    return f"{column} IN ({listed})" if listed else "false"


def _text(name: str) -> str:
    """A name as DuckDB writes it in JSON. What is no UTF-8 is like nothing in a file."""
    encoded = name.encode("utf-8", "replace").decode()
    [(text,)] = duckdb.execute("SELECT to_json(?::VARCHAR)::VARCHAR", [encoded]).fetchall()
    return str(text)
