"""Imports without imports: a tree in which calls of other schemas are what they call.

A call means the declaration of the other schema with its inputs replaced by the arguments. So that
is written down here, on trees: each call gets copies of the declarations that it needs, under names
of its own, and where they read an input stands the argument, or the path in the caller's data.
"""

import re
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

from list_folds import FOLDS

from kumi.places import Source
from kumi.syntax import nodes
from kumi.syntax.text import parse

CONVERTED = ("float", "decimal")
"""Kinds that numbers of other kinds are brought to."""


def tree_of_file(path):
    """The tree of a file, with everything that it imports brought in."""
    path = Path(path)
    tree = parse(Source(str(path), path.read_text(encoding="utf-8")), "Program")
    imported = {
        name: tree_of_file(path.parent / file_of(one.module))
        for one in tree.imports
        for name in one.names
    }
    return without_imports(tree, imported)


def without_imports(tree, imported):
    """A tree with everything brought in; `imported` has the schema, without imports, of a name."""
    return _Bringing(tree, imported).tree()


def file_of(module):
    """`Shared::SalesTax` is `shared/sales_tax.kumi`."""
    parts = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part).lower() for part in module.split("::")]
    return f"{'/'.join(parts)}.kumi"


def is_axes(node):
    """Whether it is the same value, with the axes of an imported formula or of its caller.

    The last argument says how deep in imports that formula is, 1 where the caller is the schema.
    """
    return isinstance(node, nodes.Call) and node.function in ("own_axes", "callers_axes")


def body_of(body, change):
    """A declaration's body with each of its expressions changed."""
    if not isinstance(body, nodes.Cascade):
        return change(body)
    cases = [
        replace(one, conditions=tuple(map(change, one.conditions)), result=change(one.result))
        for one in body.cases
    ]
    base = None if body.base is None else change(body.base)
    return replace(body, cases=tuple(cases), base=base)


def with_parts(node, change):
    """An expression with each of its operands changed."""
    match node:
        case nodes.Call():
            named = tuple((key, change(value)) for key, value in node.named)
            return replace(node, args=tuple(map(change, node.args)), named=named)
        case nodes.Tuple():
            return replace(node, items=tuple(map(change, node.items)))
        case nodes.Object():
            return replace(node, fields=tuple((key, change(value)) for key, value in node.fields))
    return node


