"""Finding the cells of a leaf in the caller's data: keys looked up, arrays opened once a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.values import described, is_array, is_record
from kumi.kernels.vectors import axis_over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.errors import Violation
    from kumi.ir.program import Leaf
    from kumi.kernels.vectors import Axis

    Say = Callable[["AccessPath", int, str], None]


class _Missing:
    """What stands where nothing was given, or where what was given has been reported already."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
REQUIRED: Final = "this input is required"
KEPT: Final = 100
"""How many violations of one leaf are kept; the others are counted."""


@dataclass(frozen=True, slots=True)
class ArrayLevel:
    """One array on the way to a leaf: the keys that lead to it from the level above."""

    keys: tuple[str, ...]
    axis: str


@dataclass(frozen=True, slots=True)
class AccessPath:
    """The way to a leaf: arrays to open, then keys to look up in each element."""

    levels: tuple[ArrayLevel, ...]
    keys: tuple[str, ...]


def access_path(leaf: Leaf) -> AccessPath:
    """The access path of a leaf, as its steps say."""
    levels: list[ArrayLevel] = []
    keys: list[str] = []
    for step in leaf.steps:
        if step.action == "key":
            keys.append(step.name)
        else:
            levels.append(ArrayLevel(tuple(keys), step.path))
            keys = []
    return AccessPath(tuple(levels), tuple(keys))


class Elements:
    """Elements of one array level (or the root, alone), and how their fields are read."""

    __slots__ = ("getter", "rows")

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows
        self.getter = _getter(rows)


def _getter(rows: Sequence[Any]) -> Callable[[str], Callable[[Any], Any]] | None:
    """A quick way to a field of every row, or None.

    Looking a key up fails on rows that are no mappings, so the first row says enough; attributes
    are tried only where every row is an object that has fields.
    """
    if not rows or isinstance(rows[0], Mapping):
        return itemgetter
    one_each = dict(zip(map(type, rows), rows, strict=True)).values()
    mixed = any(isinstance(row, Mapping) for row in one_each)
    return None if mixed or not all(map(is_record, one_each)) else attrgetter


class Loading:
    """One run's reading of its input.

    `data` is the mapping of root inputs; `bad` collects `(operation, violation)`; `axes` has the
    offsets of every array that was opened.
    """

    __slots__ = ("_opened", "_root", "axes", "bad", "data")

    def __init__(self, data: Mapping[str, Any], bad: list[tuple[int, Violation]]) -> None:
        self.data = data
        self.bad = bad
        self.axes: dict[str, Axis] = {}
        self._opened: dict[str, Elements] = {}
        self._root = Elements([data])

    def cells(self, path: AccessPath, say: Say) -> Sequence[Any]:
        """The values at the end of an access path, in order.

        A missing key is None; MISSING stands for what was already said to be wrong.
        """
        elements = self._root
        for depth, level in enumerate(path.levels):
            opened = self._opened.get(level.axis)
            if opened is None:
                before = AccessPath(path.levels[:depth], level.keys)
                opened = self._open(elements, level, before, say)
            elements = opened
        return self._fields(elements, path, say)

    def _open(self, elements: Elements, level: ArrayLevel, path: AccessPath, say: Say) -> Elements:
        arrays = self._fields(elements, path, say)
        if not set(map(type, arrays)) <= {list, tuple}:
            arrays = [_elements(value, at, path, say) for at, value in enumerate(arrays)]
        self.axes[level.axis] = axis_over(arrays)
        rows = arrays[0] if len(arrays) == 1 else list(chain.from_iterable(arrays))
        opened = self._opened[level.axis] = Elements(rows)
        return opened

    def _fields(self, elements: Elements, path: AccessPath, say: Say) -> Sequence[Any]:
        rows = elements.rows
        for number, key in enumerate(path.keys):
            if elements is self._root:
                rows = [_root_field(self.data, key, say)]
            else:
                rows = _column(elements, key, AccessPath(path.levels, path.keys[:number]), say)
            elements = Elements(rows) if number + 1 < len(path.keys) else elements
        return rows

    def place(self, path: AccessPath, position: int) -> str:
        """The path of a cell with its indexes: `regions[1].sales[0].amount`."""
        parts = [".".join(path.keys)]
        for level in reversed(path.levels):
            offsets = self.axes[level.axis].offsets
            parent = int(np.searchsorted(offsets, position, "right")) - 1
            parts.append(f"{'.'.join(level.keys)}[{position - int(offsets[parent])}]")
            position = parent
        return "".join(
            f".{part}" if number and part and not part.startswith("[") else part
            for number, part in enumerate(reversed(parts))
        )


def _elements(value: Any, position: int, path: AccessPath, say: Say) -> Sequence[Any]:
    """An array's elements as a list or tuple; none where it is no array, which is said."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        plain: list[Any] = value.tolist()
        return plain
    if is_array(value):
        return list(value)
    if value is not MISSING:
        say(path, position, f"expected an array, found {described(value)}")
    return ()


def _root_field(data: Mapping[str, Any], key: str, say: Say) -> Any:
    value = data.get(key, MISSING)
    if value is MISSING:
        say(AccessPath((), (key,)), 0, REQUIRED)
    return value


def _column(elements: Elements, key: str, path: AccessPath, say: Say) -> Sequence[Any]:
    """One field of every row."""
    if elements.getter is not None:
        try:
            return list(map(elements.getter(key), elements.rows))
        except (LookupError, TypeError, AttributeError):
            pass  # some row lacks the key or is no record: each is looked at by itself
    return [_field(row, key, position, path, say) for position, row in enumerate(elements.rows)]


def _field(row: Any, key: str, position: int, path: AccessPath, say: Say) -> Any:
    if isinstance(row, Mapping):
        return row.get(key)
    if is_record(row) and row is not MISSING:
        return getattr(row, key, None)
    if row is not MISSING:
        say(path, position, f"expected a hash with `{key}`, found {described(row)}")
    return MISSING
