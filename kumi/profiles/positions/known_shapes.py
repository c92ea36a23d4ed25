"""The shapes that runs of a file have, by what tells programs, processes and rules apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from kumi.profiles.positions.places import PROCESS
from kumi.profiles.positions.shapes import learned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.positions.shapes import Shape

    Key: TypeAlias = tuple[int, bytes, bytes, bytes, bool]

RUN: Final = b'{"event":"vm_run"'
_SPAN: Final = b'{"event":"vm_'
_DURATION, _PROGRAM, _CPU = b'"duration_ms":', b'"program":', b'"cpu_ms":'
_ID, _PARENT = b'"run":"', b'"parent_span_id":'


class KnownShapes:
    """Learns shapes. A run whose like was not there before is none yet: many files have few."""

    def __init__(self) -> None:
        self._shapes: dict[Key, Shape | None] = {}
        self._seen_once: set[Key] = set()

    def of(self, text: bytes, start: int, line_end: int, end: int) -> Shape | None:
        """The shape of the run whose first line is at `start`; None where it has none.

        All lines until `end` are whole.
        """
        key = _key(text, start, line_end)
        if key not in self._shapes:
            if key not in self._seen_once:
                self._seen_once.add(key)
                return None
            lines = list(_lines(text, start, line_end - start, end))
            if start + len(lines) * (line_end - start) >= end:
                return None  # it may go on
            self._shapes[key] = learned(lines)
        return self._shapes[key]


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
