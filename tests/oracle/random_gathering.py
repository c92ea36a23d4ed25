"""Draws tuples and objects, and what is made of tuples: items, folds, choices."""

from random_inputs import PLACE, SCALARS
from typed import Typed, finite, literal, sure

from kumi.syntax.nodes import Call, Object, Tuple

FOLDS = {
    "integer": ["sum", "min", "max"],
    "float": ["sum", "min", "max", "mean"],
    "decimal": ["sum", "min", "max"],
    "string": ["min", "max", "join"],
    "boolean": ["any", "all"],
    "date": ["min", "max"],
}


class Gathering:
    """Part of `Formulas`."""

    def several(self, kinds, lineage, depth):
        items = finite([sure(self.expression(kind, lineage, depth)) for kind in kinds])
        axes = max((item.axes for item in items), key=len, default=())
        node = Tuple(PLACE, tuple(item.node for item in items))
        return Typed(node, ("tuple", tuple(kinds)), axes)

    def of_one_kind(self, kind, lineage, depth):
        """A tuple whose items have this kind together; now and then one of two."""
        kinds = [kind, *(self.number(kind) for _ in range(self.rnd.randint(0, 2)))]
        self.rnd.shuffle(kinds)
        known = [one for one in self.declared if one.kind == ("tuple", tuple(kinds))]
        known = [one for one in known if one.axes == lineage[: len(one.axes)]]
        known = [one for one in known if not one.holds_null]
        found = self.rnd.choice(known) if known else self.several(kinds, lineage, depth)
        if not self.rnd.randint(0, 3):
            condition = sure(self.expression("boolean", lineage, 1))
            found = self.chosen(condition, found, self.several(kinds, lineage, depth))
        return found

    def chosen(self, condition, one, other):
        axes = max((condition.axes, one.axes, other.axes), key=len)
        node = Call(PLACE, "select", (condition.node, one.node, other.node))
        return Typed(node, one.kind, axes)

    def of_tuple(self, kind, lineage, depth):
        """An item of a tuple, or a fold of its items."""
        if kind not in FOLDS or depth < 1:
            return self.leaf(kind, lineage, False)
        if kind == "integer" and not self.rnd.randint(0, 3):
            function = self.rnd.choice(["count", "array_size"])
            return self.made(function, kind, self.gathered(lineage, 0, objects=False))
        given = self.of_one_kind(kind, lineage, depth - 1)
        if self.rnd.randint(0, 1):
            return self.made(self.rnd.choice(FOLDS[kind]), kind, given)
        size = len(given.kind[1])
        index = literal(self.rnd.randint(-size, size - 1), "integer")
        if self.rnd.randint(0, 1):  # one that is there, whatever the cell
            some = sure(self.expression("integer", lineage, 0))
            index = self.call("modulo", "integer", some, literal(size, "integer"))
        return self.made("at", kind, given, index)

    def made(self, function, kind, *args):
        axes = max((arg.axes for arg in args), key=len)
        return Typed(Call(PLACE, function, tuple(arg.node for arg in args)), kind, axes)

    def gathered(self, lineage, depth, *, objects=True):
        """A tuple of any kinds, an object, or one within the other."""
        kinds = self.rnd.choices([*SCALARS, "any"], k=self.rnd.randint(0, 3))
        parts = [self.expression(kind, lineage, depth, loose=True) for kind in kinds]
        kinds = [part.kind for part in parts]
        if depth > 1 and not self.rnd.randint(0, 1):
            parts.append(self.gathered(lineage, depth - 1))
            kinds.append(parts[-1].kind)
        axes = max((part.axes for part in parts), key=len, default=())
        nodes = tuple(part.node for part in parts)
        loose = any(part.loose for part in parts)
        if objects and self.rnd.randint(0, 1):
            fields = tuple((f"f {n}" if n else "f", node) for n, node in enumerate(nodes))
            return Typed(Object(PLACE, fields), "hash", axes, loose)
        null = any(part.null or part.holds_null for part in parts)
        return Typed(Tuple(PLACE, nodes), ("tuple", tuple(kinds)), axes, loose, holds_null=null)
