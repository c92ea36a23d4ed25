"""Profiles that one machine would not hold, in Python programs and notebooks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.from_python import Profile, names_of
from kumi.profiles.read_profiles import check_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clickhouse_connect.driver.client import Client
    from pyspark.sql import SparkSession

    from kumi.profiles.warehouses.remote_engine import Warehouse


class RemoteProfile(Profile):
    """The figures of a profile that was counted where it is. Its operations stay there."""

    def _table(self, taker: Callable[..., object]) -> NoReturn:
        raise NotImplementedError(
            "the operations of this profile are not here: only its figures were fetched. "
            "Ask for a table where they are, or read fewer files with kumi.profiles.read"
        )


def read_spark(
    session: SparkSession,
    *paths: str,
    schema: str | Sequence[str] = (),
    declaration: str | Sequence[str] = (),
    operation: str | Sequence[str] = (),
    min_ns: int = 0,
    origin: str | Sequence[str] = (),
) -> Profile:
    """The profile in event files that Spark reads, counted by its workers: as `read` gives it.

    Paths are those of `session.read.text`: folders, patterns, `s3a://...`. Workers need Kumi and
    pyarrow. Malformed lines are counted, and not found. Raises UnreadableError where Spark cannot
    read, or no line is an event of a profile.
    """
    if not paths:
        raise TypeError("read_spark takes at least one path")
    _check_installed("read_spark", "spark")
    from kumi.profiles.warehouses.spark import counted_by_spark  # noqa: PLC0415 - it needs sqlglot

    names = names_of(schema), names_of(declaration), names_of(operation)
    filters = Filters(*names, min_ns, names_of(origin))
    with counted_by_spark(session, paths) as counted:
        return _profile(paths, counted, filters)


def read_clickhouse(
    client: Client,
    table: str = "otel_traces",
    *,
    where: str = "",
    schema: str | Sequence[str] = (),
    declaration: str | Sequence[str] = (),
    operation: str | Sequence[str] = (),
    min_ns: int = 0,
    origin: str | Sequence[str] = (),
) -> Profile:
    """The profile in the collector's table of spans, counted by ClickHouse: as `read` gives it.

    `client` is one of clickhouse-connect, with a session, since the counts are a temporary table
    meanwhile. `where` is a condition of yours on the rows of the table, in ClickHouse's SQL. Raises
    UnreadableError where ClickHouse cannot read, or there is no span.
    """
    _check_installed("read_clickhouse", "clickhouse")
    from kumi.profiles.warehouses.clickhouse import counted_by_clickhouse  # noqa: PLC0415 - it needs sqlglot

    names = names_of(schema), names_of(declaration), names_of(operation)
    filters = Filters(*names, min_ns, names_of(origin))
    with counted_by_clickhouse(client, table, where) as counted:
        return _profile([table], counted, filters)


def _profile(names: Sequence[str], counted: Warehouse, filters: Filters) -> Profile:
    from kumi.profiles.warehouses.remote_engine import RemoteEngine  # noqa: PLC0415 - it needs sqlglot

    found = breakdown(RemoteEngine(counted, filters))
    check_readable(names, found.lines)
    return RemoteProfile(names, filters, found)


def _check_installed(function: str, extra: str) -> None:
    if find_spec("sqlglot") is None:
        message = f"{function} needs sqlglot: pip install 'kumi[{extra}]'"
        raise ModuleNotFoundError(message, name="sqlglot")
