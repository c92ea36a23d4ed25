"""Finding the cells of a leaf in the caller's data: keys looked up, arrays opened once a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kumi.kernels.values import as_list, described, is_array, is_record
from kumi.kernels.vectors import axis_over
from kumi.vm.missing_keys import said_of_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from kumi.errors import Violation
    from kumi.ir.program import Leaf
    from kumi.kernels.vectors import Axis

    Say = Callable[["AccessPath", int, str | Callable[[], str]], None]


class _Missing:
    """What stands where nothing was given, or where what was given has been reported already."""

    def __repr__(self) -> str:
        return "MISSING"


class _BelowNull:
    """What stands for a field of a hash that is null, and may be: the field reads null."""

    def __repr__(self) -> str:
        return "BELOW_NULL"


MISSING: Final = _Missing()
BELOW_NULL: Final = _BelowNull()
REQUIRED: Final = "this input is required"
NO_NULL: Final = "the schema would have to declare that it may be null"
NO_ARRAY: Final = "give `[]` where there is nothing"
KEPT: Final = 100
"""How many violations of one leaf are kept; the others are counted."""


class Key(NamedTuple):
    """A key to look up. `null` where its value may be null, or the key missing."""

    name: str
    null: bool


@dataclass(frozen=True, slots=True)
class ArrayLevel:
    """One array on the way to a leaf: the keys that lead to it from the level above.

    `null` where its elements may be null.
    """

    keys: tuple[Key, ...]
    axis: str
    null: bool


@dataclass(frozen=True, slots=True)
class AccessPath:
    """The way to a leaf: arrays to open, then keys to look up in each element."""

    levels: tuple[ArrayLevel, ...]
    keys: tuple[Key, ...]

    def holder_may_be_null(self, number: int) -> bool:
        """Whether what key `number` is looked up in may be null."""
        if number:
            return self.keys[number - 1].null
        return bool(self.levels) and self.levels[-1].null


def access_path(leaf: Leaf) -> AccessPath:
    """The access path of a leaf, as its steps say."""
    levels: list[ArrayLevel] = []
    keys: list[Key] = []
    for step in leaf.steps:
        if step.action == "key":
            keys.append(Key(step.name, step.null))
        else:
            levels.append(ArrayLevel(tuple(keys), step.path, step.null))
            keys = []
    return AccessPath(tuple(levels), tuple(keys))


def types_of(found: Sequence[Any], usual: type) -> set[type]:
    """The types of values; quicker than to ask each where most are of the usual one."""
    other = [value for value in found if value.__class__ is not usual]
    types = set(map(type, other))
    if len(other) < len(found):
        types.add(usual)
    return types


class Elements:
    """Elements of one array level, and how their fields are read."""

    __slots__ = ("_getter", "_types", "rows")

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows
        self._types: set[type] | None = None
        self._getter: Callable[[str], Callable[[Any], Any]] | None = None

    def field(self, name: str) -> list[Any] | None:
        """A field of every row, where there is a quick way to all of them."""
        if self._types is None:  # the first field takes the rows' types along: they are in reach
            found = self._of_dicts(name)
            if found is not None:
                return found
        getter = self.getter
        if getter is None:
            return None
        try:
            return list(map(getter(name), self.rows))
        except (LookupError, TypeError, AttributeError):
            return None  # some row lacks the key or is no record: each is looked at by itself

    def _of_dicts(self, name: str) -> list[Any] | None:
        try:
            found = [row[name] for row in self.rows if row.__class__ is dict]
        except KeyError:
            return None
        if len(found) < len(self.rows):
            return None
        self._types, self._getter = {dict}, itemgetter
        return found

    @property
    def getter(self) -> Callable[[str], Callable[[Any], Any]] | None:
        """A quick way to a field of every row, or None."""
        if self._types is None:
            self._types = types_of(self.rows, dict)
            self._getter = _getter(self.rows, self._types)
        return self._getter

    @property
    def are_dicts(self) -> bool:
        """Whether every row is a plain dict."""
        return self._types == {dict}


def _getter(rows: Sequence[Any], types: set[type]) -> Callable[[str], Callable[[Any], Any]] | None:
    """What gives a field of every row, or None.

    Looking a key up fails on rows that are no mappings; attributes are tried only where every row
    is an object that has fields.
    """
    if types == {dict}:
        return itemgetter
    mappings = [one for one in types if issubclass(one, Mapping)]
    if mappings or not types:
        # What makes up a value for a missing key (a defaultdict) would write it into the row.
        return None if any(hasattr(one, "__missing__") for one in mappings) else itemgetter
    one_each = dict(zip(map(type, rows), rows, strict=True)).values()
    return attrgetter if all(map(is_record, one_each)) else None


class Loading:
    """One run's reading of its input.

    `data` is the mapping of root inputs; `bad` collects `(operation, violation)`; `axes` has the
    offsets of every array that was opened. `said` are the violations so far: a hash that is missing
    is reported once, and not by each of the leaves in it.
    """

    __slots__ = ("_opened", "axes", "bad", "data", "said")

    def __init__(self, data: Mapping[str, Any], bad: list[tuple[int, Violation]]) -> None:
        self.data = data
        self.bad = bad
        self.said: set[Violation] = set()
        self.axes: dict[str, Axis] = {}
        self._opened: dict[str, Elements] = {}

    def cells(self, path: AccessPath, say: Say) -> Sequence[Any]:
        """The values at the end of an access path, in order.

        None is what was given as null or may be missing, BELOW_NULL a field of a hash that is null
        and may be; MISSING stands for what was already said to be wrong.
        """
        elements: Elements | None = None
        for depth, level in enumerate(path.levels):
            opened = self._opened.get(level.axis)
            if opened is None:
                before = AccessPath(path.levels[:depth], level.keys)
                opened = self._open(elements, level, before, say)
            elements = opened
        return self._fields(elements, path, say)

    def _open(
        self, elements: Elements | None, level: ArrayLevel, path: AccessPath, say: Say
    ) -> Elements:
        arrays = self._fields(elements, path, say)
        if not set(map(type, arrays)) <= {list, tuple}:
            arrays = [_elements(value, at, path, say) for at, value in enumerate(arrays)]
        self.axes[level.axis] = axis_over(arrays)
        rows = arrays[0] if len(arrays) == 1 else list(chain.from_iterable(arrays))
        opened = self._opened[level.axis] = Elements(rows)
        return opened

    def _fields(self, elements: Elements | None, path: AccessPath, say: Say) -> Sequence[Any]:
        """The fields at the end of a path's keys, of each element; of the root where it is None."""
        keys, first = path.keys, 0
        if elements is None:
            rows: Sequence[Any] = [_root_field(self.data, keys[0], say)]
            first = 1
        else:
            rows = elements.rows
        for number in range(first, len(keys)):
            if elements is None:
                elements = Elements(rows)
            rows = _column(elements, path, number, say)
            elements = None
        return rows

    def place(self, path: AccessPath, position: int) -> str:
        """The path of a cell with its indexes: `regions[1].sales[0].amount`."""
        parts = [_dotted(path.keys)]
        for level in reversed(path.levels):
            offsets = self.axes[level.axis].offsets
            parent = int(np.searchsorted(offsets, position, "right")) - 1
            parts.append(f"{_dotted(level.keys)}[{position - int(offsets[parent])}]")
            position = parent
        return "".join(
            f".{part}" if number and part and not part.startswith("[") else part
            for number, part in enumerate(reversed(parts))
        )


