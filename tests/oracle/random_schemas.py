"""Random schemas whose every formula is right.

All choices are made by a `random.Random`.
"""

from dataclasses import replace
from datetime import date

from random_calls import MoreCalls
from random_folds import Folds
from random_gathering import Gathering
from random_inputs import PLACE, SCALARS, SOURCE, Block
from typed import Typed, finite, gives_null, literal, path_to, prepared, sure

from kumi.syntax.nodes import (
    Call,
    Cascade,
    Case,
    Declaration,
    Name,
    SchemaTree,
)

LITERALS = {
    "integer": [0, 1, 2, 3, -1, 7, 100_000, 2**53 + 1, 2**63, -(2**63), -(2**80), 10**400],
    "float": [0.0, -0.0, 0.5, 1.0, 2.5, -3.0, 0.1, 1e20, float("inf")],
    "decimal": ["0", "1.5", "-0.05", "0.07", "100", "1e-9", "92233720368547758.07", "-3"],
    "string": ["", "a", "b", "B", "é", "ß", "日本", "\U0001f600", " x\n", '"\\'],
    "boolean": [True, False],
    "date": [date(2024, 2, 29), date(2023, 12, 31), date(1, 1, 1), date(9999, 12, 31)],
}


class Formulas(MoreCalls, Gathering, Folds):
    """Draws expressions of a wanted kind whose axes are the beginning of a lineage."""

    def __init__(self, rnd, block):
        self.rnd = rnd
        self.block = block
        self.declared = []

    def expression(self, kind, lineage, depth, loose=False):
        if depth <= 0 or not self.rnd.randint(0, 5):
            return self.leaf(kind, lineage, loose)
        makers = [
            self.leaf,
            self.select,
            self.coalesce,
            self.neighbour,
            self.pairs,
            *self.makers(kind) * 2,
        ]
        maker = self.rnd.choice(makers)
        if maker in (self.leaf, self.select, self.coalesce, self.real, self.power_of_floats):
            return maker(kind, lineage, loose if maker == self.leaf else (depth - 1, loose))
        return maker(kind, lineage, depth - 1)

    def makers(self, kind):
        made = {
            "integer": [self.arithmetic] * 3 + [self.rounded, self.whole, self.converted, self.one_of_several,
                        self.found_in_a_table, self.power, self.clamp, self.fold, self.fold,
                        self.position, self.count, self.measure, self.count_if, self.of_dates],
            "float": [self.arithmetic] * 3 + [self.rounded, self.rounded, self.converted, self.one_of_several,
                      self.found_in_a_table, self.divide, self.divide, self.clamp, self.fold,
                      self.fold, self.mean, self.real, self.power_of_floats, self.square_root],
            "string": [self.found_in_a_table, self.one_of_several, self.concat, self.concat, self.case, self.repeat, self.fold, self.clamp, self.converted, self.converted],
            "boolean": [self.listed, self.logic, self.logic, self.negation, self.equality, self.equality,
                        self.order, self.order, self.is_null, self.quantifier],
        }  # fmt: skip
        made["decimal"] = [self.arithmetic] * 4 + [self.quotient, self.quotient, self.power]
        made["decimal"] += [self.rounded, self.rounded, self.one_of_several, self.found_in_a_table]
        made["decimal"] += [self.converted, self.clamp, self.fold, self.fold, self.exact_mean]
        made["date"] = [self.moved, self.moved, self.fold]
        if kind == "any":
            return [self.mixture, self.mixture, self.item]
        return [*made.get(kind, []), self.item, self.of_tuple]

    def leaf(self, kind, lineage, loose):
        rnd = self.rnd
        inside = lambda one: one.axes == lineage[: len(one.axes)]
        names = [t for t in self.declared if t.kind == kind and inside(t) and loose >= t.loose]
        paths = [one for one in self.block.leaves if one.kind == kind and inside(one)]
        deep = [one for one in paths if one.axes == lineage] or paths
        way = rnd.randint(0, 9)
        if names and way < 4:
            return rnd.choice(names)
        if paths and (way < 9 or deep[0].axes):
            found = rnd.choice(deep if way < 8 else paths)
            return path_to(found)
        return literal(rnd.choice(LITERALS.get(kind, [None])), kind)

    def call(self, function, kind, *args, loose=False):
        axes = max((arg.axes for arg in args), key=len)
        loose = loose or any(arg.loose for arg in args)
        args = finite(prepared(function, args))
        node = Call(PLACE, function, tuple(a.node for a in args))
        return Typed(node, kind, axes, loose, gives_null(function, args))

    # -- by the kind of the result

    def number(self, kind):
        below = {"float": ["float", "integer"], "decimal": ["decimal", "integer", "float"]}
        return self.rnd.choice(below.get(kind, [kind]))

    def pair(self, kind, lineage, depth):
        """Two numbers, one of them at least of the kind; or two of any other kind."""
        kinds = [kind, self.number(kind)]
        self.rnd.shuffle(kinds)
        return [self.expression(one, lineage, depth) for one in kinds]

    def arithmetic(self, kind, lineage, depth):
        name = self.rnd.choice(["add", "subtract", "multiply", "modulo", "abs"])
        a, b = self.pair(kind, lineage, depth)
        return self.call(name, kind, *(self.pick(kind, a, b) if name == "abs" else (a, b)))

    def pick(self, kind, a, b):
        return (a if a.kind == kind else b,)

    def power(self, kind, lineage, depth):
        return self.call("power", kind, self.expression(kind, lineage, depth), self.few(lineage))

    def power_of_floats(self, kind, lineage, depth):
        depth, loose = depth
        if not loose:
            return self.leaf(kind, lineage, loose)
        return self.call("power", kind, *self.pair(kind, lineage, depth), loose=True)

    def few(self, lineage):
        """A small integer, now and then negative."""
        small = [x for x in self.block.leaves if x.small and x.axes == lineage[: len(x.axes)]]
        if small and self.rnd.randint(0, 2):
            found = self.rnd.choice(small)
            return path_to(found)
        return literal(self.rnd.choice([*[0, 1, 2, 3, 5] * 4, -1]), "integer")

    def divide(self, kind, lineage, depth):
        kinds = [self.number("float"), self.number("float")]
        return self.call("divide", kind, *(self.expression(k, lineage, depth) for k in kinds))

    def quotient(self, kind, lineage, depth):
        return self.call("divide", kind, *self.pair(kind, lineage, depth))

    def exact_mean(self, kind, lineage, depth):
        if not self.rnd.randint(0, 2):
            return self.conditional("mean_if", kind, kind, lineage, depth)
        return self.folded(["mean"], kind, kind, lineage, depth)

    def square_root(self, kind, lineage, depth):
        inner = self.expression(self.number("float"), lineage, depth)
        return self.call("sqrt", kind, self.call("abs", inner.kind, inner))

    def real(self, kind, lineage, depth):
        depth, loose = depth
        if not loose:
            return self.leaf(kind, lineage, loose)
        name = self.rnd.choice(["sin", "cos", "exp", "log", "tanh", "log"])
        inner = self.expression(self.number("float"), lineage, depth)
        if name in ("log", "sqrt") and self.rnd.randint(0, 5):
            inner = self.call("abs", inner.kind, inner)
        return self.call(name, kind, inner, loose=True)

    def clamp(self, kind, lineage, depth):
        bounds = LITERALS[kind] if self.rnd.randint(0, 3) else [None]
        low, high = (literal(self.rnd.choice(bounds), kind) for _ in "ab")
        if bounds == [None]:
            low, high = (self.expression(kind, lineage, depth) for _ in "ab")
        return self.call("clamp", kind, self.expression(kind, lineage, depth), low, high)

    def select(self, kind, lineage, depth):
        depth, loose = depth
        condition = self.expression("boolean", lineage, depth)
        branches = self.branches(kind, lineage, depth, loose)
        return self.call("select", kind, condition, *branches)

    def coalesce(self, kind, lineage, depth):
        depth, loose = depth
        return self.call("coalesce", kind, *self.branches(kind, lineage, depth, loose))

    def branches(self, kind, lineage, depth, loose):
        kinds = [kind, self.number(kind)]
        self.rnd.shuffle(kinds)
        found = [self.expression(k, lineage, depth, loose) for k in kinds]
        if not self.rnd.randint(0, 9):
            at = kinds.index(kind)
            found[1 - at] = literal(None, "null")
        return found

    def mixture(self, kind, lineage, depth):
        """A choice between kinds that have nothing in common."""
        way = self.rnd.randint(0, 7)
        kinds = self.rnd.sample([*SCALARS, "any", "hash"], 2)
        if set(kinds) <= {"integer", "float", "decimal"}:
            kinds[0] = "string"
        args = [self.expression(one, lineage, depth) for one in kinds]
        if any(arg.kind == "null" for arg in args):
            return self.leaf(kind, lineage, False)
        if way < 3:
            return self.call("coalesce", kind, *args)
        return self.call("select", kind, self.expression("boolean", lineage, depth), *args)

    def concat(self, kind, lineage, depth):
        kinds = [self.rnd.choice(["string", *SCALARS]) for _ in "ab"]
        return self.call("concat", kind, *(self.expression(k, lineage, depth) for k in kinds))

    def case(self, kind, lineage, depth):
        name = self.rnd.choice(["upcase", "downcase"])
        of = self.rnd.choice(["string"] * 9 + ["any"])
        text = self.of_kind(of, lineage, depth)
        is_text = text.kind in ("string", "any")
        return self.call(name, kind, text if is_text else literal("a", kind))

    def repeat(self, kind, lineage, depth):
        text = self.leaf("string", lineage, False)
        return self.call("multiply", kind, text, self.few(lineage))

    def measure(self, kind, lineage, depth):
        arrays = [
            x
            for x in self.block.leaves
            if x.kind[0] == "array" and not x.null and x.axes == lineage[: len(x.axes)]
        ]
        if arrays and self.rnd.randint(0, 1):
            found = self.rnd.choice(arrays)
            whole = path_to(found)
            return self.call(self.rnd.choice(["array_size", "size"]), kind, whole)
        inner = self.expression("string", lineage, depth)
        return self.call(self.rnd.choice(["length", "size"]), kind, inner)

    def item(self, kind, lineage, depth):
        arrays = [x for x in self.block.leaves if x.kind == ("array", kind) and not x.null]
        arrays = [x for x in arrays if x.axes == lineage[: len(x.axes)]]
        if not arrays:
            return self.leaf(kind, lineage, False)
        found = self.rnd.choice(arrays)
        whole = path_to(found)
        index = self.rnd.choice([self.few(lineage), self.expression("integer", lineage, depth - 1)])
        return self.call("at", kind, whole, index)

    def logic(self, kind, lineage, depth):
        name = self.rnd.choice(["and", "or"])
        return self.call(name, kind, *(self.expression(kind, lineage, depth) for _ in "ab"))

    def negation(self, kind, lineage, depth):
        return self.call("not", kind, self.expression(kind, lineage, depth))

    def is_null(self, kind, lineage, depth):
        inner = self.expression(self.rnd.choice([*SCALARS, "any"]), lineage, depth)
        return self.call("is_null", kind, inner)

    def equality(self, kind, lineage, depth):
        name = self.rnd.choice(["equal", "not_equal"])
        one = self.rnd.choice([*SCALARS, "any", "hash", "float", "symbol", *self.whole_kinds()])
        other = self.rnd.choice([one, one, self.number(one), "any", "null"])
        args = [self.of_kind(one, lineage, depth), self.of_kind(other, lineage, depth)]
        if not may_be_equal(*(arg.kind for arg in args)):
            args[1] = args[0]
        self.rnd.shuffle(args)
        return self.call(name, kind, *args)

    def of_kind(self, kind, lineage, depth):
        """An expression; where anything may come, a path of which nothing more is known."""
        if kind != "any":
            return self.expression(kind, lineage, depth)
        paths = [x for x in self.block.leaves if x.kind == kind and x.axes == lineage]
        if not paths:
            return literal(None, kind)
        return path_to(self.rnd.choice(paths))

    def whole_kinds(self):
        return [one.kind for one in self.block.leaves if one.kind[0] == "array"]

    def order(self, kind, lineage, depth):
        name = self.rnd.choice(["greater_than", "less_than"]) + self.rnd.choice(["", "_or_equal"])
        kinds = self.rnd.choice(
            [
                *(("integer", "float"), ("float",), ("integer",), ("string",), ("date",)),
                *(("decimal",), ("integer", "float", "decimal")),
            ]
        )
        args = [self.expression(self.rnd.choice(kinds), lineage, depth) for _ in "ab"]
        return self.call(name, kind, *args)

    # -- dates

    def of_dates(self, kind, lineage, depth):
        names = {"year": 1, "month": 1, "day": 1, "weekday": 1}
        names |= {"days_between": 2, "months_between": 2, "years_between": 2}
        name = self.rnd.choice([*names])
        dates = [self.expression("date", lineage, depth) for _ in range(names[name])]
        return self.call(name, kind, *dates)

    def moved(self, kind, lineage, depth):
        name = self.rnd.choice(["add_days", "add_months", "add_years"])
        by = self.expression("integer", lineage, depth) if not self.rnd.randint(0, 9) else None
        day = self.expression(kind, lineage, depth)
        return self.call(name, kind, day, by or self.few(lineage))

    # -- declarations

    def declare(self, name, depth):
        lineage = max(self.rnd.choices(self.block.lineages, k=3), key=len)
        kind = self.rnd.choice([*SCALARS, "float", "integer", "any", "hash", *self.whole_kinds()])
        way = self.rnd.randint(0, 9)
        if way < 2:
            return self.trait(name, lineage, depth)
        if not self.rnd.randint(0, 5):
            found = self.gathered(lineage, depth - 1)
            self.declared.append(replace(found, node=Name(PLACE, name)))
            return Declaration(PLACE, "value", name, found.node)
        if way < 4:
            body, found = self.cascade(kind, lineage, depth)
        else:
            found = self.expression(kind, lineage, depth, loose=True)
            body = found.node
        self.declared.append(replace(found, node=Name(PLACE, name)))
        return Declaration(PLACE, self.rnd.choice(["value", "value", "let"]), name, body)

    def trait(self, name, lineage, depth):
        maker = self.rnd.choice([self.equality, self.order, self.logic, self.is_null])
        found = maker("boolean", lineage, depth)
        self.declared.append(Typed(Name(PLACE, name), "boolean", found.axes))
        return Declaration(PLACE, "trait", name, found.node)

    def cascade(self, kind, lineage, depth):
        cases, parts, null = [], [], False
        for _ in range(self.rnd.randint(0, 3)):
            conditions = [
                sure(self.expression("boolean", lineage, 1)) for _ in range(self.rnd.randint(1, 3))
            ]
            result = self.expression(self.number(kind), lineage, depth - 1, loose=True)
            if kind == "decimal":
                result, _ = finite([result, literal("0", kind)])
            parts += [*conditions, result]
            null = null or result.null
            join = self.rnd.choice(["all", "all", "any", "none"])
            cases.append(Case(PLACE, join, tuple(c.node for c in conditions), result.node))
        base = self.expression(kind, lineage, depth - 1, loose=True)
        if cases and not self.rnd.randint(0, 5):
            base = Typed(None, "null", null=True)
        parts.append(base)
        axes = max((part.axes for part in parts), key=len)
        loose = any(part.loose for part in parts)
        found = Typed(None, kind, axes, loose, null or base.null)
        return Cascade(PLACE, tuple(cases), base.node), found


def may_be_equal(one, other):
    """Whether `==` between two kinds is no mistake."""
    if one == other or {"any", "null"} & {one, other}:
        return True
    if one[0] == other[0] == "array":
        return may_be_equal(one[1], other[1])
    return {one, other} <= {"integer", "float", "decimal"}


def schema(rnd):
    """A whole schema."""
    block = Block(rnd)
    formulas = Formulas(rnd, block)
    names = [f"d{n}" for n in range(rnd.randint(1, 6))]
    declared = [formulas.declare(name, rnd.randint(2, 5)) for name in names]
    rnd.shuffle(declared)
    return SchemaTree("Random", SOURCE, PLACE, block.inputs, tuple(declared))
