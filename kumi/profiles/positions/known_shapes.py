"""The shapes that runs of a file have, by what tells programs, processes and rules apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from kumi.profiles.positions.shapes import learned
from kumi.profiles.positions.stamped_places import PROCESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.positions.shapes import RunShape

    Key: TypeAlias = tuple[int, bytes, bytes, bytes, bool]

RUN: Final = b'{"event":"vm_run"'
_ATTEMPTS: Final = 20
_SPAN: Final = b'{"event":"vm_'
_DURATION, _PROGRAM, _CPU = b'"duration_ms":', b'"program":', b'"cpu_ms":'
_ID, _PARENT = b'"run":"', b'"parent_span_id":'


class KnownShapes:
    """Learns shapes. A run whose like was not there before is none yet: many files have few."""

    def __init__(self) -> None:
        self._shapes: dict[Key, RunShape] = {}
        self._seen: Counter[Key] = Counter()

    def of(self, text: bytes, start: int, line_end: int, end: int) -> RunShape | None:
        """The shape of the run whose first line is at `start`; None where it has none.

        All lines until `end` are whole.
        """
        key = _key(text, start, line_end)
        found = self._shapes.get(key)
        if found is None and self._may_be_learned(key):
            lines = list(_lines(text, start, line_end - start, end))
            is_whole = start + len(lines) * (line_end - start) < end  # else it may go on
            found = learned(lines) if is_whole else None
            if found:
                self._shapes[key] = found
        return found

    def known(self, text: bytes, start: int, line_end: int, _end: int) -> RunShape | None:
        """The shape of the run whose first line is at `start`, if it was learned before."""
        return self._shapes.get(_key(text, start, line_end))

    def forget(self, shape: RunShape) -> None:
        """Learn it anew: the run that it was learned from was damaged."""
        self._shapes = {key: each for key, each in self._shapes.items() if each is not shape}

    def _may_be_learned(self, key: Key) -> bool:
        """Not from the first run, and not for ever: where runs are no good, lines are read."""
        self._seen[key] += 1
        return 1 < self._seen[key] <= _ATTEMPTS


def _key(text: bytes, start: int, end: int) -> Key:
    """What runs of one shape have in common, of their first line.

    That is its width, the schema; from the program to the status, without times; the process; and
    whether the run has a parent.
    """
    program = text.find(_PROGRAM, start, end)
    run = text.find(_ID, program, end)
    until = text.find(_CPU, program, run)
    process = text[run + len(_ID) : run + len(_ID) + PROCESS]
    parent = text.find(_PARENT, run, end) + len(_PARENT)
    return (
        end - start,
        text[start : text.find(_DURATION, start, end)],
        text[program : run if until < 0 else until],
        process,
        text[parent : parent + 1] == b"n",
    )


def _lines(text: bytes, start: int, width: int, end: int) -> Iterator[bytes]:
    """The lines of a run: those of equal width until the next one begins."""
    yield text[start : start + width]
    while (start := start + width) + width <= end:
        line = text[start : start + width]
        if line.find(b"\n") != width - 1 or not line.startswith(_SPAN) or line.startswith(RUN):
            return
        yield line
