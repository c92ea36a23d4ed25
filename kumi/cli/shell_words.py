"""Words as they are typed into a shell: what a command shows to be run next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

_STARTED = sys.argv[0]  # read at import: `kumi record` puts the program's arguments there


def command_name() -> str:
    """`kumi`; where the shell would not find it, the path by which it was started."""
    if Path(_STARTED).name != "kumi" or shutil.which("kumi"):
        return "kumi"
    return typed(_STARTED)


def typed(word: str) -> str:
    """A word as it is typed into a shell; in `$'…'` where it holds what should not be shown."""
    if word.isprintable():
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{''.join(map(_typed_letter, plain))}'"


def _typed_letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter))
