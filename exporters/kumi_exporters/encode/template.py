"""Templates: the rows of a program's runs, laid out once, and where the fields are that differ.

Of the 440 bytes of an operation's line some 90 differ from run to run. So a program's rows are laid
out once, as an array of bytes (rows, width), and a stamp holds as many copies as a block has runs.
A field stands at one offset in many rows: to fill it in, in all of them, is one strided store.

A row is laid out from parts, in their order: bytes stand as they are, a field is its name and what
it holds to begin with, which says how wide it is; one of no width is a mark. For example

    b'{"rows":', ("rows", b"       1"), b"}"

is the row `{"rows":       1}` with eight bytes for `rows` at 8.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

FieldName: TypeAlias = Literal[
    "trace_id", "flags", "tracestate", "span_prefix", "span_row", "parent", "parent_prefix",
    "parent_row", "parent_end", "start_upper", "start", "end_upper", "end", "seconds",
    "milliseconds", "duration_upper", "duration", "cpu_upper", "cpu", "run", "given", "rows",
    "span_count", "total", "shortest", "longest",
]  # fmt: skip
Part: TypeAlias = bytes | tuple[FieldName, bytes]


class FieldPlace(NamedTuple):
    """Neighbouring rows in which a field stands at one offset, so many bytes wide."""

    rows: slice
    offset: int
    width: int

    @property
    def end(self) -> int:
        """Where what follows begins."""
        return self.offset + self.width


class Template(NamedTuple):
    """The bytes of one run (rows, width), and the places of each field, from the first row on."""

    text: NDArray[np.uint8]
    places: Mapping[FieldName, Sequence[FieldPlace]]

    def between(self, first: FieldName, last: FieldName) -> slice:
        """From one field to the end of another, in the first row that has them."""
        return slice(self.places[first][0].offset, self.places[last][0].end)


def width(parts: Iterable[Part]) -> int:
    """How many bytes parts are."""
    return sum([len(part if isinstance(part, bytes) else part[1]) for part in parts])


def template(rows: Iterable[Iterable[Part]]) -> Template:
    """The template of rows that are all of one width."""
    text, found = bytearray(), list[dict[FieldName, tuple[int, int]]]()
    for row in rows:
        begin, where = len(text), dict[FieldName, tuple[int, int]]()
        for part in row:
            if isinstance(part, bytes):
                text += part
            else:
                where[part[0]] = len(text) - begin, len(part[1])
                text += part[1]
        found.append(where)
    fields = dict.fromkeys([field for where in found for field in where])
    places = {field: [*_places([where.get(field) for where in found])] for field in fields}
    return Template(np.frombuffer(text, np.uint8).reshape(len(found), -1), places)


def _places(found: Sequence[tuple[int, int] | None]) -> Iterator[FieldPlace]:
    """Where a field is, of which it is known where it stands in each row."""
    first = 0
    for where, same in groupby(found):
        end = first + len([*same])
        if where is not None:
            yield FieldPlace(slice(first, end), *where)
        first = end
