"""A file of ours, some megabytes at a time: its runs by position, its other lines one by one.

Runs are found by their first line, which says their program: runs of one program are of one size.
Those that have the same shape are compared with it and counted together. What fits no shape is read
line by line, by the one rule for lines. Where somebody else has written much of a part, all of that
part is given back.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, TypeAlias

import numpy as np

from kumi.profiles.event_line import read_line
from kumi.profiles.positions.known_shapes import RUN, KnownShapes
from kumi.profiles.profile_file import KEPT_OF_LONGER, LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kumi.profiles.one_by_one import OneByOne
    from kumi.profiles.positions.run_counts import RunCounts
    from kumi.profiles.positions.shapes import RunShape

    ShapeOf: TypeAlias = Callable[[bytes, int, int, int], RunShape | None]

PART: Final = 2 << 20  # bytes
_TOGETHER: Final = 1 << 20  # bytes of runs that are compared at once
_FEW: Final = PART // 8  # bytes; another engine would not be imported in the time of so few lines


class _Found(NamedTuple):
    """Where in a part the runs of each shape begin, where other lines are, and where it ends."""

    runs: dict[RunShape, list[int]]
    others: list[tuple[int, int]]
    end: int

    @property
    def lines(self) -> int:
        """How many lines these are."""
        of_runs = (len(starts) * len(shape.events) for shape, starts in self.runs.items())
        return len(self.others) + sum(of_runs)

    def is_foreign(self, few: int) -> bool:
        """Whether much of it is not ours, and more than a `few` bytes."""
        return sum(end - start for start, end in self.others) > max(few, self.end // 8)


class PositionReader:
    """Reads one file. `foreign` takes parts that are not ours, and the number of lines before them.

    `first_malformed` is the number of the first malformed line of all other parts.
    """

    def __init__(
        self, counts: RunCounts, others: OneByOne, foreign: Callable[[bytes, int], None]
    ) -> None:
        self.first_malformed: int | None = None
        self._counts, self._others, self._foreign = counts, others, foreign
        self._shapes = KnownShapes()
        self._lines = 0

    def read(self, file: BinaryIO) -> None:
        """Count all lines from here on."""
        rest = b""
        while new := file.read(PART):
            text = rest + new
            end = text.rfind(b"\n") + 1
            if not end and len(text) >= LONGEST_LINE:
                rest = self._pass_over(text, file)
            else:
                rest = self._take(text, end, may_wait=len(rest) < PART)
        if rest:
            self._take(rest, len(rest), may_wait=False)

    def _pass_over(self, text: bytes, file: BinaryIO) -> bytes:
        """Pass over a line that goes on and on."""
        self._others.add(text[:KEPT_OF_LONGER])
        self._lines += 1
        self.first_malformed = self.first_malformed or self._lines
        while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        return b""

    def _take(self, text: bytes, end: int, *, may_wait: bool) -> bytes:
        """Count the lines up to `end`; what remains, with a run that may go on behind it."""
        few = _FEW if self._lines else 0
        found = self._found(text, end, self._shapes.of, may_wait=may_wait)
        if found.is_foreign(few):  # what was learned from later runs may fit the first ones
            found = self._found(text, end, self._shapes.known, may_wait=may_wait)
        if found.is_foreign(few):
            self._foreign(text[: found.end], self._lines)
        else:
            self._count(text, found)
        self._lines += found.lines
        return text[found.end :]

    def _found(self, text: bytes, end: int, shape_of: ShapeOf, *, may_wait: bool) -> _Found:
        runs: dict[RunShape, list[int]] = defaultdict(list)
        others: list[tuple[int, int]] = []
        at = 0
        while at < end:
            line_end = text.find(b"\n", at, end) + 1 or end
            is_run = text.startswith(RUN, at)
            shape = shape_of(text, at, line_end, end) if is_run else None
            size = shape.size if shape else 0
            if may_wait and at + size > end:
                break
            if shape and text[at + size - 1 : at + size] == b"\n":
                runs[shape].append(at)
                at += size
            else:
                others.append((at, line_end))
                at = line_end
        return _Found(runs, others, at)

    def _count(self, text: bytes, found: _Found) -> None:
        malformed = self._others.untimed[None]
        for start, end in found.others:
            self._count_line(text[start:end])
        for shape, starts in found.runs.items():
            most = max(1, _TOGETHER // shape.size)
            for first in range(0, len(starts), most):
                self._count_runs(text, shape, np.array(starts[first : first + most]))
        if self.first_malformed is None and self._others.untimed[None] > malformed:
            self._find_malformed(text[: found.end])

    def _count_line(self, line: bytes) -> None:
        if line.strip():
            self._others.add(line)

    def _count_runs(self, text: bytes, shape: RunShape, starts: NDArray[np.int64]) -> None:
        """Count runs of a shape; those that do not fit it after all, line by line."""
        runs = _runs(text, shape, starts)
        are_like = shape.like_the_first(runs)
        if not are_like.all():
            self._count_lines(text, shape, starts[~are_like])
            if np.count_nonzero(are_like) < len(starts) // 2:
                self._shapes.forget(shape)
            starts, runs = starts[are_like], runs[are_like]
        if len(starts):
            self._count_alike(text, shape, starts, runs)

    def _count_alike(
        self, text: bytes, shape: RunShape, starts: NDArray[np.int64], runs: NDArray[np.uint8]
    ) -> None:
        """Count runs like the first one; in halves, where one of them says what it must not."""
        said = shape.figures(runs)
        if said and self._counts.add(shape, said):
            return
        half = len(starts) // 2
        if not half:
            self._count_lines(text, shape, starts)
            return
        self._count_alike(text, shape, starts[:half], runs[:half])
        self._count_alike(text, shape, starts[half:], runs[half:])

    def _count_lines(self, text: bytes, shape: RunShape, starts: NDArray[np.int64]) -> None:
        for start in starts.tolist():
            for line in text[start : start + shape.size].split(b"\n")[:-1]:
                self._count_line(line)

    def _find_malformed(self, part: bytes) -> None:
        numbered = enumerate(part.split(b"\n"), self._lines + 1)
        self.first_malformed = next(
            number for number, line in numbered if line.strip() and read_line(line).kind is None
        )


def _runs(text: bytes, shape: RunShape, starts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The bytes of runs: (runs, lines, width). Where they follow each other nothing is copied."""
    octets = np.frombuffer(text, np.uint8)
    if starts[-1] - starts[0] == (len(starts) - 1) * shape.size:
        whole = octets[starts[0] : starts[-1] + shape.size]
    else:
        whole = np.lib.stride_tricks.sliding_window_view(octets, shape.size)[starts]
    return whole.reshape(len(starts), -1, shape.width)
