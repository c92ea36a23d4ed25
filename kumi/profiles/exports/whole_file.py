"""A file that appears when it is whole: whatever ends the writing before leaves nothing behind."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(name: str) -> Iterator[Path]:
    """A new, empty file to write to, which takes the place of `name` when the block has ended.

    It stands beside it, so that it can be renamed; a link stays one. Raises OSError about `name`
    where it cannot be made or written.
    """
    target = Path(os.path.realpath(name))
    begun = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        begun.touch(exist_ok=False)
        with _removed_unless_whole(begun):
            yield begun
            begun.replace(target)
    except OSError as error:
        error.filename, error.filename2 = name, None
        raise


@contextmanager
def _removed_unless_whole(begun: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        begun.unlink(missing_ok=True)
        raise
