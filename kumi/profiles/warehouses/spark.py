"""Event files on storage that a cluster of Spark shares, counted there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from kumi.profiles.unreadable import UnreadableError
from kumi.profiles.warehouses.spark_lines import KEYS, TYPES, count_lines
from kumi.profiles.warehouses.statements import CountedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

_T = TypeVar("_T")
_JAVA: Final = ": "  # before what Java raised


class CountedBySpark:
    """See `kumi.profiles.warehouses.remote_engine.Warehouse`."""

    def __init__(self, session: SparkSession, table: CountedTable) -> None:
        self._session = session
        self.table = table

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises UnreadableError where it fails."""
        return _carried_out(lambda: self._session.sql(statement).collect())


@contextmanager
def counted_by_spark(session: SparkSession, paths: Sequence[str]) -> Iterator[CountedBySpark]:
    """The files at these paths, counted as one profile, while the block lasts.

    Raises UnreadableError where Spark cannot read one of them.
    """
    name = f"kumi_counted_{uuid4().hex}"
    counts = _carried_out(lambda: _counted(session, paths).persist())
    try:
        counts.createOrReplaceTempView(name)
        yield CountedBySpark(session, CountedTable("spark", name))
    finally:
        session.catalog.dropTempView(name)
        counts.unpersist()


def _counted(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    from pyspark.sql import functions as f  # noqa: PLC0415 - who has a session has it

    lines = session.read.text(list(paths), lineSep="\n").select(f.col("value").cast("binary"))
    columns = ", ".join(f"`{name}` {kind}" for name, kind in TYPES.items())
    sums = [f.sum(name).alias(name) for name in ("calls", "rows", "cpu")]
    parts = lines.mapInArrow(count_lines, columns)
    return parts.groupBy(*KEYS).agg(*sums, f.min("first").alias("first"))


def _carried_out(work: Callable[[], _T]) -> _T:
    """What Spark makes of it. Raises UnreadableError where it fails, with a line of why."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - who has a session has it
    from pyspark.errors import PySparkException  # noqa: PLC0415 - who has a session has it

    try:
        return work()
    except (PySparkException, Py4JError) as error:
        raise UnreadableError(f"Spark: {_why(str(error))}") from error


def _why(said: str) -> str:
    """The line of a message that says why: the last of a traceback, the one behind a colon."""
    first, *others = said.strip().splitlines()
    why = others[-1] if others and first.endswith(":") else first
    if others and others[0].startswith(_JAVA):
        why = others[0].removeprefix(_JAVA)
    return f"{why} (workers need kumi[spark])" if "No module named" in why else why
