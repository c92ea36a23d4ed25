"""Lines of operations and declarations as our own writers write them, told by one expression.

Why not parse them as any JSON: nearly all lines of a small profile are such, parsing and examining
one takes five times as long, and a small profile is read in the time that its imports take. Letters
between quotes are plain ASCII without a backslash, every key stands at its place, and numbers have
as many digits as fit 63 bits. So a line that matches is strict JSON, and of what it says only names
could still be wrong. Of this line

    {"event":"vm_operation","schema":"S","operation":"Map","duration_ms":0.000250,"timestamp":"…",
    "declaration":"d","index":2,"function":"add","rows":1,"run":"5f0c81a200000001","program":
    "0e1b6c2d","trace_id":"…","span_id":"…","parent_span_id":"…","start_unix_nano":…,…}

the first is what stands before `"duration_ms"`, from `"declaration"` to the function, or to an
origin behind that, the process and the program. Lines in which these are equal have equal names:
`kumi.profiles.event_line` reads the first of them. What does not match is read there too, every
line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kumi.profiles.event_line import read_line

if TYPE_CHECKING:
    from kumi.profiles.event_line import Names, Reading

_TEXT: Final = rb'"[^"\\\x00-\x1f\x7f-\xff]*"'
_COUNT: Final = rb"(?:0|[1-9][0-9]{0,17})"
_TEXT_OR_NULL: Final = rb"(?:null|" + _TEXT + rb")"
_MOMENT: Final = rb"([1-8][0-9]{18})"
_PATTERN: Final = (
    rb'(\{"event":"vm_(?:operation|declaration)","schema":' + _TEXT,
    rb',"(?:operation|declaration)":' + _TEXT + rb")",
    rb',"duration_ms": *(?:0|[1-9][0-9]{0,11})\.[0-9]{6},"timestamp":"[0-9T:.Z-]*",',
    rb'("declaration":' + _TEXT + rb',"index":' + _COUNT + rb',"function":' + _TEXT_OR_NULL,
    rb'(?:,"origin":' + _TEXT + rb")?",
    rb'|"kind":' + _TEXT + rb',"origin":' + _TEXT_OR_NULL + rb")",
    rb'(?:,"rows": *(' + _COUNT + rb"))?",
    rb',"run":"(([0-9a-f]{8})[0-9a-f]{8})"(?:,"program":"([0-9a-f]*)")?',
    rb',"trace_id":"[0-9a-f]*","span_id":"[0-9a-f]*","parent_span_id":"[0-9a-f]*"',
    rb',"start_unix_nano": *' + _MOMENT + rb',"end_unix_nano": *' + _MOMENT + rb"\} *\n",
)
_match: Final = re.compile(b"".join(_PATTERN)).fullmatch
_MOST: Final = 1 << 16


class OwnLines:
    """Reads such lines, and knows the names of those that it has read."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes | None, ...], Names] = {}

    def read(self, line: bytes) -> tuple[Names, Reading] | None:
        """What is counted of a line with its line feed; None where it has to be read as any is."""
        found = _match(line)
        if found is None:
            return None
        first, second, rows, run, process, program, start, end = found.groups()
        names = self._known.get((first, second, process, program))
        if names is None:
            names = self._learned(first, second, process, program)
        started = int(start)
        ns = int(end) - started
        if names is None or ns < 0:
            return None
        return names, (ns, int(rows or 0), None, run.decode(), started, None)

    def _learned(
        self, first: bytes, second: bytes, process: bytes, program: bytes | None
    ) -> Names | None:
        """The names of such lines, read from a line of half their length that says just these."""
        of_program = b"" if program is None else b',"program":"%s"' % program
        said = b'%s,%s,"run":"%s"%s,"duration_ms":0}' % (first, second, process, of_program)
        timed = read_line(said).timed
        if timed is None:
            return None
        if len(self._known) >= _MOST:  # as many as that, and memory matters more
            self._known.clear()
        self._known[first, second, process, program] = timed.names
        return timed.names
