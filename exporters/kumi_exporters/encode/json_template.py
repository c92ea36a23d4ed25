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

    {"event":"vm_operation","schema":"S","operation":"Map","duration_ms":      [        ][0.001192],
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
from kumi_exporters.encode.stamp import last_bytes
from kumi_exporters.encode.template import template, width

if TYPE_CHECKING:
    from kumi.spans.layout import Layout, Row
    from kumi_exporters.encode.template import Part, Template

    Columns: TypeAlias = dict[Varying, tuple[Part, ...]]

_NUMBERED = ("operations", "rows")
_WIDE = 8
_BLANKS = b" " * _WIDE


def json_template(layout: Layout, process: str, kept: str) -> Template:
    """The lines of one run of `layout` that did not fail."""
    columns, cpu = _columns(process, kept), layout.times_cpu
    lines = [
        _pieces(row, columns | _ids(*lasts), cpu)
        for row, lasts in zip(layout.rows, last_bytes(layout), strict=True)
    ]
    clock = max([width(head) for head, *numbers, _ in lines if numbers])
    fronts = [
        [*head, b" " * (clock - width(head)), *numbers[0]] if numbers else head
        for head, *numbers, _ in lines
    ]
    tails = [pieces[-1] for pieces in lines]
    widths = [width(front) + width(tail) for front, tail in zip(fronts, tails, strict=True)]
    widest = max(widths)
    return template(
        [*front, b" " * (widest - own), *tail]
        for front, own, tail in zip(fronts, widths, tails, strict=True)
    )


def _columns(process: str, kept: str) -> Columns:
    """What stands in a line for what differs between runs."""
    return {
        Varying.DURATION: (("duration_upper", _BLANKS), ("duration", b"0.000000")),
        Varying.TIMESTAMP: (b'"', ("seconds", b" " * 21), ("milliseconds", b"00"), b'Z"'),
        Varying.KEPT: (json_text(kept).encode(),),
        Varying.STATUS: (b'"ok"',),
        Varying.ERROR: (b"null",),
        Varying.CPU: (("cpu_upper", _BLANKS), ("cpu", b"0.000000")),
        Varying.RUN: (b'"', process.encode(), ("run", _BLANKS), b'"'),
        Varying.ROWS: (("rows", b"1".rjust(_WIDE)),),
        Varying.TRACE_ID: (b'"', ("trace_id", b" " * 32), b'"'),
        Varying.START: (("parent_end", b""), ("start_upper", b" " * 11), ("start", _BLANKS)),
        Varying.END: (("end_upper", b" " * 11), ("end", _BLANKS)),
    }


def _ids(own: bytes, above: bytes) -> Columns:
    """The same for ids, which end in the number of the row, and of the one above."""
    rows = own.hex().encode(), above.hex().encode()
    return {
        Varying.SPAN_ID: (b'"', ("span_prefix", b" " * 12), ("span_row", rows[0]), b'"'),
        Varying.PARENT_ID: (
            ("parent", b""), b'"', ("parent_prefix", b" " * 12), ("parent_row", rows[1]), b'"'
        ),
    }  # fmt: skip


def _pieces(row: Row, columns: Columns, times_cpu: bool) -> list[list[Part]]:
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
    return pieces
