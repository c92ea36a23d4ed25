"""What a schema is called when its source is a file."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os


def schema_name(path: str | os.PathLike[str]) -> str:
    """CamelCase of the file's stem: `us_tax_2024.kumi` is `UsTax2024`."""
    words = re.findall(r"[^\W_]+", PurePath(path).stem)
    return "".join(word[0].upper() + word[1:] for word in words) or "Schema"
