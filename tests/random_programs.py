"""Random programs with their meaning beside them: each node knows its text and its plain Python.

A node is evaluated for every cell before the next one, as the language says (strictly), so that the
first operation that fails decides which exception is raised.
"""

import math
import operator
from dataclasses import dataclass, field
from functools import cached_property

from hypothesis import strategies as st

BLOCK = """\
  input do
    integer :n
    float :f
    boolean :b
    array :gs do
      hash :g do
        integer :n
        float :f
        boolean :b
        array :xs do
          hash :x do
            integer :n
            float :f
            boolean :b
          end
        end
        array :ys do
          hash :y do
            integer :n
            float :f
          end
        end
      end
    end
  end
"""
G, X, Y = ("g",), ("g", "x"), ("g", "y")
PATHS = {(): "input", G: "input.gs.g", X: "input.gs.g.xs.x", Y: "input.gs.g.ys.y"}
NUMBERS = ("integer", "float")
LARGEST = 400


class Failed(Exception):
    """An operation has no value for some cell; `kinds` are the exceptions it may raise."""

    def __init__(self, kinds):
        super().__init__(kinds)
        self.kinds = kinds


class Unsaid(Exception):
    """The language does not say what comes out."""


@dataclass(eq=False)
class Node:
    text: str
    kind: str
    axes: tuple
    args: tuple = ()
    meaning: object = None
    folds: bool = False
    path: str = ""
    size: int = field(init=False)

    def __post_init__(self):
        self.size = 1 + sum(arg.size for arg in self.args)


class World:
    """One input, and what every node is for each of its cells."""

    def __init__(self, data):
        self.data = data
        self.known = {}

    @cached_property
    def extents(self):
        groups = self.data["gs"]
        return {
            (): [()],
            G: [(i,) for i in range(len(groups))],
            X: [(i, j) for i, g in enumerate(groups) for j in range(len(g["xs"]))],
            Y: [(i, j) for i, g in enumerate(groups) for j in range(len(g["ys"]))],
        }

    def record(self, axes, cell):
        record = self.data
        for name, index in zip(axes, cell, strict=True):
            record = record[f"{name}s"][index]
        return record

    def value(self, node):
        """The node's value by cell."""
        if node not in self.known:
            self.known[node] = self._computed(node)
        return self.known[node]

    def _computed(self, node):
        if node.path:
            return {c: self.record(node.axes, c)[node.path] for c in self.extents[node.axes]}
        given = [self.value(arg) for arg in node.args]
        values, failures = {}, set()
        for cell in self.extents[node.axes]:
            try:
                values[cell] = node.meaning(*self._arguments(node, cell, given))
            except (TypeError, ZeroDivisionError, ValueError) as error:
                failures.add(type(error))
        if failures:
            raise Failed(failures)
        return values

    def _arguments(self, node, cell, given):
        if node.folds:
            (values,) = given
            return ([v for c, v in values.items() if c[: len(cell)] == cell],)
        return [v[cell[: len(a.axes)]] for a, v in zip(node.args, given, strict=True)]

    def nested(self, node):
        """The node's value as kumi gives it: nested lists along the axes."""
        values = self.value(node)
        if not node.axes:
            return values[()]
        groups = range(len(self.data["gs"]))
        if node.axes == G:
            return [values[(i,)] for i in groups]
        return [[v for c, v in values.items() if c[0] == i] for i in groups]


def to_float(value):
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def arithmetic(function):
    """Integers exactly; with a float among them, as floats."""

    def apply(*values):
        if None in values:
            raise TypeError("null in arithmetic")
        if any(type(v) is float for v in values):
            values = [to_float(v) for v in values]
        return function(*values)

    return apply


def divided(a, b):
    a, b = to_float(a), to_float(b)
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def remainder(a, b):
    if type(a) is float and (b == 0 or math.isinf(a)):
        return math.nan
    return a % b


def squared(a, b):
    try:
        return a**b
    except OverflowError:
        return math.inf


def ordering(function):
    def apply(a, b):
        if a is None or b is None:
            raise TypeError("null has no order")
        return function(a, b)

    return apply


def equal(a, b):
    return (a is b) if None in (a, b) else (type(a) is bool) == (type(b) is bool) and a == b


def chosen(kind):
    """Of two values one, brought to the kind of both."""

    def bring(value):
        return to_float(value) if kind == "float" and value is not None else value

    return bring


def known_sum(values):
    if None in values:
        raise TypeError("null in a sum")
    return sum(values)


def summed(kind):
    zero = 0 if kind == "integer" else 0.0
    return lambda values: zero + known_sum(values)


def mean(values):
    total = known_sum(values)
    return divided(total, len(values))


