"""Neighbours and pairs beside the same in NumPy: ratios of computing alone, round by round.

What a run takes to load its input is measured by a schema that only loads it, and taken off.

    python -m benchmarks.neighbours [rounds]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

import kumi
from benchmarks.harness import Case, measure
from benchmarks.in_turns import table

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


def _subjects() -> list[tuple[str, str, str, dict[str, Any], Callable[[], object]]]:
    rng = np.random.default_rng(7)
    xs, many = rng.normal(size=300), rng.normal(size=1_000)
    world = (rng.random((32, 32)) < 0.4).astype(np.int64)
    rows = world.tolist()
    ys = rng.normal(size=300)
    one, both = {"xs": xs.tolist()}, {"xs": xs.tolist(), "ys": ys.tolist()}
    return [
        ("moving average, 1,000", _LIST, _AVERAGE, {"xs": many.tolist()}, lambda: _average(many)),
        ("life on a torus, 32x32", _ROWS, _LIFE, {"rows": rows}, lambda: _life(world)),
        ("cross, 300x300", _LIST, _CROSS, one, lambda: _pairs(xs, xs)),
        ("outer, 300x300", _TWO, _OUTER, both, lambda: _pairs(xs, ys)),
    ]


def _schema(inputs: str, values: str) -> Any:
    return kumi.loads(f"schema do input do {inputs} end {values} end", name="Measured")


def _case(name: str, body: Callable[[], object]) -> Case:
    def repeated(times: int) -> None:
        for _ in range(times):
            body()

    return Case(name, repeated, 200)


def _runner(schema: Any, data: Any) -> Callable[[], object]:
    return lambda: schema.run(data)


def main(rounds: int = 15) -> str:
    """The figures as a table."""
    lines = [("µs", "kumi", "NumPy", "ratio")]
    for name, inputs, values, data, by_hand in _subjects():
        paths = {"xs": "input.xs.x", "ys": "input.ys.y", "rows": "input.rows.row.alive"}
        loaded = " ".join(f"value :loaded_{key}, {paths[key]}" for key in data)
        cases = [
            _case("whole", _runner(_schema(inputs, values), data)),
            _case("loading", _runner(_schema(inputs, loaded), data)),
            _case("by hand", by_hand),
        ]
        series = measure(cases, rounds)
        ours = series["whole"] - series["loading"]
        found = (ours.summary()[0] / 1e3, series["by hand"].summary()[0] / 1e3)
        ratio = (ours / series["by hand"]).summary()[0]
        lines.append((name, f"{found[0]:.1f}", f"{found[1]:.1f}", f"{ratio:.2f}"))
    return table(lines)


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])))
