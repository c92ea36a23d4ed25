"""A file that is counted by position, but for the parts of it that are not ours."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from kumi.profiles.positions.position_reader import PositionReader
from kumi.profiles.profile_file import BYTE_ORDER_MARK, ProfileFile
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from kumi.profiles.one_by_one import OneByOne
    from kumi.profiles.positions.run_counts import RunCounts
    from kumi.profiles.scratch_folder import ScratchFolder


class NotOursError(Exception):
    """The first part of the file is of somebody else; nothing was counted."""


class OwnFile:
    """Counts what is ours in a file.

    `first_malformed` is the number of its first malformed line there. Raises NotOursError, and
    UnreadableError where the disk gives no more.
    """

    def __init__(
        self, profile: ProfileFile, counts: RunCounts, others: OneByOne, scratch: ScratchFolder
    ) -> None:
        self._name = profile.name
        self._copy = scratch.path()
        self._copied = 0
        self._begins: list[int] = []
        self._lines_before: list[int] = []
        reader = PositionReader(counts, others, self._add_foreign)
        try:
            is_marked = profile.is_marked()
            with profile.open() as file:
                file.seek(len(BYTE_ORDER_MARK) if is_marked else 0)
                reader.read(file)
        except OSError as error:
            name = error.filename or profile.name
            raise UnreadableError(f"{name}: {error.strerror or error}") from error
        self.first_malformed = reader.first_malformed

    @property
    def foreign(self) -> ProfileFile | None:
        """The parts that are not ours, one behind the other; None where there are none."""
        if not self._begins:
            return None
        return ProfileFile(self._name, str(self._copy), self._copy.stat().st_size)

    def number(self, line: int) -> int:
        """Which line of the file a line of the foreign parts is; both count from 1."""
        part = bisect_right(self._begins, line - 1) - 1
        return self._lines_before[part] + line - self._begins[part]

    def _add_foreign(self, part: bytes, lines_before: int) -> None:
        if not lines_before:
            raise NotOursError
        self._begins.append(self._copied)
        self._lines_before.append(lines_before)
        with self._copy.open("ab") as copy:
            copy.write(part if part.endswith(b"\n") else part + b"\n")
        self._copied += part.count(b"\n")
