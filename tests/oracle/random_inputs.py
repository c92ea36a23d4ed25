"""Random input blocks, and data that (mostly) fits them.

All choices are made by a `random.Random`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kumi.places import Place, Source
from kumi.syntax.nodes import Input, OneOf, Range, Symbol

SOURCE = Source("random.kumi", "")
PLACE = Place(SOURCE, 1)
SCALARS = ("integer", "float", "decimal", "string", "boolean", "date")
POOLS = {
    "integer": [
        *(0, 1, 2, 3, -1, -7, 10, 100, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 3037000500),
        *(2**62, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 + 1, 10**30, 10**400, -(10**400)),
    ],
    "float": [
        *(0.0, -0.0, 1.0, -1.0, 0.1, 0.5, -2.5, 3.0, 1e16, 2.0**53, 2.0**63, 1e-7, 123456.789),
        *(1e300, -1e300, 5e-324, float("inf"), float("-inf"), float("nan")),
    ],
    "decimal": [
        *(0, Decimal("1.50"), "19.99", 0.1, "-0.05", Decimal(-3), 2.5, "0.3333333333333333333333"),
        *(7, Decimal("0.07"), "92233720368547758.08", Decimal("-1e-30"), 10**30, 123456.789, "-0"),
        *(Decimal(2**63 - 1), "-92233720368547758.07", 5e-324, 1e300, "1e3"),
    ],
    "string": [
        "",
        "a",
        "b",
        "B",
        "ab",
        "é",
        "ß",
        "日本",
        "\U0001f600",
        "\ufffd",
        " x\n",
        "\ud800",
        '"\\',
    ],
    "boolean": [True, False],
    "date": [
        *("2024-02-29", "2023-02-28", "2024-03-01", "2004-02-29", "2023-01-31", "2024-12-31"),
        *(date(2024, 2, 29), date(1999, 12, 31), "2023-03-31", "0001-01-01", "9999-12-31"),
    ],
}
POOLS["any"] = [0, 1, 1.0, True, False, "a", "1", [1, 2.0], [], {"k": [None]}, {}, -0.0, 2**70]
POOLS["hash"] = [{}, {"k": 1}, {"k": 1.0, "j": [True]}, {"k": {"é": "x"}}]


DOMAINS = {
    "integer": [
        Range(0, 4),
        Range(0, 4),
        Range(0, None),
        Range(-(2**70), 1e30),
        OneOf((1, 2.0, True)),
    ],
    "float": [Range(0, 10.0, exclusive=True), Range(None, 1e16), OneOf((0, 2.5, 2**70))],
    "decimal": [Range(0, 10.0, exclusive=True), Range(-0.1, None), OneOf((0, 0.1, 2))],
    "string": [OneOf(("a", Symbol("b"), ""))],
    "boolean": [OneOf((True, 0))],
    "any": [OneOf((1, "a", True)), Range(0, 9)],
    "date": [
        Range(date(2023, 12, 30), date(2024, 3, 1)),
        Range(date(2023, 12, 30), date(2024, 1, 9), exclusive=True),
        OneOf((date(2024, 2, 29), date(2004, 2, 29))),
    ],
}


@dataclass(frozen=True)
class Leaf:
    path: tuple
    kind: Any
    axes: tuple
    small: bool = False
    null: bool = False


class Block:
    """A random input block, and the leaves that paths can end at."""

    def __init__(self, rnd):
        self.rnd = rnd
        self.leaves = []
        self.lineages = [()]
        self.indexes = []
        self._count = 0
        self._deepest = rnd.choice([3, 3, 3, 6])
        self._nullable = rnd.choice([0, 3, 10])
        self._below_null = set()
        self.inputs = self._fields((), (), 0, rnd.randint(2, 6))

    def _fields(self, path, axes, depth, count):
        kinds = [self._any_kind(depth) for _ in range(count)]
        if depth == 0:
            kinds[0] = "array"
        return tuple(self._field(kind, path, axes, depth) for kind in kinds)

    def _any_kind(self, depth):
        deep = (
            ["any", "hash"] if depth >= 4 else ["array", "array", "array", "fields", "any", "hash"]
        )
        return self.rnd.choice([*SCALARS, *SCALARS, "integer", "float", *deep])

    def _field(self, kind, path, axes, depth):
        self._count += 1
        name = f"{self.rnd.choice(['v', 'value', 'index', 'Row', '_x'])}{self._count}"
        return self._input(kind, (*path, name), axes, depth)

    def _input(self, kind, path, axes, depth):
        """An input of a kind, where `fields` is a hash with a body."""
        if kind == "array" and len(axes) < self._deepest:
            return self._array(path, axes, depth)
        kind = "integer" if kind == "array" else kind
        null = self.rnd.randint(1, 10) <= self._nullable
        if null:
            self._below_null.add(path)
        if kind == "fields":
            children = self._fields(path, axes, depth + 1, self.rnd.randint(1, 6))
            self.leaves.append(Leaf(path, "hash", axes, null=self._may_be_null(path)))
            return Input(PLACE, "hash", path[-1], children=children, null=null)
        domain = self._domain(kind)
        small = kind == "integer" and domain == Range(0, 4)
        self.leaves.append(Leaf(path, kind, axes, small, self._may_be_null(path)))
        return Input(PLACE, kind, path[-1], domain, null=null)

    def _may_be_null(self, path):
        return any(path[: n + 1] in self._below_null for n in range(len(path)))

    def _array(self, path, axes, depth):
        below = (*axes, ".".join(path))
        self.lineages.append(below)
        self._count += 1
        element = (*path, f"e{self._count}")
        kind = self.rnd.choice([*["fields"] * 6, *["array"] * 3, *SCALARS, "any"])
        child = self._input(kind, element, below, depth + 1)
        self.leaves.append(Leaf(path, whole_kind(child), axes, null=self._may_be_null(path)))
        index = f"i{len(self.indexes)}" if self.rnd.randint(0, 3) == 0 else None
        if index:
            self.indexes.append((index, below))
        return Input(PLACE, "array", path[-1], index=index, children=(child,))

    def _domain(self, kind):
        if kind == "hash" or self.rnd.randint(0, 5):
            return None
        return self.rnd.choice(DOMAINS[kind])


def whole_kind(child):
    return (
        ("array", whole_kind(child.children[0])) if child.kind == "array" else ("array", child.kind)
    )


class Data:
    """Random data for an input block: how often null, missing and wrong is decided once."""

    def __init__(self, rnd, largest=None):
        self.rnd = rnd
        self.null = rnd.choice([0, 0, 10, 40])
        self.wrong = rnd.choice([0, 0, 0, 0, 0, 3])
        self.modest = rnd.randint(0, 1)
        self.smallest, self.largest = 0, rnd.choice([1, 3, 3, 5]) if largest is None else largest

    def of(self, inputs):
        given = {one.name: self.value(one) for one in inputs if not self.left_out(one)}
        if self.happens(self.wrong):
            given["unheard_of"] = 1
        return given

    def happens(self, percent):
        return self.rnd.randint(0, 99) < percent

    def left_out(self, one):
        return self.happens(self.null // 3 if one.null else self.wrong // 3)

    def value(self, one):
        if self.happens(self.null if one.null or one.kind == "any" else self.wrong // 3):
            return None
        if one.kind == "array":
            (child,) = one.children
            return [self.value(child) for _ in range(self.rnd.randint(self.smallest, self.largest))]
        if one.kind == "hash" and one.children is not None:
            return {c.name: self.value(c) for c in one.children if not self.left_out(c)}
        return self.scalar(one)

    def scalar(self, one):
        rnd = self.rnd
        pool = POOLS.get(one.kind, [None])
        if self.happens(self.wrong):
            return rnd.choice([5.0, True, "5", 5, [], {}, *pool])
        match one.domain:
            case OneOf(values):
                return rnd.choice([v for v in values if type(v) in FITTING[one.kind]] or pool)
            case Range(low=date() as low):
                return str(low + timedelta(days=rnd.randint(0, 4)))
            case Range():
                return rnd.randint(0, 4)
        if self.modest:
            pool = pool[:9]
        if one.kind == "float" and not rnd.randint(0, 5):
            pool = POOLS["integer"]
        return rnd.choice(pool)


FITTING = {
    "integer": {int},
    "float": {int, float},
    "string": {str},
    "boolean": {bool},
    "any": {int, str, bool},
    "date": {date},
    "decimal": {int, float},
}