def extreme(function):
    def apply(values):
        known = [v for v in values if v is not None]
        if any(v != v or (v == 0 and type(v) is float) for v in known):
            raise Unsaid
        return function(known) if known else None

    return apply


ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": remainder,
}
COMPARISONS = {
    ">": ordering(operator.gt),
    ">=": ordering(operator.ge),
    "<": ordering(operator.lt),
    "<=": ordering(operator.le),
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
}


def leaves(draw, kinds, world_axes):
    kind = draw(st.sampled_from(kinds))
    axes = draw(st.sampled_from(world_axes))
    if axes == Y and kind == "boolean":
        axes = X
    if draw(st.integers(0, 3)) == 0:
        return literal(draw, kind)
    path = {"integer": "n", "float": "f", "boolean": "b"}[kind]
    return Node(f"{PATHS[axes]}.{path}", kind, axes, path=path)


def literal(draw, kind):
    choices = {
        "integer": [0, 1, 2, 7, -3],
        "float": [0.0, 0.5, 2.0, -1.25],
        "boolean": [True, False],
    }
    value = draw(st.sampled_from(choices[kind]))
    text = str(value).lower()
    return Node(text, kind, (), meaning=lambda: value)


class Builder:
    """Draws declarations, each of which may refer to those before it."""

    def __init__(self, draw):
        self.draw = draw
        self.declared = []

    def declare(self):
        number = len(self.declared)
        body = self.node(("integer", "float", "boolean"), 3)
        if body.text.startswith("input") or not body.args:
            body = Node(
                f"fn(:coalesce, {body.text}, {body.text})",
                body.kind,
                body.axes,
                (body,),
                lambda a: a,
            )
        self.declared.append((f"d{number}", body))

    def node(self, kinds, depth):
        if depth == 0 or self.draw(st.integers(0, 4)) == 0:
            return self.leaf(kinds)
        makers = [self.choice, self.coalesced]
        if set(kinds) & set(NUMBERS):
            makers += [self.operation, self.operation, self.fold, self.unary]
        if "float" in kinds:
            makers += [self.division, self.average]
        if "integer" in kinds:
            makers.append(self.count)
        if "boolean" in kinds:
            makers += [self.comparison, self.logic, self.negation, self.quantifier, self.null_test]
        return self.draw(st.sampled_from(makers))(kinds, depth - 1)

    def leaf(self, kinds):
        earlier = [(name, body) for name, body in self.declared if body.kind in kinds]
        if earlier and self.draw(st.booleans()):
            name, body = self.draw(st.sampled_from(earlier))
            return Node(name, body.kind, body.axes, (body,), lambda a: a)
        return leaves(self.draw, kinds, [(), G, X, Y])

    def pair(self, kinds, depth):
        """Two nodes whose axes agree: a sibling array is reduced to what they share."""
        a, b = self.node(kinds, depth), self.node(kinds, depth)
        shared = min(len(a.axes), len(b.axes))
        if a.axes[:shared] != b.axes[:shared]:
            b = self.reduced(b)
        return a, b

    def reduced(self, node):
        return Node(f"fn(:count, {node.text})", "integer", node.axes[:-1], (node,), len, folds=True)

    def joined(self, text, kind, args, meaning):
        axes = max((arg.axes for arg in args), key=len)
        return Node(text, kind, axes, args, meaning)

    def operation(self, kinds, depth):
        numbers = tuple(kind for kind in NUMBERS if kind in kinds)
        a, b = self.pair(numbers, depth)
        symbol = self.draw(st.sampled_from(sorted(ARITHMETIC)))
        return self.joined(
            f"({a.text} {symbol} {b.text})", promoted(a, b), (a, b), arithmetic(ARITHMETIC[symbol])
        )

    def unary(self, kinds, depth):
        a = self.node(tuple(kind for kind in NUMBERS if kind in kinds), depth)
        if self.draw(st.booleans()):
            return self.joined(
                f"({a.text} ** 2)", a.kind, (a,), arithmetic(lambda v: squared(v, 2))
            )
        return self.joined(f"fn(:abs, {a.text})", a.kind, (a,), arithmetic(abs))

    def division(self, _kinds, depth):
        a, b = self.pair(NUMBERS, depth)
        return self.joined(f"({a.text} / {b.text})", "float", (a, b), arithmetic(divided))

    def comparison(self, _kinds, depth):
        a, b = self.pair(NUMBERS, depth)
        symbol = self.draw(st.sampled_from(sorted(COMPARISONS)))
        return self.joined(f"({a.text} {symbol} {b.text})", "boolean", (a, b), COMPARISONS[symbol])

    def logic(self, _kinds, depth):
        a, b = self.pair(("boolean",), depth)
        if a.kind != "boolean" or b.kind != "boolean":
            return a if a.kind == "boolean" else self.null_test(None, depth)
        symbol = self.draw(st.sampled_from("&|"))
        both = (lambda x, y: bool(x and y)) if symbol == "&" else (lambda x, y: bool(x or y))
        return self.joined(f"({a.text} {symbol} {b.text})", "boolean", (a, b), both)

    def negation(self, _kinds, depth):
        a = self.node(("boolean",), depth)
        return self.joined(f"fn(:not, {a.text})", "boolean", (a,), lambda v: not v)

    def null_test(self, _kinds, depth):
        a = self.node(("integer", "float", "boolean"), depth)
        return self.joined(f"fn(:is_null, {a.text})", "boolean", (a,), lambda v: v is None)

    def choice(self, kinds, depth):
        a, b = self.pair(self.alike(kinds), depth)
        if (a.kind == "boolean") != (b.kind == "boolean"):
            return a if a.kind in kinds else b
        condition = self.node(("boolean",), depth)
        deepest = max(a.axes, b.axes, key=len)
        shared = min(len(deepest), len(condition.axes))
        if condition.axes[:shared] != deepest[:shared]:
            condition = literal(self.draw, "boolean")
        bring = chosen(promoted(a, b))
        text = f"select({condition.text}, {a.text}, {b.text})"
        return self.joined(
            text, promoted(a, b), (condition, a, b), lambda c, x, y: bring(x if c else y)
        )

    def coalesced(self, kinds, depth):
        a, b = self.pair(self.alike(kinds), depth)
        if (a.kind == "boolean") != (b.kind == "boolean"):
            return a if a.kind in kinds else b
        bring = chosen(promoted(a, b))
        return self.joined(
            f"fn(:coalesce, {a.text}, {b.text})", promoted(a, b), (a, b),
            lambda x, y: bring(y if x is None else x),
        )  # fmt: skip

    def alike(self, kinds):
        numbers = tuple(kind for kind in NUMBERS if kind in kinds)
        if numbers and ("boolean" not in kinds or self.draw(st.booleans())):
            return numbers
        return ("boolean",)

    def vector(self, kinds, depth):
        node = self.node(kinds, depth)
        return node if node.axes else leaf_with_axes(self.draw, kinds)

    def folded(self, name, kind, node, meaning):
        return Node(f"fn(:{name}, {node.text})", kind, node.axes[:-1], (node,), meaning, folds=True)

    def fold(self, kinds, depth):
        node = self.vector(tuple(kind for kind in NUMBERS if kind in kinds), depth)
        if node.kind == "boolean":
            return self.folded("count", "integer", node, len)
        name = self.draw(st.sampled_from(["sum", "sum", "min", "max"]))
        meaning = summed(node.kind) if name == "sum" else extreme({"min": min, "max": max}[name])
        return self.folded(name, node.kind, node, meaning)

    def average(self, _kinds, depth):
        return self.folded("mean", "float", self.vector(NUMBERS, depth), mean)

    def count(self, _kinds, depth):
        return self.folded(
            "count", "integer", self.vector(("integer", "float", "boolean"), depth), len
        )

    def quantifier(self, _kinds, depth):
        node = self.vector(("boolean",), depth)
        if node.kind != "boolean":
            return self.null_test(None, depth)
        name = self.draw(st.sampled_from(["any", "all"]))
        return self.folded(name, "boolean", node, {"any": any, "all": all}[name])


