"""The oracle: evaluates a schema's tree cell by cell, with nested lists and nothing of the VM.

A value is its kind, its axes, and its cells: lists nested as deep as there are axes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import along_arrays
import more_functions as more
from cell_functions import (
    CHOICES,
    FOLDS,
    MAPS,
    NUMBERS,
    PASSING,
    Loose,
    Unsaid,
    as_date,
    converted,
    equal_numbers,
    kind_of,
    same,
    to_decimal,
)
from exact_numbers import as_decimal
from gathered_values import OF_NOTHING, STEPS, as_object, as_tuple, folded, is_tuple

from kumi.syntax import nodes

PYTHON = {
    "integer": int,
    "float": float,
    "string": str,
    "boolean": bool,
    "hash": dict,
    "date": date,
}


class Failed(Exception):
    """There is no value; `kinds` are the exceptions that the operations at fault raise."""

    def __init__(self, kinds):
        super().__init__(kinds)
        self.kinds = frozenset(kinds)


class BadInput(Exception):
    """The data does not fit the input block; `paths` are the places at fault."""

    def __init__(self, paths):
        super().__init__(paths)
        self.paths = frozenset(paths)


@dataclass
class Value:
    kind: Any
    axes: tuple
    cells: Any


def evaluate(schema, data, *names):
    """The outputs by name: all values and lets, or `names`. Raises Failed or BadInput."""
    run = _Run(schema, data)
    wanted = names or [one.name for one in schema.declarations if one.kind != "trait"]
    run.load(wanted)
    results, kinds = {}, set()
    for name in wanted:
        try:
            results[name] = run.declaration(name).cells
        except Failed as failed:
            kinds |= failed.kinds
    if kinds:
        raise Failed(kinds)
    return results


class _Run:
    def __init__(self, schema, data):
        self.inputs = schema.inputs
        self.declarations = {one.name: one for one in schema.declarations}
        self.data = data
        self.known = {}
        self.loaded = {}

    # -- the input

    def load(self, wanted):
        """Every leaf that the outputs read; any that does not fit is a bad input."""
        bad = set(self.data) - {one.name for one in self.inputs}
        for path in self._paths(wanted):
            root = next(one for one in self.inputs if one.name == path[0])
            cells = _given(root, path[1:], self.data, root.name, bad)
            self.loaded[path] = Value(_kind_at(root, path[1:]), _axes(root, path), cells)
        if bad:
            raise BadInput(bad)

    def _paths(self, wanted):
        names, paths, todo = set(), set(), list(wanted)
        while todo:
            name = todo.pop()
            if name in names:
                continue
            names.add(name)
            for node in nodes.distinct(*nodes.roots(self.declarations[name].body)):
                if isinstance(node, nodes.InputPath):
                    paths.add(node.path)
                elif isinstance(node, nodes.Name):
                    todo.append(node.name)
        return paths | self._counted(paths, names)

    def _counted(self, paths, names):
        """The elements of arrays of which only the positions are asked for."""
        more = set()
        for name in names:
            for node in nodes.distinct(*nodes.roots(self.declarations[name].body)):
                if isinstance(node, nodes.Call) and node.function == "index":
                    element, _ = self._indexed(node)
                    *array, _ = element
                    through = [p for p in paths | more if [*p[: len(array)]] == array]
                    if not any(len(path) > len(array) for path in through):
                        more.add(element)
        return more

    def _indexed(self, node):
        """The path and the axes of the elements whose positions are asked for."""
        asked = node.args[0].value
        if isinstance(asked, tuple):  # of an array that was given to another schema
            root = next(one for one in self.inputs if one.name == asked[0])
            return asked, _axes(root, asked)
        return along_arrays.array_with_index(self.inputs, asked.name)

    def _positions(self, node):
        _, axes = self._indexed(node)
        found = next(one for one in self.loaded.values() if one.axes[: len(axes)] == axes)
        return Value("integer", axes, along_arrays.positions(found.cells, len(axes)))

    # -- declarations and expressions, each evaluated once

    def declaration(self, name):
        return self._once(name, lambda: self._body(self.declarations[name].body))

    def _once(self, key, compute):
        if key not in self.known:
            try:
                self.known[key] = compute()
            except Failed as failed:
                self.known[key] = failed
        if isinstance(self.known[key], Failed):
            raise self.known[key]
        return self.known[key]

    def _body(self, body):
        return self._cascade(body) if isinstance(body, nodes.Cascade) else self.expression(body)

    def expression(self, node):
        return self._once(node, lambda: self._computed(node))

    def _computed(self, node):
        match node:
            case nodes.Constant():
                return constant(node.value)
            case nodes.InputPath():
                return self.loaded[node.path]
            case nodes.Name():
                return self.declaration(node.name)
            case nodes.Tuple():
                parts = self._all(node.items)
                return gathered(("tuple", tuple(one.kind for one in parts)), parts, as_tuple)
            case nodes.Object():
                names, values = zip(*node.fields, strict=True) if node.fields else ((), ())
                return gathered("hash", self._all(values), as_object(names))
        if node.function == "index":
            return self._positions(node)
        if node.function == "at":
            return self._item(*node.args)
        args = self._all(node.args)
        if node.function in ("round", "round_to", "floor", "ceil"):
            args[0] = self._unrounded(node.args[0], args[0])
        return called(node.function, args, dict(node.options))

    def _unrounded(self, node, value):
        """A quotient of decimals as it is before it has 28 digits, also by another name."""
        while isinstance(node, nodes.Name):
            node = self.declarations[node.name].body
        if value.kind == "decimal" and isinstance(node, nodes.Call) and node.function == "divide":
            return called("quotient", self._all(node.args))
        return value

    def _item(self, of, position):
        """An item; of items without a common kind a literal position tells which kind it has."""
        whole, index = self._all([of, position])
        found = called("at", [whole, index])
        if found.kind == "any" and is_tuple(whole.kind) and isinstance(position, nodes.Constant):
            kinds, at = whole.kind[1], index.cells
            found.kind = kinds[at] if -len(kinds) <= at < len(kinds) else "null"
        return found

    def _all(self, parts):
        """The values of several expressions, all of them evaluated, as the language is strict."""
        return every([partial(self.expression, part) for part in parts])

    def _cascade(self, body):
        parts = [lambda: self._all(list(nodes.roots(body)))]
        parts += [partial(self._condition, case) for case in body.cases]
        _, *conditions = every(parts)
        value = constant(None) if body.base is None else self.expression(body.base)
        for case, condition in reversed(list(zip(body.cases, conditions, strict=True))):
            value = called("select", [condition, self.expression(case.result), value])
        return value

    def _condition(self, case):
        return joined(case.join, self._all(case.conditions))


def every(parts):
    """What all of them give, or all that any of them fails with."""
    values, kinds = [], set()
    for part in parts:
        try:
            values.append(part())
        except Failed as failed:
            kinds |= failed.kinds
    if kinds:
        raise Failed(kinds)
    return values


def joined(join, conditions):
    """A case's conditions as one."""
    both = "and" if join == "all" else "or"
    whole = reduce(lambda right, left: called(both, [left, right]), reversed(conditions))
    return called("not", [whole]) if join == "none" else whole


