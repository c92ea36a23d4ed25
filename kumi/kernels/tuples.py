"""Tuples and objects as values: one by itself, and a column of them.

One is a `MadeTuple` or a `MadeObject`: classes of our own, so that what a run made is told from
data that it passed on; it is handed out as a list or a dict. A column of them stays the columns of
its parts for as long as nobody looks at a whole cell: `t[0]` takes a part, a sum adds the parts up,
and no tuple is ever made.

>>> from kumi.kernels.kinds import FLOAT
>>> from kumi.kernels.vectors import cells, column_of
>>> pairs = collected((column_of([0.5, 2.0], FLOAT), 7), 2)
>>> parts_of(pairs)[1], cells(pairs)
(7, [MadeTuple((0.5, 7)), MadeTuple((2.0, 7))])
>>> handed_cells(pairs)
[[0.5, 7], [2.0, 7]]
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.decimal_values import passed_on
from kumi.kernels.vectors import Column, cells, repeated, size_repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.kernels.vectors import Counts


class MadeTuple(tuple[Any, ...]):
    """A tuple of the language."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"MadeTuple({tuple(self)!r})"


class MadeObject(dict[str, Any]):
    """An object of the language, its fields as they are written."""

    __slots__ = ()


class Gathered:
    """The cells of tuples or objects, one part beside the other: each a column or one value.

    `names` are those of an object's fields, None for a tuple. Scalars stand for all `size` cells.
    """

    __slots__ = ("names", "parts", "size")

    def __init__(self, parts: tuple[Any, ...], size: int, names: tuple[str, ...] | None) -> None:
        self.parts = parts
        self.size = size
        self.names = names

    def __len__(self) -> int:
        return self.size

    def worked_out(self) -> Column:
        """Each as a value of its own."""
        names, rows = self.names, self._rows()
        made = map(MadeTuple, rows) if names is None else (object_of(names, row) for row in rows)
        return Column(np.fromiter(made, object, self.size))

    def repeated(self, counts: Counts) -> Gathered:
        """Each repeated so many times."""
        parts = tuple(repeated(p, counts) if p.__class__ is Column else p for p in self.parts)
        return Gathered(parts, size_repeated(len(self), counts), self.names)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        if not self.parts:
            return repeat((), self.size)
        return zip(*(_each(part, self.size) for part in self.parts), strict=True)


def _each(part: Any, size: int) -> Any:
    return cells(part) if part.__class__ is Column else repeat(part, size)


def gathered(parts: tuple[Any, ...], names: tuple[str, ...] | None = None) -> Column:
    """A column of tuples, or of objects: at least one part is a column."""
    size = next(len(part) for part in parts if part.__class__ is Column)
    return collected(parts, size, names)


def collected(parts: tuple[Any, ...], size: int, names: tuple[str, ...] | None = None) -> Column:
    """The same with so many cells, whatever the parts are."""
    return Column.deferring(Gathered(parts, size, names))


def tuple_of(_names: None, values: tuple[Any, ...]) -> MadeTuple:
    """One tuple."""
    return MadeTuple(values)


def object_of(names: tuple[str, ...], values: tuple[Any, ...]) -> MadeObject:
    """One object; of a name that is there twice, the last value."""
    return MadeObject(zip(names, values, strict=True))


def parts_of(value: Any) -> tuple[Any, ...] | None:
    """The items of a tuple or of a column of tuples; None where they are not at hand."""
    if value.__class__ is MadeTuple:
        return tuple(value)
    deferred = value.deferred if value.__class__ is Column else None
    return deferred.parts if deferred.__class__ is Gathered else None


def handed_out(value: Any) -> Any:
    """A cell as its owner gets it: a list or a dict of their own where a run made it.

    What was given with the input goes out as it came in; a decimal in the one way to write it.
    """
    made = value.__class__
    if made is MadeTuple:
        return [handed_out(item) for item in value]
    if made is MadeObject:
        return {name: handed_out(item) for name, item in value.items()}
    return passed_on(value)


def handed_cells(column: Column) -> list[Any]:
    """The cells of a column that may hold tuples and objects, as their owner gets them."""
    deferred = column.deferred
    if deferred.__class__ is Gathered:
        return _handed_parts(deferred)
    return [handed_out(cell) if cell.__class__ in _MADE else cell for cell in cells(column)]


def _handed_parts(gathered: Any) -> list[Any]:
    """The same of parts that are still columns: each list or dict is made once, and not twice."""
    size, names = gathered.size, gathered.names
    rows: Iterator[tuple[Any, ...]] = repeat((), size)
    if gathered.parts:
        rows = zip(*(_handed_part(part, size) for part in gathered.parts), strict=True)
    if names is None:
        return list(map(list, rows))
    return [dict(zip(names, row, strict=True)) for row in rows]


def _handed_part(part: Any, size: int) -> Iterable[Any]:
    if part.__class__ is Column:
        return handed_cells(part)
    if part.__class__ in _MADE:
        return [handed_out(part) for _ in range(size)]  # each cell gets one of its own
    return repeat(passed_on(part), size)


_MADE = frozenset({MadeTuple, MadeObject})
