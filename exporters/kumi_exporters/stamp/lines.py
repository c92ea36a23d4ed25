"""The lines of a layout, all of one width, with places to stamp what differs between runs.

A line is `head`, a duration and a timestamp (the clock), `middle`, for runs and operations a
number, `after`, and the `tail` with ids and times, which stands at the same place in every line.
Blanks only ever stand before a number and at the end of a line; so the clock of a declaration,
which has no number between timestamp and tail, stands where its middle lets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from opentelemetry.sdk.resources import Resource

from kumi.spans.block import Block
from kumi.spans.events import line
from kumi.spans.run_events import run_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kumi.spans.layout import Layout

DURATION = 8
SPARE = 8  # before a duration: it may have 16 characters
COUNT = 8
_A_MOMENT = 10**18  # nineteen digits, as all moments between 2001 and 2286
_DURATION_KEY = b',"duration_ms":'
_TIMESTAMP_KEY = b',"timestamp":"'
TO_TIMESTAMP = DURATION + len(_TIMESTAMP_KEY)
_TIMESTAMP = len("2001-09-09T01:46:40.000Z")
_CLOCK = DURATION + len(_TIMESTAMP_KEY) + _TIMESTAMP + len(b'"')
_RUN_KEY = b',"run":"'
_PROCESS = 8
_NUMBERS = {"vm_run": b'"operations":', "vm_declaration": None, "vm_operation": b'"rows":'}


@dataclass(frozen=True, slots=True)
class Tail:
    """Where things stand in a line, from its beginning."""

    start: int
    trace_id: int
    span_id: int
    parent_id: int
    start_time: int
    end_time: int


@dataclass(frozen=True, slots=True)
class Lines:
    """The text (rows, width) of one run, and where to stamp.

    `clocks` are stretches of rows whose duration stands at the same place; the timestamp follows
    TO_TIMESTAMP characters later. The number of the run stands at `number` in runs and
    declarations, at `operation_number` in operations.
    """

    text: NDArray[np.uint8]
    clocks: tuple[tuple[slice, int], ...]
    clock_of_row: tuple[int, ...]
    tail: Tail
    number: int
    operation_number: int
    count: int


@dataclass(slots=True)
class _Piece:
    head: bytes
    middle: bytes
    number: bytes
    after: bytes
    tail: bytes

    def length(self) -> int:
        return _CLOCK + len(self.middle) + len(self.number) + len(self.after)


def lines(layout: Layout, process: str, kept: str) -> Lines:
    """The lines of `layout`, as the events of one run say them."""
    pieces = list(_pieces(layout, process, kept))
    clock = max(len(p.head) + SPARE for p in pieces if p.number)
    tail = max(_least_tail(piece, clock) for piece in pieces)
    clocks = [clock if piece.number else tail - piece.length() for piece in pieces]
    texts = [_text(piece, at, tail) for piece, at in zip(pieces, clocks, strict=True)]
    width = len(texts[0])
    last = pieces[-1]
    return Lines(
        text=np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), width),
        clocks=tuple(_stretches(clocks)),
        clock_of_row=tuple(clocks),
        tail=_tail(texts[0], tail),
        number=tail - len(pieces[0].after) + _number_in(pieces[0].after),
        operation_number=tail - len(last.after) + _number_in(last.after),
        count=tail - len(last.after) - COUNT,
    )


def _pieces(layout: Layout, process: str, kept: str) -> Iterator[_Piece]:
    for event in run_events(_one_run(layout, process, kept)):
        head, key, rest = line(event).partition(_DURATION_KEY)
        rest, tail_key, tail = rest[_CLOCK:].rpartition(b',"trace_id":"')
        before, run_key, after = rest.rpartition(_RUN_KEY)
        piece = _Piece(head + key, before, b"", run_key + after, tail_key + tail)
        yield _with_number(piece, _NUMBERS[event["event"]])


def _with_number(piece: _Piece, key: bytes | None) -> _Piece:
    """Cut the middle before its number, where it has one."""
    if key is None:
        return piece
    middle, key, rest = piece.middle.rpartition(key)
    number, comma, more = rest.partition(b",")
    piece.middle, piece.number = middle + key, number.rjust(COUNT)
    piece.after = comma + more + piece.after
    return piece


def _one_run(layout: Layout, process: str, kept: str) -> Block:
    """A run with one cell everywhere, at a moment with nineteen digits, below some parent."""
    return Block(
        layout=layout,
        process=process,
        resource=Resource.get_empty(),
        readings=np.full((1, layout.readings), _A_MOMENT, np.int64),
        sizes=np.ones((1, len(layout.axes)), np.int64),
        trace_ids=np.zeros((1, 16), np.uint8),
        prefixes=np.zeros((1, (len(layout.rows) - 1 >> 16) + 1, 6), np.uint8),
        parents=np.ones((1, 8), np.uint8),
        flags=np.zeros(1, np.uint8),
        remote=np.zeros(1, np.bool_),
        sampled=np.ones(1, np.bool_),
        numbers=np.zeros(1, np.uint32),
        kept=kept,
    )


def _least_tail(piece: _Piece, clock: int) -> int:
    return piece.length() + (clock if piece.number else len(piece.head) + SPARE)


def _text(piece: _Piece, clock: int, tail: int) -> bytes:
    """The line: blanks before the duration, and before the number where there is one."""
    start = piece.head.ljust(clock) + _clock() + piece.middle
    whole = start + piece.number.rjust(tail - len(start) - len(piece.after)) + piece.after
    return whole + piece.tail


def _clock() -> bytes:
    return b"0.000000" + _TIMESTAMP_KEY + b"2001-09-09T01:46:40.000Z" + b'"'


def _stretches(clocks: list[int]) -> Iterator[tuple[slice, int]]:
    """Neighbouring rows whose clocks stand at the same place."""
    first = 0
    for row in range(1, len(clocks) + 1):
        if row == len(clocks) or clocks[row] != clocks[first]:
            yield slice(first, row), clocks[first]
            first = row


def _tail(text: bytes, start: int) -> Tail:
    def after(key: bytes) -> int:
        return text.index(key, start) + len(key)

    return Tail(
        start=start,
        trace_id=after(b'"trace_id":"'),
        span_id=after(b'"span_id":"'),
        parent_id=after(b'"parent_span_id":"'),
        start_time=after(b'"start_unix_nano":'),
        end_time=after(b'"end_unix_nano":'),
    )


def _number_in(after: bytes) -> int:
    """Where the digits of the run's number begin in it, behind those of the process."""
    return after.rindex(_RUN_KEY) + len(_RUN_KEY) + _PROCESS
