"""Spans in the table of the collector's ClickHouse exporter, counted there."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from kumi.profiles.unreadable import UnreadableError
from kumi.profiles.warehouses.statements import CountedTable, quoted_name
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clickhouse_connect.driver.client import Client

_T = TypeVar("_T")
_DIALECT: Final = "clickhouse"
_ATTRIBUTES: Final = {
    "scope": names.SCOPE_NAME,
    "summary": names.IS_SUMMARY,
    "run_operations": names.RUN_OPERATIONS,
    "schema": names.SCHEMA_NAME,
    "operation": names.OPERATION_NAME,
    "declaration": names.DECLARATION_NAME,
    "origin": names.SCHEMA_ORIGIN,
    "function": names.OPERATION_FUNCTION,
    "error": names.ERROR_TYPE,
    "run": names.RUN_ID,
    "index": names.OPERATION_INDEX,
    "rows": names.OPERATION_ROWS,
}
"""What stands in braces in `sql/otel_traces.sql`."""


class CountedByClickHouse:
    """See `kumi.profiles.warehouses.remote_engine.Warehouse`."""

    def __init__(self, client: Client, table: CountedTable) -> None:
        self._client = client
        self.table = table

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises UnreadableError where it fails."""
        return _carried_out(lambda: list(map(tuple, self._client.query(statement).result_rows)))


@contextmanager
def counted_by_clickhouse(client: Client, table: str, where: str) -> Iterator[CountedByClickHouse]:
    """The spans of a table where a condition in ClickHouse's SQL holds, while the block lasts.

    Raises UnreadableError where ClickHouse cannot read it.
    """
    counted = f"kumi_counted_{uuid4().hex}"
    read = {"table": quoted_name(table, _DIALECT), "where": f"({where})" if where else "true"}
    text = files("kumi.profiles").joinpath("sql", "otel_traces.sql").read_text("utf-8")
    statement = text.format(counted=counted, **read, **_ATTRIBUTES)
    _carried_out(lambda: client.command(statement))
    try:
        yield CountedByClickHouse(client, CountedTable(_DIALECT, counted))
    finally:
        client.command(f"DROP TEMPORARY TABLE IF EXISTS {counted}")


def _carried_out(work: Callable[[], _T]) -> _T:
    """What ClickHouse makes of it. Raises UnreadableError where it fails, with a line of why."""
    from clickhouse_connect.driver.exceptions import Error  # noqa: PLC0415 - who has a client has it

    try:
        return work()
    except Error as error:
        said = str(error).strip().partition("\n")[0]
        raise UnreadableError(f"ClickHouse: {said}") from error
