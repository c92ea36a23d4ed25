"""Loading the input, leaf by leaf: every value checked, brought to its kind, laid out flat.

Nothing here raises for bad data. What is wrong is collected as violations, over all leaves, and
the run raises them together.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kumi.errors import Violation
from kumi.kernels.dates import as_date
from kumi.kernels.decimal_values import scaled
from kumi.kernels.exact_cells import exact_numbers
from kumi.kernels.kinds import ANY, DATE, DECIMAL, FLOAT, HASH, STRING, ArrayOf, is_numeric
from kumi.kernels.values import bring
from kumi.kernels.vectors import Column, NumberedTexts, column_of, column_of_array
from kumi.kernels.vectors import cells as cells_of
from kumi.syntax.nodes import OneOf, Range
from kumi.vm.access import (
    BELOW_NULL,
    KEPT,
    MISSING,
    REQUIRED,
    AccessPath,
    Loading,
    access_path,
    types_of,
)
from kumi.vm.expectations import (
    EXACT_TYPES,
    admits,
    is_ordered,
    members,
    no_null,
    outside,
    within,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from kumi.ir.program import Leaf

Bad: TypeAlias = "list[tuple[int, Violation]]"


def slow(leaf: Leaf, operation: int) -> Callable[[Any, Bad], Any]:
    """The whole check of a scalar: `(value or MISSING, bad)` gives the value to use.

    It brings data to its kind, or appends `(operation, violation)` to `bad`.
    """

    def check(value: Any, bad: Bad) -> Any:
        if value is MISSING:
            checked, message = None, None if leaf.may_be_missing else REQUIRED
        else:
            checked, message = _checked(leaf, value)
        if message is not None:
            bad.append((operation, Violation(leaf.dotted, message)))
        return checked

    return check


def _checked(leaf: Leaf, value: Any) -> tuple[Any, str | None]:
    """A value as its declared kind, and what is wrong with it."""
    if value is None and not leaf.admits_null:
        return None, no_null(leaf)
    try:
        brought = bring(value, leaf.kind)
    except TypeError:
        return None, wrong_type(leaf, value)
    return brought, None if admits(leaf.domain, brought) else outside(leaf, brought)


def loader(leaf: Leaf, operation: int) -> Callable[[Loading], Any]:
    """What loads a leaf: a column where it lies in arrays, else a plain Python object."""
    path = access_path(leaf)

    def load(loading: Loading) -> Any:
        report = _Report(loading, leaf, operation)
        cells = loading.cells(path, report.say)
        if leaf.axes:
            loaded = _load_column(leaf, cells, path, report)
        else:
            loaded = _load_cell(leaf, cells[0], path, 0, report)
        report.close()
        return loaded

    return load


class _Report:
    """The violations of one leaf: the first `KEPT`, and the number of the others."""

    __slots__ = ("_count", "_leaf", "_loading", "_operation")

    def __init__(self, loading: Loading, leaf: Leaf, operation: int) -> None:
        self._loading = loading
        self._leaf = leaf
        self._operation = operation
        self._count = 0

    def say(self, path: AccessPath, position: int, message: str | Callable[[], str]) -> None:
        """What is wrong with the cell at a position of an access path; worked out if it is kept."""
        self._count += 1
        if self._count <= KEPT:
            said = message if isinstance(message, str) else message()
            self._add(self._loading.place(path, position), said)

    def close(self) -> None:
        """Say how many were left out."""
        if self._count > KEPT:
            self._add(self._leaf.dotted, f"{self._count - KEPT} more like these")

    def _add(self, path: str, message: str) -> None:
        violation = Violation(path, message)
        if violation not in self._loading.said:
            self._loading.said.add(violation)
            self._loading.bad.append((self._operation, violation))


def _load_cell(leaf: Leaf, cell: Any, path: AccessPath, position: int, report: _Report) -> Any:
    if cell is MISSING or cell is BELOW_NULL:
        return None
    value, message = _checked(leaf, cell)
    if message is not None:
        report.say(path, position, message)
    return value


_CLEAN: dict[Any, set[type]] = {kind: {one, type(None)} for kind, one in EXACT_TYPES.items()}
_CLEAN[FLOAT].add(int)
_CLEAN[DECIMAL] = {Decimal, int, str, float, type(None)}
_CLEAN[HASH] = {dict, type(None)}
_CLEAN[ArrayOf] = {list, tuple, type(None)}


def _load_column(leaf: Leaf, cells: Sequence[Any], path: AccessPath, report: _Report) -> Column:
    usual = _usual_type(leaf, cells)
    column = _column_of_one_type(leaf, cells, usual)
    if column is None:
        types = types_of(cells, usual)
        if leaf.kind is DATE and not _is_clean(leaf, types):  # as text, most of them
            cells = list(map(as_date, cells))
            types = set(map(type, cells))
        column = _clean_column(leaf, cells, types)
    if column is not None and _all_admitted(leaf, cells, column):
        return column
    checked = [_load_cell(leaf, cell, path, at, report) for at, cell in enumerate(cells)]
    return column_of(checked, leaf.kind)


def _usual_type(leaf: Leaf, cells: Sequence[Any]) -> type:
    """The type that most cells have: what is declared, and of decimals what the first is."""
    if leaf.kind is DECIMAL and len(cells):
        return type(cells[0])
    return EXACT_TYPES.get(leaf.kind, dict)


def _column_of_one_type(leaf: Leaf, cells: Sequence[Any], usual: type) -> Column | None:
    """The column of cells that are all plain floats, or all plain integers; None for others."""
    values = exact_numbers(cells, usual) if is_numeric(leaf.kind) else None
    try:
        return None if values is None else column_of_array(values, leaf.kind)
    except ValueError:  # NaN among floats that are to be decimals
        return None


def _clean_column(leaf: Leaf, cells: Sequence[Any], types: set[type]) -> Column | None:
    """The column of cells that need no further look; None where some may."""
    if not _is_clean(leaf, types):
        return None
    if type(BELOW_NULL) in types:
        cells = [None if cell is BELOW_NULL else cell for cell in cells]
        types = types - {type(BELOW_NULL)} | {type(None)}
    try:
        return column_of(cells, leaf.kind, types)
    except (ValueError, OverflowError):  # a text that is no decimal, NaN, ten thousand digits
        return None


def _is_clean(leaf: Leaf, types: set[type]) -> bool:
    """Whether cells of these types need no conversion and no further look at their type."""
    if leaf.kind is ANY:
        return type(MISSING) not in types
    if type(None) in types and not leaf.admits_null:
        return False
    clean = _CLEAN[ArrayOf if isinstance(leaf.kind, ArrayOf) else leaf.kind]
    return types <= clean or types - {type(BELOW_NULL)} <= clean


def _all_admitted(leaf: Leaf, cells: Sequence[Any], column: Column) -> bool:
    """Whether no cell lies outside the domain; False also where this cannot tell."""
    match leaf.domain:
        case None:
            return True
        case OneOf() if leaf.kind is DECIMAL:
            return members(leaf.domain, DECIMAL).issuperset(
                one for one in cells_of(column) if one is not None
            )
        case Range() if is_ordered(leaf.kind):
            return _in_range(leaf.domain, column)
        case OneOf() if leaf.kind in EXACT_TYPES:
            return _all_listed(leaf, cells, column, members(leaf.domain, leaf.kind))
    return False


_MANY, _LISTED = 256, 2**15
"""Of so many texts, of at most so many different ones, it pays to number them with this look."""


def _all_listed(leaf: Leaf, cells: Sequence[Any], column: Column, listed: frozenset[Any]) -> bool:
    """Whether all cells are listed, or null; texts are numbered, for what compares them."""
    numbered = leaf.kind is STRING and column.valid is None
    if not numbered or len(cells) < _MANY or len(listed) > _LISTED:
        return (listed | {None}).issuperset(cells)
    numbers = {text: number for number, text in enumerate(listed)}
    try:
        codes = np.fromiter(map(numbers.__getitem__, cells), np.int16, len(cells))
    except KeyError:
        return False
    column.codes = NumberedTexts(codes, numbers)
    return True


def _in_range(domain: Range, column: Column) -> bool:
    values = column.values if column.valid is None else column.values[column.valid]
    if not values.size:
        return True
    least = None if domain.low is None else _extreme(np.minimum, values, column.scale)
    greatest = None if domain.high is None else _extreme(np.maximum, values, column.scale)
    return within(domain, least, greatest)


def _extreme(ufunc: np.ufunc, values: NDArray[Any], scale: int | None) -> Any:
    """The least or greatest value, NaN where there is one, as a plain Python object."""
    found = ufunc.reduce(values)
    number = found if values.dtype == object else found.item()
    return number if scale is None else scaled(number, scale)
