"""Runs in lines of our own form, found by their first line: they are read many at a time."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from kumi_exporters.encode.json_unstamp import RunLines
from kumi_exporters.encode.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.line_stream import LineStream
    from kumi.replay.described import Descriptions

_BEGIN: Final = b'{"event":"vm_run",'
_TOLD: Final = re.compile(
    rb'"program":"([^"]{1,64})",.*"kept":"([^"]{1,64})","status":"ok",.*"run":"([^"]{8})'
)
_CPU: Final = b',"cpu_ms":'
_LARGEST: Final = 16_000_000  # bytes of a run, which memory holds a few times
_MOST_ROWS: Final = _LARGEST // 350


class WholeRuns:
    """Finds the form of the lines of runs, by what was described so far."""

    def __init__(self, described: Descriptions) -> None:
        self._described = described
        self._known: Recent[RunLines] = Recent(lambda form: form.memory)
        self._last: RunLines | None = None

    def next_run(self, lines: LineStream) -> tuple[RunLines, bytes] | None:
        """The run that comes next and the form of its lines, where all seem to be of one form."""
        line = lines.next_line()
        if not line.startswith(_BEGIN):
            return None
        forms = chain((self._last,), self._forms(line)) if self._last else self._forms(line)
        for form in forms:
            if form.may_begin_with(line) and form.may_be(text := lines.ahead(form.size)):
                self._last = form
                return form, text
        return None

    def _forms(self, line: bytes) -> Iterator[RunLines]:
        """The forms that lines of such a run may have."""
        told = _TOLD.search(line)
        program, kept, process = map(_text, told.groups()) if told else ("", "", "")
        for layout in self._described.layouts(program, times_cpu=_CPU in line):
            key = layout, process, kept
            form = self._known.get(key)
            if form is None and len(layout.rows) <= _MOST_ROWS:
                form = self._known.put(key, RunLines(layout, process, kept))
            if form and form.size <= _LARGEST:
                yield form


def _text(part: bytes) -> str:
    return part.decode("utf-8", "replace")
