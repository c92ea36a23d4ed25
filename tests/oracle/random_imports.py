"""Random schemas that import others, and what each of them is without its imports.

A schema that another one imports is drawn as any other. Its input stands once more in the input of
the importer, at the top or within an array, with other names for the elements: so there are arrays
to be given. For a scalar any expression is given.
"""

from dataclasses import dataclass, field, replace

from brought_in import element_with_index, without_imports
from random_inputs import PLACE, SCALARS, SOURCE, Block, Leaf
from random_schemas import Formulas
from typed import Typed, is_infinite, literal, sure

from kumi.schema import Schema
from kumi.syntax import nodes
from kumi.syntax.nodes import Call, Declaration, Import, Input, Name, SchemaTree

CALLS = 6
"""How often a schema calls others, at most: each call brings a copy."""
LESS = {"float": ["float", "integer"], "decimal": ["decimal", "integer", "float"]}
"""The kinds of arguments that a parameter of a kind takes."""


@dataclass
class Module:
    """A schema: its tree, what that is without imports, and what is known of its declarations."""

    tree: SchemaTree
    plain: SchemaTree
    block: Block
    declared: list
    modules: list = field(default_factory=list)

    def __post_init__(self):
        self.subject = type(self.tree.name, (Schema,), {"_parsed": self.tree})

    def needs(self, name):
        """The root inputs that a declaration reads, and the declarations that it needs."""
        declarations = {one.name: one for one in self.plain.declarations}
        found, todo, seen = set(), [name], set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            for node in nodes.distinct(*nodes.roots(declarations[name].body)):
                if isinstance(node, nodes.InputPath):
                    found.add(node.path[0])
                elif isinstance(node, Name):
                    todo.append(node.name)
                elif isinstance(node, Call) and node.function == "index":
                    found.add(self._counted(node.args[0].value))
        return found

    def _counted(self, asked):
        path = (
            asked if isinstance(asked, tuple) else element_with_index(self.tree.inputs, asked.name)
        )
        return path[0]


class Graft:
    """A module's input as part of the importer's: where each of its paths is found there."""

    def __init__(self, module, block, number):
        self.module, self.paths, self.number = module, {}, number
        root = f"g{number}"
        is_deep = block.rnd.randint(0, 1)
        self.axes = (root,) if is_deep else ()
        above = (root, f"row{number}") if is_deep else (root,)
        fields = tuple(
            self._copied(one, (one.name,), above, one.name) for one in module.tree.inputs
        )
        made = Input(PLACE, "hash", above[-1], children=fields)
        block.inputs += (Input(PLACE, "array", root, children=(made,)) if is_deep else made,)
        block.leaves += map(self._leaf, module.block.leaves)
        block.lineages += [self.lineage(one) for one in module.block.lineages]
        block.indexes += [
            (self._index(name), self.lineage(one)) for name, one in module.block.indexes
        ]

    def _copied(self, one, path, above, name):
        place = self.paths[path] = (*above, name)
        children = one.children and tuple(
            self._copied(each, (*path, each.name), place, each.name + "s" * (one.kind == "array"))
            for each in one.children
        )
        index = one.index and self._index(one.index)
        return replace(one, name=name, index=index, children=children)

    def _index(self, name):
        return f"{name}g{self.number}"

    def _leaf(self, one):
        axes = self.lineage(one.axes)
        return Leaf(self.paths[one.path], one.kind, axes, one.small, one.null)

    def lineage(self, axes):
        """Arrays of the module as they are reached from the importer's input."""
        return (*self.axes, *(".".join(self.paths[tuple(one.split("."))]) for one in axes))


