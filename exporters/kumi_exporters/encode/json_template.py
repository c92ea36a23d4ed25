"""The lines of a layout as a template: all of one width, and their fields in few columns.

A field that stands at another offset in each line would cost a store for each. So lines are brought
to one width, and into columns, by blanks, which may only stand before a number and at the end of a
line: before the duration, and before the number of operations or rows. The ids and times at the end
then stand at one offset in all lines; duration and timestamp do in those of runs and operations. A
declaration has no number between timestamp and ids: where its duration stands, the kind says.

    {"event":"vm_run",…"duration_ms":                     0.000000,…"operations":   2,…"trace_id":…
    {"event":"vm_declaration",…"duration_ms":                                 0.000000,…"trace_id":…
    {"event":"vm_operation",…"duration_ms":               0.000000,…"rows":         1,…"trace_id":…

A whole line, broken here; what is in brackets is filled in, all else was written once:

    {"event":"vm_operation","schema":"S","operation":"Map","duration_ms":              [0.001192],
    "timestamp":"[2026-11-30T14:20:57.6][46]Z","declaration":"d","index":2,"function":"multiply",
    "rows":      [       1],"run":"fbcccd75[00000000]","program":"c30a5d78",
    "trace_id":"[bd36264a079365f5e0f45e5cb1cc5eb1]","span_id":"[e3438b6ad725]0005",
    "parent_span_id":"[e3438b6ad725]0002","start_unix_nano":[17960484576][46276643],
    "end_unix_nano":[17960484576][46277835]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kumi.spans.json_lines import json_text
from kumi.spans.span_fields import Varying, keys_of
from kumi_exporters.encode.template import Laid, TemplateField, laid_out, template

if TYPE_CHECKING:
    from kumi.spans.layout import Layout, Row
    from kumi_exporters.encode.template import Part, Template

    Columns: TypeAlias = dict[Varying, tuple[Part, ...]]

SPARE = 8  # blanks before a duration, which may have 16 characters

DURATION = TemplateField("duration", 8)
SECONDS = TemplateField("seconds", 21)  # `2025-01-20T10:30:45.1`: what the moments of a tenth share
MILLISECONDS = TemplateField("milliseconds", 2)
CPU = TemplateField("cpu", 8)
NUMBER = TemplateField("run", 8)
ROWS = TemplateField("rows", 8)
TRACE_ID = TemplateField("trace_id", 32)
SPAN_PREFIX, SPAN_ROW = TemplateField("span_prefix", 12), TemplateField("span_row", 4)
PARENT_PREFIX, PARENT_ROW = TemplateField("parent_prefix", 12), TemplateField("parent_row", 4)
PARENT = TemplateField("parent", 37)  # with the key behind it: a root has blanks before that number
START_UPPER, START_LOWER = TemplateField("start_upper", 11), TemplateField("start_lower", 8)
END_UPPER, END_LOWER = TemplateField("end_upper", 11), TemplateField("end_lower", 8)

_NUMBERED = ("operations", "rows")
_WIDE = 8


def json_template(layout: Layout, process: str, kept: str) -> Template:
    """The lines of one run of `layout` that did not fail."""
    columns, cpu = _columns(process, kept), layout.times_cpu
    pieces = [_pieces(row, columns | _ids(n, row), cpu) for n, row in enumerate(layout.rows)]
    clock = max(len(head.text) + SPARE for head, *numbers in pieces if len(numbers) > 1)
    tail = max(_least_tail(each, clock) for each in pieces)
    return template([_joined(each, clock, tail) for each in pieces])


def _columns(process: str, kept: str) -> Columns:
    """What stands in a line for what differs between runs."""
    return {
        Varying.DURATION: ((DURATION, b"0.000000"),),
        Varying.TIMESTAMP: (b'"', SECONDS, MILLISECONDS, b'Z"'),
        Varying.KEPT: (json_text(kept).encode(),),
        Varying.STATUS: (b'"ok"',),
        Varying.ERROR: (b"null",),
        Varying.CPU: (b" " * SPARE, (CPU, b"0.000000")),
        Varying.RUN: (b'"', process.encode(), NUMBER, b'"'),
        Varying.ROWS: ((ROWS, b"1".rjust(_WIDE)),),
        Varying.TRACE_ID: (b'"', TRACE_ID, b'"'),
        Varying.START: (START_UPPER, START_LOWER),
        Varying.END: (END_UPPER, END_LOWER),
    }


def _ids(number: int, row: Row) -> Columns:
    """The same for ids, which end in the number of the row, and of the one above."""
    own, above = [b"%04x" % (each & 0xFFFF) for each in (number, row.parent or 0)]
    return {
        Varying.SPAN_ID: (b'"', SPAN_PREFIX, (SPAN_ROW, own), b'"'),
        Varying.PARENT_ID: ((PARENT, b""), b'"', PARENT_PREFIX, (PARENT_ROW, above), b'"'),
    }


def _pieces(row: Row, columns: Columns, times_cpu: bool) -> list[Laid]:
    """A line, cut wherever blanks may stand."""
    pieces: list[list[Part]] = [[f'{{"event":"{row.event}"'.encode()]]
    for key, what in keys_of(row.event, row.facts, times_cpu=times_cpu):
        pieces[-1].append(f',"{key}":'.encode())
        if what is Varying.DURATION or key in _NUMBERED:
            pieces.append([])
        if isinstance(what, Varying):
            pieces[-1] += columns[what]
        else:
            text = json_text(what(row.facts)).encode("utf-8", "replace")
            pieces[-1].append(text.rjust(_WIDE) if key in _NUMBERED else text)
    pieces[-1].append(b"}\n")
    return [laid_out(piece) for piece in pieces]


def _least_tail(pieces: list[Laid], clock: int) -> int:
    """Where the ids of a line can begin at the earliest."""
    head, *between, last = pieces
    before = clock if between else len(head.text) + SPARE
    return before + sum([len(piece.text) for piece in between]) + last.offsets[TRACE_ID]


def _joined(pieces: list[Laid], clock: int, tail: int) -> Laid:
    """The line, with blanks where it was cut."""
    head, *between, last = pieces
    begins = [clock] * len(between) + [tail - last.offsets[TRACE_ID]]
    text, offsets = head.text, dict[TemplateField, int]()
    for piece, begin in zip((*between, last), begins, strict=True):
        text = text.ljust(begin) + piece.text
        offsets |= piece.moved(begin)
    return Laid(text, offsets)
