"""`.parquet`: the operations as a table, a column a key of `vm_operation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kumi.profiles.exports.opened_profile import OpenedProfile


def write_parquet(opened: OpenedProfile, path: Path) -> str:
    """Write the table, in the order of the lines and compressed with zstd."""
    from kumi.profiles.operations_table import OperationsTable  # noqa: PLC0415 - it imports DuckDB

    OperationsTable(opened.profiles, opened.filters).write_parquet(path)
    return opened.without_operations
