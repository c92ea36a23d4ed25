"""A folder for what does not fit in memory while profiles are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ScratchFolder:
    """Paths in a temporary folder that is made when the first one is asked for."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._given = 0

    @property
    def folder(self) -> Path:
        """The folder."""
        if self._folder is None:
            from pathlib import Path  # noqa: PLC0415 - 6 ms that a small file does not need
            from tempfile import mkdtemp  # noqa: PLC0415 - 20 ms that a small file does not need

            self._folder = Path(mkdtemp(prefix="kumi-"))
        return self._folder

    def path(self) -> Path:
        """A path where nothing is yet."""
        self._given += 1
        return self.folder / f"{self._given}.jsonl"

    def remove(self) -> None:
        """Remove the folder and everything in it."""
        if self._folder is not None:
            from shutil import rmtree  # noqa: PLC0415 - a small file needs none of it

            rmtree(self._folder)
