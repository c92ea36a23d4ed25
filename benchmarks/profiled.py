"""Operations over arrays of 1,000, profiled: neighbours, pairs, tuples, objects, conversions.

Every schema takes its turn unprofiled, recorded (readings kept and thrown away: what a caller pays)
and profiled into an event file (CPU time of the whole process, the owner's thread included). The
ratios are to the unprofiled run, loading its input included, round by round.

    python -m benchmarks.profiled [ROUNDS]
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import kumi
from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.in_turns import table
from benchmarks.record import Discarding
from benchmarks.subjects import recorded
from kumi import otel
from kumi.observations import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 15
SIZE = 1_000
MOST = 1.10
FORMULAS = {
    "neighbours": """
  let :before, shift(input.rows.row.x, 1, policy: :clamp)
  let :behind, roll(input.rows.row.x, -1)
  value :smooth, (before + input.rows.row.x + behind) / 3.0
  value :place, index(:i) + 1""",
    "cross": """
  let :gap, input.rows.row.x - cross(input.rows.row.x)
  value :near, fn(:sum, gap * gap)""",
    "tuples": """
  let :pair, [input.rows.row.x, input.rows.row.n]
  value :larger, fn(:max, pair)
  value :first, pair[0] + 1.5
  value :sums, fn(:sum, pair)""",
    "objects": """
  value :report, {x: input.rows.row.x, twice: input.rows.row.n * 2, name: input.rows.row.name}""",
    "conversions": """
  value :whole, fn(:to_integer, input.rows.row.x)
  value :real, fn(:to_float, input.rows.row.n) + 0.5
  value :said, fn(:to_string, input.rows.row.n)""",
}
_INPUTS = """array :rows, index: :i do
  hash :row do
    float :x
    integer :n
    string :name
  end
end"""


def main(rounds: int = ROUNDS) -> None:
    """The table."""
    rows = [("", "median", "quartiles", "asked", "")]
    for name in FORMULAS:
        rows += [figure.cells() for figure in _figures(name, rounds)]
    print(table(rows))


def _figures(name: str, rounds: int) -> list[Figure]:
    schema = kumi.loads(f"schema do input do {_INPUTS} end {FORMULAS[name]} end", name="Measured")
    run = partial(_repeated, schema, _data())
    times = 20 if name == "cross" else 300
    with TemporaryDirectory() as folder:
        found = measure(
            [
                Case("off", run, times),
                Case("kept", run, times, around=lambda: recorded(Discarding(Level.OPERATIONS))),
                Case("file", run, times, around=partial(_profiled, Path(folder) / "p.jsonl")),
            ],
            rounds,
        )
    shown = f"{name}, {len(kumi.compile(schema).operations)} operations"
    return [
        Figure.ns(f"{shown}, unprofiled", found["off"]),
        Figure.ratio(f"{name}, recorded / unprofiled", found["kept"] / found["off"], most=MOST),
        Figure.ratio(f"{name}, into a file / unprofiled", found["file"] / found["off"]),
    ]


def _data() -> dict[str, Any]:
    rnd = Random(7)
    rows = [
        {"x": rnd.uniform(-9, 9), "n": rnd.randrange(10_000), "name": f"row {number}"}
        for number in range(SIZE)
    ]
    return {"rows": rows}


def _repeated(schema: type[kumi.Schema], data: dict[str, Any], times: int) -> None:
    for _ in repeat(None, times):
        schema.run(data)


@contextmanager
def _profiled(path: Path) -> Iterator[None]:
    with otel.profile(file=str(path)):
        yield
    path.unlink()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