class _Bringing:
    def __init__(self, tree, imported):
        self.of = tree
        self.imported = imported
        self.declarations = {one.name: one for one in tree.declarations}
        self.copies = {}
        self.own = {}
        self.numbers = count(1)

    def tree(self):
        own = [replace(one, body=self.body(one.name)) for one in self.of.declarations]
        return replace(self.of, declarations=(*own, *self.copies.values()), imports=())

    def body(self, name):
        """What a declaration is, of the schema itself or a copy, with nothing imported left."""
        if name in self.copies:
            return self.copies[name].body
        if name not in self.own:
            self.own[name] = body_of(self.declarations[name].body, self.expression)
        return self.own[name]

    def expression(self, node):
        node = with_parts(node, self.expression)
        if not isinstance(node, nodes.Call) or node.function not in self.imported:
            return node
        literals = {key: nodes.Constant(node.place, value) for key, value in node.options}
        call = _Call(self, self.imported[node.function], literals | dict(node.named))
        level = nodes.Constant(node.place, 1)
        found = call.declaration(node, node.function)
        return nodes.Call(node.place, "callers_axes", (found, level))

    def is_array(self, node):
        """Whether it is the path of an array of the input, and not of what lies in it."""
        if not isinstance(node, nodes.InputPath):
            return False
        one, *steps = node.path
        found = next(each for each in self.of.inputs if each.name == one)
        for step in steps:
            found = child(found, step)
        return found.kind == "array"

    def depth(self, node):
        """How many axes an expression has."""
        match node:
            case nodes.InputPath():
                return self.arrays_on(node.path)
            case nodes.Name():
                return max(map(self.depth, nodes.roots(self.body(node.name))))
            case nodes.Call(function="index"):
                asked = node.args[0].value
                is_path = isinstance(asked, tuple)
                path = asked if is_path else element_with_index(self.of.inputs, asked.name)
                return self.arrays_on(path)
        depth = max(map(self.depth, nodes.children(node)), default=0)
        if not isinstance(node, nodes.Call):
            return depth
        is_fold = node.function in FOLDS and self.kind_of_folded(node) is not nodes.Tuple
        return depth - is_fold + (node.function == "cross")

    def kind_of_folded(self, node):
        found = node.args[0]
        while isinstance(found, nodes.Name) or is_axes(found):
            found = found.args[0] if is_axes(found) else self.body(found.name)
        return type(found)

    def deepest(self, node):
        """The path of an expression that goes into most arrays; none where it has no path."""
        paths, todo = [()], [node]
        while todo:
            one = todo.pop()
            if isinstance(one, nodes.InputPath):
                paths.append(one.path)
            elif isinstance(one, nodes.Name):
                todo += nodes.roots(self.body(one.name))
            else:
                todo += nodes.children(one)
        return max(paths, key=self.arrays_on)

    def arrays_on(self, path):
        return arrays_on(self.of.inputs, path)

    def behind_names(self, node):
        """The object, path or literal that a name stands for; itself, where it is computed."""
        found = node
        while isinstance(found, nodes.Name) or is_axes(found):
            found = found.args[0] if is_axes(found) else self.body(found.name)
        return found if isinstance(found, nodes.Object | nodes.InputPath | nodes.Constant) else node

    def singles(self, whole, parameter):
        """The single values of an object, those of the objects in it too; none of its arrays."""
        known = {one.name: one for one in parameter.children or ()}
        for name, field in whole.fields:
            one, value = known.get(name), self.behind_names(field)
            if one is None or not one.children:
                yield field
            elif one.kind == "hash" and isinstance(value, nodes.Object):
                yield from self.singles(value, one)
            elif one.kind == "hash" and isinstance(value, nodes.InputPath):
                yield from self.single_at(value)

    def single_at(self, record):
        """One of the values in a record of the input."""
        children, path = self.of.inputs, record.path
        for step in record.path:
            children = next(one for one in children if one.name == step).children
        while children:
            one = next((one for one in children if one.kind != "array"), None)
            if one is None:
                return
            path, children = (*path, one.name), one.children
        yield nodes.InputPath(record.place, path)


