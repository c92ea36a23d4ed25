"""Draws calls with options, with as many arguments as are written, and of tables."""

from along_arrays import ZEROS
from random_inputs import PLACE, SCALARS
from typed import Typed, literal, path_to, sure

from kumi.syntax.nodes import Call, Constant, Symbol

MODES = ["half_even", "half_up", "half_down", "up", "down", "ceiling", "floor"]
STEPS = {"integer": [1, 5, 12, 1000], "float": [0.05, 0.25, 0.1, 5.0, 1e-7]}
STEPS["decimal"] = ["0.05", "0.3", "12", "1e-7"]
LISTED = {
    "integer": [0, 1, 2, 3.0, -1, 2**53 + 1],
    "float": [0.5, 1, 2.5, -3, 1e20],
    "string": ["", "a", "B", "\xdf"],
    "boolean": [True, False],
}


class MoreCalls:
    """Part of `Formulas`: what needs more than a function and its arguments."""

    def with_options(self, found, **options):
        call = found.node
        found.node.options = tuple(options.items())
        return Typed(call, found.kind, found.axes, found.loose, found.null)

    def mode(self):
        chosen = self.rnd.choice([None, *MODES])
        return {} if chosen is None else {"mode": Symbol(chosen)}

    def rounded(self, kind, lineage, depth):
        one = self.expression(kind, lineage, depth)
        if self.rnd.randint(0, 2):
            args = [one, literal(self.rnd.randint(-3, 6), "integer")][: self.rnd.randint(1, 2)]
            return self.with_options(self.call("round", kind, *args), **self.mode())
        step = literal(self.rnd.choice(STEPS[kind]), kind)
        return self.with_options(self.call("round_to", kind, one, step), **self.mode())

    def whole(self, kind, lineage, depth):
        of = self.rnd.choice(["decimal", self.number("float")])
        return self.call(self.rnd.choice(["floor", "ceil"]), kind, self.leaf(of, lineage, False))

    def converted(self, kind, lineage, depth):
        """A number as another one, cut, brought or by way of its text; or anything as text."""
        name = f"to_{kind}"
        if kind == "string" and not self.rnd.randint(0, 2):
            digits = literal(self.rnd.randint(0, 4), "integer")
            inner = self.expression("decimal", lineage, depth)  # or what goes for one
            return self.call(name, kind, self.call("to_decimal", "decimal", inner), digits)
        of = self.rnd.choice(SCALARS if kind == "string" else ["integer", "decimal", "float"])
        inner = self.expression(of, lineage, depth)
        if kind == "string" or self.rnd.randint(0, 2):
            return self.call(name, kind, inner)
        return self.call(name, kind, self.call("to_string", "string", inner))

    def one_of_several(self, kind, lineage, depth):
        kinds = [kind, *(self.number(kind) for _ in range(self.rnd.randint(1, 2)))]
        self.rnd.shuffle(kinds)
        args = [self.expression(one, lineage, depth) for one in kinds]
        return self.call(self.rnd.choice(["min_of", "max_of"]), kind, *args)

    def neighbour(self, kind, lineage, depth):
        one = self.expression(kind, lineage, depth)
        if not one.axes:
            return one
        function = self.rnd.choice(["shift", "roll"])
        policies = [None, "zero", "clamp", "wrap"] if kind in ZEROS else ["clamp", "wrap"]
        policy = self.rnd.choice(policies)
        options = {} if policy is None else {"policy": Symbol(policy)}
        if offset := self.rnd.randrange(len(one.axes)):
            options["axis_offset"] = offset
        by = literal(self.rnd.choice([0, 1, 1, -1, -1, 2, -3, 7]), "integer")
        call = Call(PLACE, function, (one.node, by.node), tuple(options.items()))
        return Typed(call, one.kind, one.axes, one.loose, one.null)

    def pairs(self, kind, lineage, depth):
        """A fold over what an element makes with all of its array, or of another one."""
        if kind not in ("integer", "float", "boolean"):
            return self.neighbour(kind, lineage, depth)
        one, other = self.expression(kind, lineage, depth), self.expression(kind, lineage, 0)
        roots = [x for x in self.block.leaves if x.kind == kind and len(x.axes) == 1 and not x.null]
        if roots and self.rnd.randint(0, 1):
            other, function = path_to(self.rnd.choice(roots)), "outer"
        elif one.axes and one.axes == other.axes:
            function = "cross"
        else:
            return one
        with_it = Call(PLACE, function, (sure(other).node,))
        meet = self.rnd.choice(["and", "or"] if kind == "boolean" else ["add", "multiply"])
        args = [sure(one).node, with_it]
        self.rnd.shuffle(args)
        fold = self.rnd.choice(["any", "all"] if kind == "boolean" else ["sum", "min", "max"])
        met = Call(PLACE, meet, tuple(args))
        if not self.rnd.randint(0, 2):  # all rows of pairs are of one length: none is null
            options = (("axis_offset", 1),) if one.axes and self.rnd.randint(0, 1) else ()
            met = Call(
                PLACE,
                self.rnd.choice(["shift", "roll"]),
                (met, literal(-1, "integer").node),
                options,
            )
        call = Call(PLACE, fold, (met,))
        return self.leaf(kind, lineage, False) if one.loose else Typed(call, kind, one.axes)

    def position(self, kind, lineage, depth):
        inside = [one for one in self.block.indexes if one[1] == lineage[: len(one[1])]]
        if not inside:
            return self.leaf(kind, lineage, False)
        name, axes = self.rnd.choice(inside)
        return Typed(Call(PLACE, "index", (Constant(PLACE, Symbol(name)),)), kind, axes)

    def listed(self, kind, lineage, depth):
        of = self.rnd.choice(list(LISTED))
        several = self.rnd.choices(LISTED[of], k=self.rnd.randint(1, 3))
        given = [literal(one, of) for one in several]
        return self.call("in", kind, self.expression(of, lineage, depth), *given)

    def found_in_a_table(self, kind, lineage, depth):
        """By a key or two, or by a bound, in an array whose outer arrays lie on the lineage."""
        leaves = [x for x in self.block.leaves if x.axes and not x.null]
        values = [x for x in leaves if x.kind == kind and x.axes[:-1] == lineage[: len(x.axes) - 1]]
        if not values:
            return self.leaf(kind, lineage, False)
        value = self.rnd.choice(values)
        rows = [x for x in leaves if x.axes == value.axes and x.kind in SCALARS]
        keys = self.rnd.sample(rows, min(len(rows), self.rnd.randint(0, 2)))
        pairs = [(self.expression(x.kind, lineage, depth), path_to(x)) for x in keys]
        args = [one for pair in pairs for one in pair]
        bounds = [x for x in rows if x.kind in ("integer", "float", "string")]
        function = self.rnd.choice(["lookup", "bracket"]) if pairs and bounds else "lookup"
        if function == "bracket" or (bounds and not pairs):
            function, bound = "bracket", self.rnd.choice(bounds)
            x = sure(self.expression(bound.kind, lineage, depth))
            args = [x, path_to(bound), path_to(value), *args]
        elif pairs:
            args = [*args, path_to(value)]
        else:
            return self.leaf(kind, lineage, False)
        return self.searched(function, kind, args, value.axes[:-1])

    def searched(self, function, kind, args, around):
        if any(arg.loose for arg in args):
            return self.leaf(kind, around, False)
        options = {}
        if self.rnd.randint(0, 1) and kind in LISTED:
            options["default"] = self.rnd.choice(
                [x for x in LISTED[kind] if type(x) is not float or kind == "float"]
            )
        if function == "bracket" and self.rnd.randint(0, 1):
            options["ends"] = Symbol("up_to")
        table = {1, 2, *range(4, 9, 2)} if function == "bracket" else {1, 3, 5, len(args) - 1}
        of_cells = [arg.axes for n, arg in enumerate(args) if n not in table]
        axes = max([around, *of_cells], key=len)
        node = Call(PLACE, function, tuple(arg.node for arg in args), tuple(options.items()))
        return Typed(node, kind, axes, null="default" not in options)