def constant(value):
    names = {type(None): "null", bool: "boolean", int: "integer", float: "float", str: "string"}
    names[date] = "date"
    names[Decimal] = "decimal"
    return Value(names.get(type(value), "symbol"), (), value)


# -- functions over axes


def gathered(kind, parts, make):
    """The parts of every cell as one value."""
    axes = max((part.axes for part in parts), key=len, default=())
    return Value(kind, axes, _each(make, [(len(part.axes), part.cells) for part in parts]))


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
        return Value(value.kind, (*above, f"*{last}"), value.cells)
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


def is_of(value, kind):
    """Whether data fits a kind, null included."""
    if value is None or kind == "any":
        return True
    if isinstance(kind, tuple) or kind == "array":
        return isinstance(value, list)
    if kind == "date":
        return type(as_date(value)) is date
    if kind == "decimal":
        return is_decimal(value)
    return type(value) is PYTHON[kind] or (kind == "float" and type(value) is int)


def is_decimal(value):
    try:
        to_decimal(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


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
    axes = max(values.axes, condition.axes, key=len)
    pairs = [(len(values.axes), values.cells), (len(condition.axes), condition.cells)]
    first = _each(lambda value, _: value, pairs)
    second = _each(lambda _, match: match, pairs)
    return Value(values.kind, axes, first), Value(condition.kind, axes, second)


def _sum_if(values, condition):
    values, condition = _broadcast(values, condition)
    return called("sum", [called("select", [condition, values, constant(0)])])


def _count_if(values, match):
    equal = called("equal", [values, match])
    return called("sum", [called("select", [equal, constant(1), constant(0)])])


def _mean_if(values, condition):
    values, condition = _broadcast(values, condition)
    return called("divide", [_sum_if(values, condition), _count_if(condition, constant(True))])


SAID_WITH_OTHERS = {"sum_if": _sum_if, "count_if": _count_if, "mean_if": _mean_if}


# -- paths through the input


class _Below:
    """A field of a hash that is null, and may be: it reads null."""


def _given(declared, path, holder, place, bad):
    """What a hash has for one of its fields, or the end of a path below it."""
    if declared.name in holder:
        return _cells(declared, path, holder[declared.name], place, bad)
    if not declared.null:
        bad.add(place)
        return []
    return _cells(declared, path, None, place, bad)


def _cells(declared, path, data, place, bad):
    """The cells at the end of a path, nested along the arrays that it passes.

    `place` is where we are, with indexes; `bad` collects the places that do not fit.
    """
    if not path:
        return _leaf(declared, data, place, bad)
    child = next(one for one in declared.children if one.name == path[0])
    below = f"{place}.{child.name}"
    if declared.kind == "hash" and (data is _Below or (data is None and declared.null)):
        return _cells(child, path[1:], _Below, below, bad)
    if not isinstance(data, list if declared.kind == "array" else dict):
        bad.add(place)
        return []
    if declared.kind == "hash":
        return _given(child, path[1:], data, below, bad)
    return [_cells(child, path[1:], one, f"{place}[{n}]", bad) for n, one in enumerate(data)]


def _leaf(declared, value, place, bad):
    """A value of the declared kind inside the domain, or null where it is admitted."""
    if value is _Below:
        return None
    if value is None and not (declared.null or declared.kind == "any"):
        bad.add(place)
    fits = is_of(value, declared.kind)
    value = converted(value, declared.kind) if fits else value
    if not fits or not _admitted(declared.domain, value):
        bad.add(place)
    return value


def _admitted(domain, value):
    if value is None or domain is None:
        return True
    if isinstance(domain, nodes.OneOf):
        listed = (one.name if isinstance(one, nodes.Symbol) else one for one in domain.values)
        return any(same(one, value) for one in listed)
    wanted = (date,) if type(domain.low) is date else (int, float, Decimal)
    if type(value) not in wanted:
        return False
    low, high = domain.low, domain.high
    if type(value) is Decimal:
        low, high = map(to_decimal, (low, high))
    above = low is None or value >= low
    below = high is None or value <= high
    return above and below and not (domain.exclusive and value == high)


def _kind_at(declared, path):
    for name in path:
        declared = next(one for one in declared.children if one.name == name)
    return _kind(declared)


def _kind(declared):
    if declared.kind == "array":
        return ("array", _kind(declared.children[0]))
    return declared.kind


def _axes(declared, path):
    """The arrays that were passed, each by its full path."""
    passed = []
    for depth, name in enumerate(path[1:], 1):
        if declared.kind == "array":
            passed.append(".".join(path[:depth]))
        declared = next(one for one in declared.children if one.name == name)
    return tuple(passed)
