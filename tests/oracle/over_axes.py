"""Functions over axes: what one cell means, applied to nested lists.

A value is its kind, its axes, and its cells: lists nested as deep as there are axes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import along_arrays
import more_functions as more
from cell_functions import MAPS, PASSING, Loose, Unsaid, converted, equal_numbers
from exact_numbers import as_decimal
from gathered_values import OF_NOTHING, STEPS, folded, is_tuple
from given_data import is_of
from kinds_of_results import CHOICES, NUMBERS, kind_of
from list_folds import FOLDS


class Failed(Exception):
    """There is no value; `kinds` are the exceptions that the operations at fault raise."""

    def __init__(self, kinds):
        super().__init__(kinds)
        self.kinds = frozenset(kinds)


@dataclass
class Value:
    kind: Any
    axes: tuple
    cells: Any


def constant(value):
    names = {type(None): "null", bool: "boolean", int: "integer", float: "float", str: "string"}
    names[date] = "date"
    names[Decimal] = "decimal"
    return Value(names.get(type(value), "symbol"), (), value)


def gathered(kind, parts, make):
    """The parts of every cell as one value."""
    axes = along_arrays.joined([part.axes for part in parts]) if parts else ()
    return Value(kind, axes, along_arrays.each(make, [(p.axes, p.cells) for p in parts], axes))


def items_of(value):
    """The items of a tuple, each with the axes of the whole."""
    return [
        Value(kind, value.axes, _each(lambda cell, n=n: cell[n], [(len(value.axes), value.cells)]))
        for n, kind in enumerate(value.kind[1])
    ]


def fold_of_items(function, value):
    """A fold of a tuple: the axes stay."""

    def each(meaning, item):
        cells = _each(_meaning(function, meaning), [(len(item.axes), item.cells)])
        return Value(item.kind, item.axes, _sound(cells, len(item.axes)))

    found = folded(function, items_of(value), called, constant, each)
    if found is not None:
        return found
    nothing, kind = OF_NOTHING[function]
    depth = [(len(value.axes), value.cells)]
    return Value(kind, value.axes, _each(lambda _: nothing, depth))


def called(function, args, options=None):
    options = {key: getattr(one, "name", one) for key, one in (options or {}).items()}
    if function in ("shift", "roll"):
        return moved(function, *args, options)
    if function in ("cross", "outer"):
        return paired(function, *args)
    if function in ("lookup", "bracket"):
        return searched(function, args, options)
    if function in SAID_WITH_OTHERS:
        return SAID_WITH_OTHERS[function](*args)
    if is_tuple(args[0].kind) and function in STEPS:
        return fold_of_items(function, args[0])
    kind = kind_of(function, [arg.kind for arg in args])
    if function in FOLDS and not is_tuple(args[0].kind):
        (arg,) = args
        fold = _meaning(
            function, lambda *items: as_it_is(FOLDS[function](list(items), arg.kind), kind)
        )
        cells = _each(lambda items: fold(*items), [(len(arg.axes) - 1, arg.cells)])
        return Value(kind, arg.axes[:-1], _sound(cells, len(arg.axes) - 1))
    bring = {"at": element, "quotient": lambda found, _kind: found}.get(
        function, converted if function in CHOICES else as_it_is
    )
    if is_tuple(args[0].kind):
        bring = converted if function == "at" else bring
        function = "size" if function == "count" else function
    meaning = _of_kinds(function, {arg.kind for arg in args})
    mean = _meaning(function, lambda *cells: bring(meaning(*cells, **options), kind))
    axes = along_arrays.joined([arg.axes for arg in args])
    cells = along_arrays.each(mean, [(arg.axes, arg.cells) for arg in args], axes)
    return Value(kind, axes, _sound(cells, len(axes)))


def moved(function, value, by, options):
    policy = options.get("policy", "zero" if function == "shift" else "wrap")
    fill, offset = along_arrays.ZEROS.get(value.kind), options.get("axis_offset", 0)
    depth = len(value.axes)
    cells = along_arrays.shifted(value.cells, depth, by.cells, policy, offset, fill)
    return Value(value.kind, value.axes, cells)


def paired(function, value):
    *above, last = value.axes
    if function == "outer":
        return Value(value.kind, (*above, along_arrays.beside(last)), value.cells)
    cells = along_arrays.crossed(value.cells, len(value.axes))
    return Value(value.kind, (*above, last, f"{last}'"), cells)


def _of_kinds(function, kinds):
    """The function; of numbers among which there is a decimal, equality is stricter."""
    if function in ("equal", "not_equal") and "decimal" in kinds and kinds <= set(NUMBERS):
        return lambda a, b: equal_numbers(a, b) is (function == "equal")
    return (MAPS | more.MORE)[function]


def searched(function, args, options):
    """A value of a table's row for each cell; every table is looked at, also where no cell is."""
    keys, columns, x, bounds, values = more.parts(function, args)
    table = [*columns, *([bounds] if bounds else []), values]
    around = values.axes[:-1]
    tables = [(len(around), column.cells) for column in table]
    default = converted(options.get("default"), values.kind)

    def rows_of(*columns):
        *found, shown = columns
        if function == "bracket":
            *found, limits = found
            return [((*k,), b, v) for *k, b, v in zip(*found, limits, shown, strict=True)]
        return [((*k,), v) for *k, v in zip(*found, shown, strict=True)]

    check = more.check_bracket if bounds else more.check_lookup
    checked = _each(_meaning(function, lambda *t: check(rows_of(*t))), tables)

    def find(*given):
        asked, rows = given[: len(keys)], rows_of(*given[-len(table) :])
        if function == "lookup":
            return more.lookup(asked, rows, default)
        return more.bracket(given[len(keys)], asked, rows, default, options.get("ends"))

    of_cells = [*keys, *([x] if x else [])]
    axes = max([around, *(one.axes for one in of_cells)], key=len)
    pairs = [*((len(one.axes), one.cells) for one in of_cells), *tables]
    found = _each(_meaning(function, find), pairs)
    _all_sound((checked, len(around)), (found, len(axes)))
    return Value(values.kind, axes, found)


