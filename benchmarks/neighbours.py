"""The language beside the same in NumPy: ratios of computing alone, measured in turns.

Neighbours, pairs, a product of matrices, and an order whose tax and discount are imported. What a
run takes to load its input is measured by a schema that only loads it, and taken off. That is a
small difference of large numbers, so the turns are short and many: each round has eight. Results
are compared first.

NumPy's side is measured in the same way: after such a loading each time, which is taken off as
well. Loading drives data and code out of the processor's caches, and the branches that it had
learnt out of its mind; computing does so for the next loading. A loop of nothing but NumPy would be
spared both, and the language never is. What NumPy computes is what is best in NumPy for data of
which the kinds are known: it looks for no nulls and no overflow, and drops what it has no more need
of, where the language has to look at the former, and keeps every value that has a name.

    python -m benchmarks.neighbours [rounds]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import kumi
from benchmarks.harness import Case, measure
from benchmarks.in_turns import table
from benchmarks.subjects import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable

_ROWS = "array :rows do array :row do integer :alive end end"
_LIST = "array :xs do float :x end"
_TWO = f"{_LIST} array :ys do float :y end"
_AVERAGE = """
  let :before, shift(input.xs.x, 1, policy: :clamp)
  let :behind, shift(input.xs.x, -1, policy: :clamp)
  value :average, (before + input.xs.x + behind) / 3.0"""
_LIFE = """
  let :cell, input.rows.row.alive
  let :line, roll(cell, 1) + cell + roll(cell, -1)
  let :around, roll(line, 1, axis_offset: 1) + line + roll(line, -1, axis_offset: 1) - cell
  value :next, select((cell == 1) & (around == 2) | (around == 3), 1, 0)"""
_CROSS = """
  let :gap, input.xs.x - cross(input.xs.x)
  value :near, fn(:sum, fn(:sqrt, gap * gap + 0.01))"""
_OUTER = """
  let :gap, input.xs.x - outer(input.ys.y)
  value :near, fn(:sum, fn(:sqrt, gap * gap + 0.01))"""


_FACTORS = """
  array :rows do hash :row do float :a float :b float :c end end
  array :columns do hash :column do float :x float :y float :z end end"""
_PRODUCT = """
  let :first, input.rows.row.a * outer(input.columns.column.x)
  let :second, input.rows.row.b * outer(input.columns.column.y)
  let :third, input.rows.row.c * outer(input.columns.column.z)
  value :product, first + second + third"""
_LINES = "array :lines do hash :line do float :price integer :quantity boolean :food end end"
_ORDER = """
  let :amount, input.lines.line.price * input.lines.line.quantity
  let :net, discounted(amount: amount, quantity: input.lines.line.quantity)
  value :lines, due(net: net, reduced: input.lines.line.food)
  value :total, fn(:sum, lines)"""
_IMPORTS = "import :discounted, from: OrderDiscount import :due, from: OrderTax"


_TURNS = 8


class _Subject(NamedTuple):
    """`values` of a schema with `inputs`, beside `by_hand`; `loaded` are paths of its leaves."""

    name: str
    inputs: str
    values: str
    loaded: tuple[str, ...]
    data: dict[str, Any]
    by_hand: Callable[[], Any]
    shown: str
    imports: str = ""


def _average(xs: Any) -> Any:
    edged = np.concatenate((xs[:1], xs, xs[-1:]))
    return (edged[:-2] + edged[1:-1] + edged[2:]) / 3.0


def _life(world: Any) -> Any:
    line = np.roll(world, 1, 1) + world + np.roll(world, -1, 1)
    around = np.roll(line, 1, 0) + line + np.roll(line, -1, 0) - world
    return np.where((world == 1) & (around == 2) | (around == 3), 1, 0)


def _pairs(xs: Any, ys: Any) -> Any:
    gap = xs[:, None] - ys[None, :]
    return np.sqrt(gap * gap + 0.01).sum(axis=1)


def _product(left: Any, right: Any) -> Any:
    found = left[0][:, None] * right[0]
    found += left[1][:, None] * right[1]
    found += left[2][:, None] * right[2]
    return found


def _order(price: Any, quantity: Any, food: Any) -> Any:
    amount = price * quantity
    net = amount * np.where(quantity >= 50, 0.85, np.where(quantity >= 10, 0.95, 1.0))
    due = net + net * np.where(food, 0.07, 0.19)
    return due, due.sum()


def _rows(**columns: Any) -> list[dict[str, Any]]:
    lists = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _subjects() -> list[_Subject]:
    return [_moving_average(), _torus(), *_all_pairs(), _matrices(), _imported_order()]


def _moving_average() -> _Subject:
    many = np.random.default_rng(7).normal(size=1_000)
    data, path = {"xs": many.tolist()}, ("input.xs.x",)
    name = "moving average, 1,000"
    return _Subject(name, _LIST, _AVERAGE, path, data, lambda: _average(many), "average")


def _torus() -> _Subject:
    world = (np.random.default_rng(7).random((32, 32)) < 0.4).astype(np.int64)
    data, path = {"rows": world.tolist()}, ("input.rows.row.alive",)
    name = "life on a torus, 32x32"
    return _Subject(name, _ROWS, _LIFE, path, data, lambda: _life(world), "next")


def _all_pairs() -> list[_Subject]:
    rng = np.random.default_rng(7)
    xs, ys = rng.normal(size=300), rng.normal(size=300)
    one, both = {"xs": xs.tolist()}, {"xs": xs.tolist(), "ys": ys.tolist()}
    paths = ("input.xs.x", "input.ys.y")
    cross = ("cross, 300x300", _LIST, _CROSS, paths[:1], one, lambda: _pairs(xs, xs), "near")
    outer = ("outer, 300x300", _TWO, _OUTER, paths, both, lambda: _pairs(xs, ys), "near")
    return [_Subject(*cross), _Subject(*outer)]


def _matrices() -> _Subject:
    left, right = np.random.default_rng(7).normal(size=(2, 3, 32))
    a, x = _rows(a=left[0], b=left[1], c=left[2]), _rows(x=right[0], y=right[1], z=right[2])
    paths = tuple(f"input.rows.row.{leaf}" for leaf in "abc")
    paths += tuple(f"input.columns.column.{leaf}" for leaf in "xyz")
    data, name = {"rows": a, "columns": x}, "matrix product, 32x3 by 3x32"
    by_hand = lambda: _product(left, right)  # noqa: E731 - as the others have it
    return _Subject(name, _FACTORS, _PRODUCT, paths, data, by_hand, "product")


def _imported_order() -> _Subject:
    rng = np.random.default_rng(7)
    price, quantity = rng.uniform(1, 100, 1_000), rng.integers(1, 80, 1_000)
    food = rng.random(1_000) < 0.3
    paths = tuple(f"input.lines.line.{leaf}" for leaf in ("price", "quantity", "food"))
    data = {"lines": _rows(price=price, quantity=quantity, food=food)}
    order = lambda: _order(price, quantity, food)  # noqa: E731 - as the others have it
    name = "order with imports, 1,000"
    return _Subject(name, _LINES, _ORDER, paths, data, order, "lines", _IMPORTS)


def _schema(subject: _Subject, values: str) -> Any:
    text = f"{subject.imports} schema do input do {subject.inputs} end {values} end"
    return kumi.loads(text, name="Measured", folders=[SCHEMAS])


def _case(name: str, body: Callable[[], object]) -> Case:
    def repeated(times: int) -> None:
        for _ in range(times):
            body()

    return Case(name, repeated, 200 // _TURNS)


def _runner(schema: Any, data: Any) -> Callable[[], object]:
    return lambda: schema.run(data)


def _one_after_the_other(first: Callable[[], object], second: Callable[[], object]) -> Any:
    def both() -> None:
        first()
        second()

    return both


def _check(subject: _Subject, schema: Any) -> None:
    """Raise AssertionError where NumPy has other numbers."""
    found, expected = schema.run(subject.data).numpy(subject.shown), subject.by_hand()
    expected = expected[0] if isinstance(expected, tuple) else expected
    np.testing.assert_allclose(found, expected, rtol=1e-12, err_msg=subject.name)


def main(rounds: int = 15) -> str:
    """The figures as a table."""
    lines = [("µs", "kumi", "NumPy", "ratio")]
    for subject in _subjects():
        whole = _schema(subject, subject.values)
        _check(subject, whole)
        loaded = [f"value :loaded_{n}, {path}" for n, path in enumerate(subject.loaded)]
        load = _runner(_schema(subject, " ".join(loaded)), subject.data)
        cases = [
            _case("whole", _runner(whole, subject.data)),
            _case("loading", load),
            _case("by hand", _one_after_the_other(load, subject.by_hand)),
        ]
        series = measure(cases, rounds * _TURNS)
        ours, theirs = series["whole"] - series["loading"], series["by hand"] - series["loading"]
        found = ours.summary()[0] / 1e3, theirs.summary()[0] / 1e3
        # Of the medians: a quotient round by round of two small differences would be one of noise.
        ratio = found[0] / found[1]
        lines.append((subject.name, f"{found[0]:.1f}", f"{found[1]:.1f}", f"{ratio:.2f}"))
    return table(lines)


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])))
