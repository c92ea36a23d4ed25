"""Templates: the rows of a program's runs, laid out once, and where the fields are that differ.

Of the 440 bytes of an operation's line some 90 differ from run to run. So a program's rows are laid
out once, as an array of bytes (rows, width), and a buffer holds as many copies as a block has runs.
A field stands at one offset in many rows: to fill it in, in all of them, is one strided store.

A row is laid out from parts, in their order: bytes stand as they are, a `TemplateField` is room to
be filled in, with what it holds to begin with. For example

    b'{"rows":', (ROWS, b"       1"), b"}"

is the row `{"rows":       1}` with ROWS at 8, where ROWS = TemplateField("rows", 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


_INTEGERS = (1, 2, 4, 8)


class TemplateField(NamedTuple):
    """A place that is filled in: its name, and its width in bytes. One of no width is a mark."""

    name: str
    width: int = 0

    @property
    def word(self) -> str:
        """The type of NumPy's that copies all the bytes at once."""
        return f"<u{self.width}" if self.width in _INTEGERS else f"V{self.width}"


Part: TypeAlias = bytes | TemplateField | tuple[TemplateField, bytes]


class Laid(NamedTuple):
    """A row, or a piece of one, and where in it the fields are."""

    text: bytes
    offsets: Mapping[TemplateField, int]

    def moved(self, by: int) -> dict[TemplateField, int]:
        """Where the fields are in a row in which this begins at `by`."""
        return {field: by + offset for field, offset in self.offsets.items()}


class Stretch(NamedTuple):
    """Neighbouring rows in which a field stands at one offset."""

    rows: slice
    offset: int


class Template(NamedTuple):
    """The bytes of one run (rows, width), and the places of each field, from the first row on."""

    text: NDArray[np.uint8]
    places: Mapping[TemplateField, tuple[Stretch, ...]]

    def offset(self, field: TemplateField) -> int:
        """Where a field is that stands at one offset in all of its rows."""
        (place,) = self.places[field]
        return place.offset


def laid_out(parts: Iterable[Part]) -> Laid:
    """Parts one after the other."""
    text, offsets = bytearray(), {}
    for part in parts:
        if isinstance(part, bytes):
            text += part
            continue
        field, content = part if isinstance(part[0], TemplateField) else (part, bytes(part.width))
        offsets[field] = len(text)
        text += content
    return Laid(bytes(text), offsets)


def template(rows: Sequence[Laid]) -> Template:
    """The template of rows that are all of one width."""
    text = np.frombuffer(b"".join([row.text for row in rows]), np.uint8)
    fields: dict[TemplateField, Any] = {field: None for row in rows for field in row.offsets}
    places = {field: tuple(_places(field, rows)) for field in fields}
    return Template(text.reshape(len(rows), -1), places)


def _places(field: TemplateField, rows: Sequence[Laid]) -> Iterator[Stretch]:
    first, offset = 0, rows[0].offsets.get(field)
    for number, row in enumerate((*rows[1:], None), 1):
        here = row.offsets.get(field) if row else None
        if row is None or here != offset:
            if offset is not None:
                yield Stretch(slice(first, number), offset)
            first, offset = number, here