class Importing(Formulas):
    """Formulas that now and then call what other schemas declare."""

    def __init__(self, rnd, block, modules):
        super().__init__(rnd, block)
        self.grafts = [Graft(one, block, n) for n, one in enumerate(modules)]
        self.used = {}
        self.calls = 0

    def leaf(self, kind, lineage, loose):
        if not self.rnd.randint(0, 2):
            found = self.called(kind, lineage, loose=loose)
            if found is not None:
                return found
        return super().leaf(kind, lineage, loose)

    def called(self, kind, lineage, *, loose):
        """A call whose result has this kind, any where it is None; None where nothing has."""
        fitting = [
            (graft, one)
            for graft in self.grafts
            for one in graft.module.declared
            if kind in (None, one.kind) and loose >= one.loose
        ]
        self.rnd.shuffle(fitting)
        for graft, one in fitting if self.calls < CALLS else ():
            needs = self._needed(graft, one)
            is_along = any(each.kind not in SCALARS for each in needs)
            along = graft.lineage(one.axes)
            if not is_along:
                return self._call(graft, one, needs, lineage)
            if along == lineage[: len(along)]:
                found = self._call(graft, one, needs, graft.axes)
                return replace(found, axes=along)
        return None

    def _needed(self, graft, one):
        needs = graft.module.needs(one.node.name)
        return [each for each in graft.module.tree.inputs if each.name in needs]

    def _call(self, graft, one, needs, lineage):
        self.calls += 1
        given = [(each.name, self._argument(graft, each, lineage)) for each in needs]
        self.rnd.shuffle(given)
        axes = max((each.axes for _, each in given), key=len, default=())
        named = tuple((name, each.node) for name, each in given)
        name = one.node.name
        self.used.setdefault(graft.module.tree.name, {})[name] = None
        return Typed(Call(PLACE, name, (), (), named), one.kind, axes, one.loose, one.null)

    def _argument(self, graft, parameter, lineage):
        if parameter.kind not in SCALARS:
            path = graft.paths[parameter.name,]
            return Typed(nodes.InputPath(PLACE, path), "given", graft.axes)
        if parameter.domain is not None and parameter.kind == "integer":
            found = self.few(lineage)
            return found if parameter.null else sure(found)
        kind = self.rnd.choice(LESS.get(parameter.kind, [parameter.kind]))
        found = self.expression(kind, lineage, self.rnd.randint(0, 2))
        if is_infinite(found.node):
            found = literal(2.5, "float")
        return found if parameter.null else sure(found)

    def declare(self, name, depth):
        if not self.rnd.randint(0, 2):
            return super().declare(name, depth)
        lineage = max(self.rnd.choices(self.block.lineages, k=3), key=len)
        found = self.called(None, lineage, loose=True)
        if found is None:
            return super().declare(name, depth)
        self.declared.append(replace(found, node=Name(PLACE, name)))
        return Declaration(PLACE, "value", name, found.node)

    def imports(self):
        return tuple(
            Import(PLACE, tuple(self.used[one.tree.name]), one.tree.name, one.subject)
            for one in (graft.module for graft in self.grafts)
            if one.tree.name in self.used
        )


def importing(rnd):
    """A schema that may import from others, of which the later may import from the earlier."""
    modules = []
    for number in range(rnd.choice([1, 2, 2, 3])):
        behind = rnd.sample(modules, rnd.randint(0, len(modules)))
        modules.append(_module(rnd, f"Module{number}", behind))
    return _module(rnd, "Random", rnd.sample(modules, rnd.randint(1, len(modules))))


def _module(rnd, name, modules):
    block = Block(rnd)
    formulas = Importing(rnd, block, modules)
    names = [f"{name.lower()}_{n}" for n in range(rnd.randint(1, 4))]
    declared = [formulas.declare(each, rnd.randint(1, 4)) for each in names]
    for one in declared:
        one.kind = "value" if one.kind == "trait" else one.kind
    rnd.shuffle(declared)
    tree = SchemaTree(name, SOURCE, PLACE, block.inputs, tuple(declared), formulas.imports())
    called = {
        each: module.plain for module in modules for each in formulas.used.get(module.tree.name, ())
    }
    return Module(tree, without_imports(tree, called), block, formulas.declared, modules)
