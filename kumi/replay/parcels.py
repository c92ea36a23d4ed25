"""Parcels: lines that are read together, and whose spans are sent together.

A parcel is a stretch of one file. How far a replay has come is told by where the last parcel ended
that the backend has confirmed; so spans may be in any order within one, and runs of one program are
read as one block however others come between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.line_stream import LineStream, open_line_stream
from kumi.replay.described import Descriptions
from kumi.replay.line_tally import LineTally
from kumi.replay.lone_lines import LoneLines
from kumi.replay.whole_runs import WholeRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from kumi.replay.lone_lines import LoneSpan
    from kumi_exporters.encode.json_unstamp import RunLines

_MOST_BYTES: Final = 750_000  # of lines: some 1,600 spans
_LONE_BYTES: Final = 400  # of a span that is read alone, about


class Position(NamedTuple):
    """A line of a file that was named so, from 1: it is the first one that is still to be sent."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class RunText(NamedTuple):
    """The lines of one run, and the number of the first."""

    text: bytes
    first: int


@dataclass
class Parcel:
    """Runs by the form of their lines, and spans that were read alone. `size` is in bytes."""

    begin: Position
    end: Position
    runs: dict[RunLines, list[RunText]] = field(default_factory=dict)
    lone: list[LoneSpan] = field(default_factory=list)
    size: int = 0
    spans: int = 0

    def has_room_for(self, size: int, spans: int, most: int) -> bool:
        """Whether so much more is within the limits; `most` is that of spans."""
        return self.size + size <= _MOST_BYTES and self.spans + spans <= most

    def add_run(self, form: RunLines, run: RunText) -> None:
        """Put a run into the parcel."""
        self.runs.setdefault(form, []).append(run)
        self.size += form.size
        self.spans += form.rows

    def add_lone(self, spans: Sequence[LoneSpan]) -> None:
        """Put spans into the parcel that were read alone."""
        self.lone += spans
        self.size += _LONE_BYTES * len(spans)
        self.spans += len(spans)


class Parcels:
    """The parcels of some files, from a position on, of at most `most` spans where that can be.

    What comes before the position is looked through for what it says of the lines behind it.
    `opened` opens what the names mean.
    """

    def __init__(
        self,
        names: Sequence[str],
        start: Position | None,
        most: int,
        opened: Callable[[str], AbstractContextManager[LineStream]] = open_line_stream,
    ) -> None:
        self.described = Descriptions()
        self.tally = LineTally()
        self._names, self._start, self._most = names, start, most
        self._opened = opened
        self._lone = LoneLines(self.described, self.tally)
        self._whole = WholeRuns(self.described)
        self._lines: LineStream | None = None
        self._bytes_of_files = 0

    @property
    def bytes_read(self) -> int:
        """How many bytes of the files have been read."""
        return self._bytes_of_files + (self._lines.done() if self._lines else 0)

    def __iter__(self) -> Iterator[Parcel]:
        for name in self._names:
            with self._opened(name) as lines:
                self._lines = lines
                if self._begins_in(lines):
                    yield from self._of_file(lines)
                self._bytes_of_files += lines.done()
                self._lines = None

    def of_text(self, run: RunText, file: str) -> Iterator[LoneSpan]:
        """The spans of a run that is not of the form that it seemed to have."""
        lines = LineStream(file, iter([run.text]))
        lines.number = run.first - 1
        alone = LoneLines(self.described, self.tally)
        while lines.next_line():
            yield from alone.take(lines)

    def _begins_in(self, lines: LineStream) -> bool:
        """Pass over what is before the start; whether that is reached."""
        start = self._start
        if start is None:
            return True
        is_here = start.file == lines.name
        self._lone.pass_over(lines, start.line if is_here else None)
        self._start = None if is_here else start
        return is_here

    def _of_file(self, lines: LineStream) -> Iterator[Parcel]:
        parcel = _empty(lines)
        while lines.next_line():
            run = self._whole.next_run(lines)
            if run is None:
                parcel.add_lone([*self._lone.take(lines)])
            else:
                form, text = run
                if parcel.spans and not parcel.has_room_for(form.size, form.rows, self._most):
                    yield parcel
                    parcel = _empty(lines)
                parcel.add_run(form, RunText(text, lines.number + 1))
                lines.take(form.size, form.rows)
                self._lone.process = form.process
            parcel.end = Position(lines.name, lines.number + 1)
            if not parcel.has_room_for(1, 1, self._most):
                yield parcel
                parcel = _empty(lines)
        yield parcel


def _empty(lines: LineStream) -> Parcel:
    here = Position(lines.name, lines.number + 1)
    return Parcel(here, here)
