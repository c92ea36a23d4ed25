"""Files that are no profile, told by their first bytes: of what kind they are, for people."""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 1 << 16
"""So many bytes at the beginning tell what a file is."""

PARQUET: Final = "a Parquet file"

_KINDS: Final = {
    "a ZIP archive": rb"PK\x03\x04",
    "compressed with bzip2": rb"BZh\d",
    "compressed with xz": rb"\xfd7zXZ\0",
    "compressed with LZ4": rb"\x04\x22\x4d\x18",
    "a 7-Zip archive": rb"7z\xbc\xaf",
    "an Arrow file": rb"ARROW1",
    PARQUET: rb"PAR1",
    "an SQLite database": rb"SQLite format 3\0",
    "text in UTF-16": rb"\xff\xfe|\xfe\xff|[^\0]\0[^\0]\0",
    "a trace for Perfetto or Chrome": rb'\s*\{\s*"(traceEvents|displayTimeUnit)"|\s*\[\s*\{\s*"ph"',
    "a file of speedscope": rb'\s*\{[^{]*"\$schema"\s*:\s*"https://www\.speedscope\.app',
    "a report of kumi profile --json": rb'\s*\{\s*"operations"\s*:\s*\d+,\s*"total_ns"',
    "a schema": rb"(\s*#[^\n]*\n)*\s*(import\s[^\n]*\n\s*)*schema\s+do\b",
    "folded stacks": rb"[^\n{]*;[^\n{]* \d+\n",
    "binary, as traces of Perfetto and files of pprof are": rb"\n[^\n]{0,200}?[\0-\x08]",
}
"""What is said of a file, and what it begins with."""


def kind_of(head: bytes) -> str | None:
    """The kind of a file that begins so; None where it may be a profile, or what it is is unknown.

    >>> kind_of(b"PAR1..."), kind_of(b'{"event":"vm_run"}')
    ('a Parquet file', None)
    """
    if b'"event"' in head:  # whatever came before it
        return None
    return next((kind for kind, begin in _KINDS.items() if re.match(begin, head, re.DOTALL)), None)
