"""Draws reductions: of expressions with one axis more, conditional ones, and counts."""

from random_inputs import SCALARS
from typed import Typed, path_to


class Folds:
    """Part of `Formulas`."""

    def vector(self, kind, lineage, depth):
        """An expression with axes of which all but the last lie on the lineage; or None."""
        deeper = [b for b in self.block.lineages if b and b[:-1] == lineage[: len(b) - 1]]
        if not deeper:
            return None
        below = max(self.rnd.choices(deeper, k=2), key=len)
        found = self.expression(kind, below, depth)
        if found.axes:
            return found
        paths = [x for x in self.block.leaves if x.kind == kind and x.axes and x.axes == below]
        if not paths:
            return None
        path = self.rnd.choice(paths)
        return path_to(path)

    def folded(self, names, kind, of, lineage, depth):
        vector = self.vector(of, lineage, depth)
        if vector is None:
            return self.leaf(kind, lineage, False)
        found = self.call(self.rnd.choice(names), kind, vector)
        return Typed(found.node, kind, vector.axes[:-1])

    def fold(self, kind, lineage, depth):
        if kind in ("string", "date"):
            names = ["min", "max"] + ["join"] * (kind == "string")
            return self.folded(names, kind, kind, lineage, depth)
        if not self.rnd.randint(0, 3):
            return self.conditional("sum_if", kind, kind, lineage, depth)
        return self.folded(["sum", "sum", "min", "max"], kind, kind, lineage, depth)

    def mean(self, kind, lineage, depth):
        of = self.number("float")
        if not self.rnd.randint(0, 2):
            return self.conditional("mean_if", kind, of, lineage, depth)
        return self.folded(["mean"], kind, of, lineage, depth)

    def count(self, kind, lineage, depth):
        of = self.rnd.choice([*SCALARS, "any", "hash"])
        return self.folded(["count"], kind, of, lineage, depth)

    def quantifier(self, kind, lineage, depth):
        return self.folded(["any", "all"], kind, "boolean", lineage, depth)

    def conditional(self, name, kind, of, lineage, depth):
        """`sum_if` or `mean_if`; either argument may be the one with the longer axes."""
        vector = self.vector(self.rnd.choice([of, "boolean"]), lineage, depth)
        if vector is None:
            return self.leaf(kind, lineage, False)
        other = self.expression("boolean" if vector.kind == of else of, vector.axes, depth)
        args = [vector, other] if vector.kind == of else [other, vector]
        return Typed(self.call(name, kind, *args).node, kind, vector.axes[:-1])

    def count_if(self, kind, lineage, depth):
        of = self.rnd.choice(SCALARS)
        vector = self.vector(of, lineage, depth)
        if vector is None:
            return self.leaf(kind, lineage, False)
        match = self.expression(of, vector.axes, depth)
        return Typed(self.call("count_if", kind, vector, match).node, kind, vector.axes[:-1])