def leaf_with_axes(draw, kinds):
    kind, axes = draw(st.sampled_from(kinds)), draw(st.sampled_from([G, X]))
    path = {"integer": "n", "float": "f", "boolean": "b"}[kind]
    return Node(f"{PATHS[axes]}.{path}", kind, axes, path=path)


def promoted(a, b):
    return "float" if "float" in (a.kind, b.kind) else a.kind


@st.composite
def programs(draw):
    """A program's text, and its declarations as (name, node)."""
    builder = Builder(draw)
    for _ in range(draw(st.integers(1, 4))):
        builder.declare()
    lines = "\n".join(f"  value :{name}, {body.text}" for name, body in builder.declared)
    return f"schema do\n{BLOCK}{lines}\nend\n", builder.declared


integers = st.sampled_from([0, 1, 2, 3, -4, 10, 2**31, 2**53 + 1, 2**62, -(2**63), 2**64 + 1])
floats = st.sampled_from([0.0, 0.25, 1.0, -2.5, 3.0, 1e15, 1e200, 2.0**53])


@st.composite
def inputs(draw):
    """Data for the input block: plain or with nulls, ragged, sometimes empty."""
    nulls = draw(st.booleans())

    def maybe(values):
        return st.one_of(st.none(), values, values) if nulls else values

    leaf = {"n": maybe(integers), "f": maybe(floats)}
    flag = {"b": maybe(st.booleans())}
    inner = st.fixed_dictionaries({**leaf, **flag})
    group = st.fixed_dictionaries({
        **leaf, **flag,
        "xs": st.lists(inner, max_size=3),
        "ys": st.lists(st.fixed_dictionaries(leaf), max_size=3),
    })  # fmt: skip
    return draw(st.fixed_dictionaries({**leaf, **flag, "gs": st.lists(group, max_size=3)}))