def _all_sound(*results):
    """Raise Failed with the exceptions of all, of which any may come first."""
    kinds = set()
    for cells, depth in results:
        try:
            _sound(cells, depth)
        except Failed as failed:
            kinds |= failed.kinds
    if kinds:
        raise Failed(kinds)


def as_it_is(value, _kind):
    return as_decimal(value) if type(value) is Fraction else value


def element(value, kind):
    """What was found in a whole array, whose elements nobody has looked at before."""
    if not is_of(value, kind):
        raise TypeError("not of the declared kind")
    return converted(value, kind)


def _each(function, args):
    """Apply to every cell of the deepest argument; the others are repeated below their own cells.

    `args` are pairs of how many axes are left and the cells.
    """
    if not any(depth for depth, _ in args):
        return function(*(cells for _, cells in args))
    size = next(len(cells) for depth, cells in args if depth)
    return [
        _each(function, [(d - 1, cells[at]) if d else (0, cells) for d, cells in args])
        for at in range(size)
    ]


class _NoValue:
    def __init__(self, kind):
        self.kind = kind


def _meaning(name, function):
    """The function, with an exception in place of a value that is not there."""

    def apply(*cells):
        if name not in PASSING and any(type(cell) is Loose for cell in cells):
            raise Unsaid
        try:
            return function(*cells)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            return _NoValue(type(error))

    return apply


def _sound(cells, depth):
    """The cells, if all have a value."""
    flat = [cells]
    for _ in range(depth):
        flat = [cell for part in flat for cell in part]
    kinds = {cell.kind for cell in flat if isinstance(cell, _NoValue)}
    if kinds:
        raise Failed(kinds)
    return cells


def _broadcast(values, condition):
    """Both over the longer axes."""
    axes = along_arrays.joined([values.axes, condition.axes])
    pairs = [(values.axes, values.cells), (condition.axes, condition.cells)]
    first = along_arrays.each(lambda value, _: value, pairs, axes)
    second = along_arrays.each(lambda _, match: match, pairs, axes)
    return Value(values.kind, axes, first), Value(condition.kind, axes, second)


def _sum_if(values, condition):
    values, condition = _broadcast(values, condition)
    return called("sum", [called("select", [condition, values, constant(0)])])


def _count_if(values, match):
    equal = called("equal", [values, match])
    return called("sum", [called("select", [equal, constant(1), constant(0)])])


def _mean_if(*args):
    return called("divide", divided("mean_if", args))


def divided(function, args):
    """What a function divides by what; None where it is no quotient."""
    if function == "divide":
        return args
    if function == "mean":
        (arg,) = args
        count = constant(len(arg.kind[1])) if is_tuple(arg.kind) else called("count", args)
        return [called("sum", args), count]
    if function == "mean_if":
        values, condition = _broadcast(*args)
        return [_sum_if(values, condition), _count_if(condition, constant(True))]
    return None


SAID_WITH_OTHERS = {"sum_if": _sum_if, "count_if": _count_if, "mean_if": _mean_if}
