"""Functions of tuples: items by position, folds of the items, choices between whole tuples.

A tuple has few items, each of a kind of its own, and how many there are is known before anything
runs. So a fold is written out: the first item, the second, and what is there for two of these kinds
anyway, over scalars or over columns. A whole column of tuples is folded without one being made:

    t = [input.line.price, input.factor]     a column of prices beside one number
    fn(:sum, t)                              prices + factor, one addition of a column
    t[1]                                     the factor, for each line
    t[input.line.i]                          where i is 0, the price; where it is 1, the factor

Each maker takes the kinds and `make`, which gives the function of two of them by its name. What it
makes takes scalars and columns; it raises TypeError where there is a null among them.

>>> from kumi.kernels.bind import elementwise, scalar
>>> from kumi.kernels.tuples import gathered
>>> pair = TupleOf((INTEGER, FLOAT))
>>> scalar("max", (pair,), FLOAT)(MadeTuple((3, 2.5)))
3.0
>>> pairs = gathered((column_of([1, 2], INTEGER), 0.5))
>>> cells(elementwise("sum", (pair,), FLOAT)(pairs))
[1.5, 2.5]
>>> cells(elementwise("at", (pair, INTEGER), FLOAT)(pairs, column_of([-1, 0], INTEGER)))
[0.5, 2.0]
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from kumi.kernels.arguments import presence
from kumi.kernels.kinds import ANY, BOOLEAN, FLOAT, INTEGER, NULL, STRING, TupleOf, promote
from kumi.kernels.tuples import MadeTuple, collected, parts_of
from kumi.kernels.vectors import Column, cells, column_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.kinds import Kind

    class Make(Protocol):
        """Gives a function by name, arguments' kinds and result: of scalars and of columns."""

        def __call__(
            self, function: str, kinds: tuple[Kind, ...], result: Kind, /
        ) -> Callable[..., Any]:
            """The function."""


Function: TypeAlias = "Callable[..., Any]"


def concerns(function: str, kinds: tuple[Kind, ...], result: Kind) -> bool:
    """Whether a function of these kinds is one of tuples."""
    if function in _CHOICES:
        return isinstance(result, TupleOf)
    return function in _FUNCTIONS and isinstance(kinds[0], TupleOf)


def function_of_tuples(
    function: str, kinds: tuple[Kind, ...], result: Kind, make: Make
) -> Function:
    """The function, for scalars and columns alike."""
    return (_FUNCTIONS | _CHOICES)[function](kinds, result, make)


