"""The oracle: evaluates a schema's tree cell by cell, with nested lists and nothing of the VM."""

from dataclasses import replace
from functools import partial, reduce

import along_arrays
from brought_in import is_axes
from gathered_values import as_object, as_tuple, is_tuple
from given_data import axes_of, given, kind_at
from over_axes import Failed, Value, called, constant, divided, gathered

from kumi.syntax import nodes


class BadInput(Exception):
    """The data does not fit the input block; `paths` are the places at fault."""

    def __init__(self, paths):
        super().__init__(paths)
        self.paths = frozenset(paths)


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
            cells = given(root, path[1:], self.data, root.name, bad)
            self.loaded[path] = Value(kind_at(root, path[1:]), axes_of(root, path), cells)
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
            return asked, axes_of(root, asked)
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
        if node.function in OF_CELLS:
            return OF_CELLS[node.function](*map(self.expression, node.args))
        if node.function == "at":
            return self._item(*node.args)
        if is_axes(node):
            return self._with_axes(node)
        args = self._all(node.args)
        if node.function in ("round", "round_to", "floor", "ceil", "to_integer"):
            args[0] = self._unrounded(node.args[0], args[0])
        return called(node.function, args, dict(node.options))

    def _with_axes(self, node):
        """An argument as the imported formula has it; what that gives, as the caller has it."""
        value = self.expression(node.args[0])
        *_, level = node.args
        if node.function == "own_axes":
            axes = along_arrays.own(value.axes, node.args[1].value, level.value)
        else:
            around = along_arrays.around_arrays(self.inputs)
            axes = along_arrays.callers(value.axes, around, level.value)
        return replace(value, axes=axes)

    def _unrounded(self, node, value):
        """A quotient of decimals as it is before it has 28 digits, also by another name."""
        while isinstance(node, nodes.Name) or is_axes(node):
            node = node.args[0] if is_axes(node) else self.declarations[node.name].body
        if value.kind != "decimal" or not isinstance(node, nodes.Call):
            return value
        parts = divided(node.function, self._all(node.args))
        return value if parts is None else replace(called("quotient", parts), axes=value.axes)

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


def as_long_as(value, *others):
    """A value for each cell of several together."""
    parts = [(one.axes, one.cells) for one in (value, *others)]
    axes = along_arrays.joined([axes for axes, _ in parts])
    return Value(value.kind, axes, along_arrays.each(lambda one, *_: one, parts, axes))


def length_of(value, out):
    """How many elements the arrays have that are so many axes out."""
    axes = value.axes[: len(value.axes) - out.cells]
    return Value("integer", axes, along_arrays.lengths(value.cells, len(axes)))


OF_CELLS = {"as_long_as": as_long_as, "length_of": length_of}
"""What is asked of arrays that are computed, by what this is called in trees."""


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
