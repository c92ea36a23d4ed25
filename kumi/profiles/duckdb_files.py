"""DuckDB, and the lines of files as it reads them: where they are, and how statements are run."""

from __future__ import annotations

import os
from importlib.resources import files
from shutil import copyfileobj
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from kumi.profiles.interruptible import interruptible
from kumi.profiles.profile_file import ProfileFile
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kumi.profiles.scratch_folder import ScratchFolder

_MEMORY_LIMIT: Final = "1GB"  # beyond it DuckDB spills to the temporary folder
_ODD: Final = ("maximum_object_size", "may not be strict")
_T = TypeVar("_T")


class OddLineError(UnreadableError):
    """A line is longer than DuckDB takes, or it reads lines otherwise: it has given up on all."""


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that knows the macros of `sql/setup.sql`, and spills to the folder."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": False,
        "memory_limit": _MEMORY_LIMIT,
        "temp_directory": str(folder),
        "autoinstall_known_extensions": False,  # nothing is ever fetched to read a file
    }
    database = duckdb.connect(config=settings)
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET enable_progress_bar = false")  # it would stand amid a report
    database.execute(sql("setup"))
    return database


def query(
    database: duckdb.DuckDBPyConnection, text: str, parameters: object = None
) -> list[tuple[Any, ...]]:
    """The rows of a statement, which Ctrl-C ends. Raises UnreadableError where it fails."""
    return carried_out(database, lambda: database.execute(text, parameters).fetchall())


def carried_out(database: duckdb.DuckDBPyConnection, work: Callable[[], _T]) -> _T:
    """What is done with the database, which Ctrl-C ends. Raises UnreadableError where it fails."""
    try:
        return interruptible(work, database.interrupt)
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        unreadable = OddLineError if any(odd in said for odd in _ODD) else UnreadableError
        raise unreadable(said) from error


def sql(name: str) -> str:
    """The text of a file of `sql/`."""
    return files("kumi.profiles").joinpath("sql", f"{name}.sql").read_text("utf-8")


def plain_path(profile: ProfileFile, scratch: ScratchFolder) -> str:
    """A path at which DuckDB reads the lines that Python reads.

    DuckDB takes `*`, `?` and `[` for a pattern, so that such a name is read through a link. It
    takes a file of one byte for empty, and up to 2.0.0 a byte order mark for text: these are
    copied. A compressed file is unpacked.
    """
    profile = unpacked(profile, scratch)
    if profile.path is None or profile.size == 1 or profile.is_marked():
        return rewritten(profile, scratch)
    path = os.path.abspath(profile.path)  # noqa: PTH100 - a name must not look like a URL
    if not set("*?[") & set(path):
        return path
    link = scratch.path()
    link.symlink_to(path)
    return str(link)


def unpacked(profile: ProfileFile, scratch: ScratchFolder) -> ProfileFile:
    """The file itself, or a copy of what is in it where it is compressed."""
    if profile.unpacking is None:
        return profile
    copy = scratch.path()
    with profile.open() as packed, copy.open("wb") as file:
        copyfileobj(packed, file)
    return ProfileFile(profile.name, str(copy), copy.stat().st_size)


def rewritten(profile: ProfileFile, scratch: ScratchFolder) -> str:
    """The path of a copy that has the lines as Python reads them: too long ones are cut in it."""
    copy = scratch.path()
    with copy.open("wb") as file:
        file.writelines(line.rstrip() + b"\n" for _, line in profile.lines())
    return str(copy)


def quoted(path: str) -> str:
    """A string of SQL."""
    return "'" + path.replace("'", "''") + "'"
