"""What a name stands for: a file, the profiles in a folder, or the files of a pattern.

Shells replace a pattern by the names of files; where none did (in quotes, on Windows, in a Python
program) it is done here. A file that is called so is only a file.
"""

from __future__ import annotations

import os
from glob import iglob
from typing import Final

from kumi.profiles.unreadable import UnreadableError

_OLD: Final = ".old"
_ENDINGS: Final = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
_PATTERN: Final = frozenset("*?[")


def named_files(name: str) -> list[str]:
    """The files, in the order of their names; what was moved away as `.old` before its successor.

    Raises UnreadableError for a folder without profiles.
    """
    if os.path.isdir(name):  # noqa: PTH112 - the name is kept as it was given
        return _in_folder(name)
    if _PATTERN.isdisjoint(name) or os.path.lexists(name):
        return [name]
    return sorted(iglob(name), key=_order) or [name]  # noqa: PTH207 - absolute or not, as it was given


def _in_folder(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        found = [each.path for each in entries if each.is_file() and _is_profile(each.name)]
    if not found:
        endings = ", ".join(_ENDINGS)
        raise UnreadableError(f"{folder}: a folder in which no file ends in {endings}")
    return sorted(found, key=_order)


def _is_profile(name: str) -> bool:
    return name.removesuffix(_OLD).endswith(_ENDINGS)


def _order(path: str) -> tuple[str, bool]:
    return path.removesuffix(_OLD), not path.endswith(_OLD)