class _Call:
    """One call: what of the other schema has been copied for it."""

    def __init__(self, caller, schema, arguments):
        self.caller, self.arguments = caller, arguments
        self.inputs = {one.name: one for one in schema.inputs}
        self.declarations = {one.name: one for one in schema.declarations}
        self.number = next(caller.numbers)

    def declaration(self, node, name):
        """A reference to the copy of a declaration."""
        copy = f"{name} of call {self.number}"
        if copy not in self.caller.copies:
            one = self.declarations[name]
            self.caller.copies[copy] = None  # what it needs comes behind it
            body = body_of(one.body, self.expression)  # a trait is no output of its own
            self.caller.copies[copy] = replace(one, name=copy, kind="trait", body=body)
        return nodes.Name(node.place, copy)

    def expression(self, node):
        match node:
            case nodes.Name():
                return self.declaration(node, node.name)
            case nodes.InputPath():
                return self.argument(node, node.path)
            case nodes.Call(function="index"):
                return self.index(node)
            case nodes.Call(args=(nodes.InputPath() as array,)) if self.is_computed(array.path):
                return self.length(node, array.path)
        return deeper(with_parts(node, self.expression))

    def argument(self, node, path):
        return own_axes(self.found(node, path), self.arrays_on(path))

    def arrays_on(self, path):
        return arrays_on(self.inputs.values(), path)

    def found(self, node, path):
        name, *rest = path
        parameter, given = self.inputs[name], self.arguments[name]
        if not rest:
            return brought(given, parameter)
        given, element = self.caller.behind_names(given), None
        while rest:
            if parameter.kind == "array" and not self.caller.is_array(given):
                element = given, parameter.children[0]
            elif parameter.kind == "hash" and isinstance(given, nodes.Object):
                given = self.caller.behind_names(dict(given.fields)[rest[0]])
            else:
                break
            parameter = child(parameter, rest.pop(0))
        last, arrays = parameter, 0
        for step in rest:
            arrays += last.kind == "array"
            last = child(last, step)
        if not rest or isinstance(given, nodes.Constant):  # below null every field reads null
            found = brought(given, last)
        else:
            found = self.path(node, given.path, parameter, rest)
        if element is None or not isinstance(element[0], nodes.Object) or last.children or arrays:
            return found
        longest = max(self.caller.singles(*element), key=self.caller.depth)
        if self.caller.depth(found) == self.caller.depth(longest):
            return found
        return nodes.Call(node.place, "as_long_as", (found, longest))

    def path(self, node, path, parameter, rest):
        """The caller's path for what lies below a parameter: elements may have other names."""
        there = self.caller.of.inputs
        for step in path:
            one = next(each for each in there if each.name == step)
            there = one.children or ()
        for step in rest:
            if parameter.kind == "array":
                (one,) = there
            else:
                one = next((each for each in there if each.name == step), None)
                if one is None:
                    return nodes.Constant(node.place, None)
            path, there, parameter = (*path, one.name), one.children or (), child(parameter, step)
        return brought(nodes.InputPath(node.place, tuple(path)), parameter)

    def index(self, node):
        """The position in the caller's array: told by the path of its elements."""
        asked = node.args[0].value
        if isinstance(asked, tuple):  # brought in with what that schema imports
            element = asked
        else:
            element = element_with_index(self.inputs.values(), asked.name)
        if self.is_computed(element[:-1]):
            path = self.element_of_computed(node, element[:-1])
        else:
            found = self.found(node, element)
            path = (found.args[0] if isinstance(found, nodes.Call) else found).path
        made = replace(node, args=(nodes.Constant(node.place, path),))
        return own_axes(made, self.arrays_on(element))

    def is_computed(self, path):
        """Whether an array is no array of the caller's, but an expression of its elements."""
        one, given = self.inputs.get(path[0]), self.arguments.get(path[0])
        if one is None or given is None:
            return False
        for step in path[1:]:
            one = child(one, step)
        return one.kind == "array" and not self.caller.is_array(self.unbrought(path))

    def unbrought(self, path):
        """What is given for a whole array."""
        found = self.found(nodes.InputPath(None, path), path)
        return self.caller.behind_names(found)

    def length(self, node, path):
        """How long a computed array is: how many cells lie in it."""
        cells, out, inside = self.cells_in(node, path)
        length = nodes.Call(node.place, "length_of", (cells, nodes.Constant(node.place, out)))
        return own_axes(length, inside - out)

    def element_of_computed(self, node, path):
        """The path of the elements of the caller's array along which a computed one goes."""
        cells, out, _ = self.cells_in(node, path)
        found = self.caller.deepest(cells)
        wanted = self.caller.arrays_on(found) - out + 1
        return next(
            found[:n] for n in range(len(found) + 1) if self.caller.arrays_on(found[:n]) == wanted
        )

    def cells_in(self, node, path):
        """Some cells of a computed array, along how many axes from it on, and along how many."""
        one = self.inputs[path[0]]
        for step in path[1:]:
            one = child(one, step)
        leaf, out = path, 0
        while one.children:
            out += one.kind == "array"
            one = one.children[0]
            leaf = (*leaf, one.name)
        return self.found(node, leaf), out, self.arrays_on(leaf)


def own_axes(node, count):
    """A value as the formula has it that is called: so many axes, the last, are its own."""
    count, level = nodes.Constant(node.place, count), nodes.Constant(node.place, 1)
    return nodes.Call(node.place, "own_axes", (node, count, level))


def deeper(node):
    """What was brought into a schema, where that is brought into another one."""
    if not is_axes(node):
        return node
    *args, level = node.args
    return replace(node, args=(*args, replace(level, value=level.value + 1)))


def brought(node, parameter):
    """An argument as the declared kind."""
    if parameter.kind == "date" and isinstance(node, nodes.Constant) and type(node.value) is str:
        return nodes.Constant(node.place, date.fromisoformat(node.value))
    if parameter.kind not in CONVERTED:
        return node
    return nodes.Call(node.place, f"as_{parameter.kind}", (node,))


def arrays_on(inputs, path):
    """How many arrays a path goes into."""
    if not path:
        return 0
    one, count = next(each for each in inputs if each.name == path[0]), 0
    for step in path[1:]:
        count += one.kind == "array"
        one = child(one, step)
    return count


def child(one, name):
    return next(each for each in one.children if each.name == name)


def element_with_index(inputs, name, above=()):
    """The path of the elements of the array that is declared with an index."""
    for one in inputs:
        path = (*above, one.name)
        if one.index == name:
            return (*path, one.children[0].name)
        found = element_with_index(one.children or (), name, path)
        if found:
            return found
    return None