def _items(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    first = kinds[0]
    return first.items if isinstance(first, TupleOf) else ()


def _of_items(value: Any, function: Callable[[tuple[Any, ...]], Any], result: Kind) -> Any:
    """A function of a tuple's items; row by row where a column has them in its cells only.

    In a column without a cell no item is looked at, not even one that is the same for all.
    """
    if value is None:
        raise TypeError("a tuple is null")
    if value.__class__ is Column and not len(value):
        return column_of([], result)
    parts = parts_of(value)
    if parts is None:
        return column_of([_of_items(cell, function, result) for cell in cells(value)], result)
    return _as_wide(function(parts), value, result)


def _as_wide(found: Any, value: Any, kind: Kind) -> Any:
    """What came out for all the cells of a column is repeated for each."""
    if value.__class__ is Column and found.__class__ is not Column:
        return column_of([found] * len(value), kind)
    return found


# Items by position.


def _at(kinds: tuple[Kind, ...], result: Kind, make: Make) -> Function:
    items = _items(kinds)
    common = promote(*items) if promote(*items) == result else ANY
    brought = [converter(kind, common, make) for kind in items]
    choosers = _choosers(items, make)

    def of_one(parts: tuple[Any, ...], index: int) -> Any:
        if not -len(parts) <= index < len(parts):
            return None
        return brought[index](parts[index])

    def at(value: Any, index: Any) -> Any:
        if index is None:
            if value.__class__ is Column and not len(value):
                return column_of([], result)  # of no cells nothing is asked
            raise TypeError("an index is null")
        if index.__class__ is not Column:
            return _of_items(value, partial(of_one, index=index), result)
        if index.valid is not None or parts_of(value) is None:
            return _row_by_row(of_one, value, index, result)
        return _chosen(choosers, parts_of(value) or (), index, result)

    return at


def _row_by_row(of_one: Function, value: Any, index: Column, result: Kind) -> Column:
    rows = cells(value) if value.__class__ is Column else [value] * len(index)
    return column_of([of_one(*row) for row in zip(rows, cells(index), strict=True)], result)


def _choosers(items: tuple[Kind, ...], make: Make) -> list[Function]:
    """For each item what chooses between it and those before."""
    choosers: list[Function] = []
    kind: Kind = NULL
    for item in items:
        both = promote(item, kind)
        choosers.append(make("select", (BOOLEAN, item, kind), both))
        kind = both
    return choosers


def _chosen(choosers: list[Function], parts: tuple[Any, ...], index: Column, result: Kind) -> Any:
    """The item at the index of each cell: the items one after the other, each where it is meant."""
    place = np.where(index.values < 0, index.values + len(parts), index.values)
    is_there = (place >= 0) & (place < len(parts))
    found: Any = None
    for number, (part, choose) in enumerate(zip(parts, choosers, strict=True)):
        if number == 0 and is_there.all():
            found = part
        else:
            found = choose(Column((place == number).astype(np.bool_, copy=False)), part, found)
    return found if found.__class__ is Column else column_of([found] * len(index), result)


def converter(kind: Kind, result: Kind, make: Make) -> Callable[[Any], Any]:
    """What brings an item to the kind that a choice among items has; null stays null."""
    if kind in (result, NULL) or result is ANY:
        return lambda value: value
    if isinstance(result, TupleOf) and isinstance(kind, TupleOf):
        pairs = zip(kind.items, result.items, strict=True)
        return partial(_converted, [converter(*pair, make) for pair in pairs], result)
    return partial(_with_null, make("coalesce", (kind, result), result))


def _with_null(coalesce: Function, value: Any) -> Any:
    return coalesce(value, None)


def _converted(items: list[Callable[[Any], Any]], result: Kind, value: Any) -> Any:
    if value is None:
        return None
    parts = parts_of(value)
    if parts is None:
        return column_of([_converted(items, result, cell) for cell in cells(value)], result)
    found = tuple(convert(part) for convert, part in zip(items, parts, strict=True))
    return collected(found, len(value)) if value.__class__ is Column else MadeTuple(found)


# Folds of the items.


def _folding(function: str, empty: Any, start: Kind | None = None) -> Callable[..., Function]:
    """A fold by a function of two; `empty` is what comes out where there is no item."""

    def make_fold(kinds: tuple[Kind, ...], result: Kind, make: Make) -> Function:
        items = _items(kinds)
        steps, kind = [], items[0] if items else NULL
        for item in items[1:]:
            joined = start or promote(kind, item)
            steps.append(make(function, (kind, item), joined))
            kind = joined

        def fold(parts: tuple[Any, ...]) -> Any:
            if not parts:
                return empty
            found = parts[0] if steps else _not_null(parts[0])
            for step, part in zip(steps, parts[1:], strict=True):
                found = step(found, part)
            return found

        return lambda value: _of_items(value, fold, result)

    return make_fold


def _not_null(part: Any) -> Any:
    if not np.all(presence(part)):
        raise TypeError("there is a null among the items")
    return part


def _mean(kinds: tuple[Kind, ...], result: Kind, make: Make) -> Function:
    items = _items(kinds)
    if not items:
        return lambda value: _as_wide(float("nan"), value, FLOAT)
    total = promote(*items)
    add_up = _sum(kinds, total, make)
    divide = make("divide", (total, INTEGER), result)
    return lambda value: divide(add_up(value), len(items))


def _size(kinds: tuple[Kind, ...], _result: Kind, _make: Make) -> Function:
    size = len(_items(kinds))
    return lambda value: _of_items(value, lambda _: size, INTEGER)


# Choices between whole tuples.


def _select(kinds: tuple[Kind, ...], result: Kind, make: Make) -> Function:
    _, first, second = kinds
    bring = converter(first, result, make), converter(second, result, make)
    parts = zip(_items((first,)), _items((second,)), strict=False)  # one may be null
    of_parts = [make("select", (BOOLEAN, a, b), promote(a, b)) for a, b in parts]

    def of_one(condition: bool | None, a: Any, b: Any) -> Any:
        if condition is None:
            raise TypeError("a condition is null")
        return bring[0](a) if condition else bring[1](b)

    def select(condition: Any, a: Any, b: Any) -> Any:
        size = next((len(x) for x in (condition, a, b) if x.__class__ is Column), None)
        if size is None:
            return of_one(condition, a, b)
        left, right = parts_of(a), parts_of(b)
        if left is None or right is None or not size:  # of no cells nothing is asked
            rows = zip(*(_each(x, size) for x in (condition, a, b)), strict=True)
            return column_of([of_one(*row) for row in rows], result)
        chosen = zip(of_parts, left, right, strict=True)
        return collected(tuple(choose(condition, x, y) for choose, x, y in chosen), size)

    return select


def _each(argument: Any, size: int) -> list[Any]:
    return cells(argument) if argument.__class__ is Column else [argument] * size


def _coalesce(kinds: tuple[Kind, ...], result: Kind, make: Make) -> Function:
    first, second = (converter(kind, result, make) for kind in kinds)

    def coalesce(a: Any, b: Any) -> Any:
        size = next((len(x) for x in (a, b) if x.__class__ is Column), None)
        if size is None:
            return second(b) if a is None else first(a)
        if parts_of(a) is not None:
            return _as_wide(first(a), b, result)
        rows = zip(_each(a, size), _each(b, size), strict=True)
        return column_of([second(y) if x is None else first(x) for x, y in rows], result)

    return coalesce


_sum = _folding("add", 0)
_FUNCTIONS: dict[str, Callable[..., Function]] = {
    "at": _at,
    "sum": _sum,
    "min": _folding("min_of", None),
    "max": _folding("max_of", None),
    "any": _folding("or", False),
    "all": _folding("and", True),
    "join": _folding("concat", "", STRING),
    "mean": _mean,
    "count": _size,
    "array_size": _size,
}
_CHOICES: dict[str, Callable[..., Function]] = {"select": _select, "coalesce": _coalesce}