def _dotted(keys: tuple[Key, ...]) -> str:
    return ".".join(key.name for key in keys)


def _elements(value: Any, position: int, path: AccessPath, say: Say) -> Sequence[Any]:
    """An array's elements as a list or tuple; none where it is no array, which is said."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        return _plain(value)
    if is_array(value):
        return list(value)
    if value is None:
        say(path, position, f"expected an array, found null; {NO_ARRAY}")
    elif value is BELOW_NULL:
        say(path, position, "expected an array, found null, as the hash that holds it is")
    elif value is not MISSING:
        say(path, position, f"expected an array, found {described(value)}{as_list(value)}")
    return ()


def _plain(value: NDArray[Any]) -> list[Any]:
    """The elements of a NumPy array as Python's.

    Dates in nanoseconds, as pandas has them, and those past the year 9999 would become integers.
    They stay what they are, and are refused as such.
    """
    plain: list[Any] = value.tolist()
    if value.dtype.kind == "M" and any(one.__class__ is int for one in plain):
        return list(value)
    return plain


def _root_field(data: Mapping[str, Any], key: Key, say: Say) -> Any:
    value = data.get(key.name, None if key.null else MISSING)
    if value is MISSING:
        say(AccessPath((), (key,)), 0, REQUIRED)
    return value


def _column(elements: Elements, path: AccessPath, number: int, say: Say) -> Sequence[Any]:
    """The field behind key `number` of every row."""
    name = path.keys[number].name
    found = elements.field(name)
    if found is not None:
        return found
    find = _Finding(path, number, say)
    if elements.are_dicts:
        return find.in_dicts(elements.rows)
    return [find.in_row(row, position) for position, row in enumerate(elements.rows)]


class _Finding:
    """Looks a key up in rows of which some lack it, or are no records."""

    def __init__(self, path: AccessPath, number: int, say: Say) -> None:
        self._key = path.keys[number]
        self._found = AccessPath(path.levels, path.keys[: number + 1])
        self._holder = AccessPath(path.levels, path.keys[:number])
        self._holder_may_be_null = path.holder_may_be_null(number)
        self._say = say

    def in_dicts(self, rows: Sequence[dict[str, Any]]) -> Sequence[Any]:
        """The value in each row."""
        name = self._key.name
        if self._key.null:
            return [row.get(name) for row in rows]
        found = [row.get(name, MISSING) for row in rows]
        for position, value in enumerate(found):
            if value is MISSING:
                self._say_missing(rows[position], position)
        return found

    def in_row(self, row: Any, position: int) -> Any:
        """The value in one row, whatever that is."""
        if row is MISSING or row is BELOW_NULL:
            return row
        if row is None and self._holder_may_be_null:
            return BELOW_NULL
        if isinstance(row, Mapping):
            value = row.get(self._key.name, MISSING)
        elif is_record(row):
            value = getattr(row, self._key.name, MISSING)
        else:
            found = f"expected a hash with `{self._key.name}`, found {described(row)}"
            self._say(self._holder, position, found)
            return MISSING
        if value is MISSING:
            return None if self._key.null else self._say_missing(row, position)
        return value

    def _say_missing(self, row: Any, position: int) -> Any:
        self._say(self._found, position, partial(said_of_missing, self._key.name, row))
        return MISSING
