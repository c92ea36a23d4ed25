"""What compiling costs: long chains, deep brackets, rows of minuses; and whether it is linear.

A schema of one formula is compiled from text, in two sizes, in turns. Shown is the time of the
larger, what each operation (or pair of brackets) costs in it, and that beside the smaller: 1 is
linear. CPU time of the process.

    python -m benchmarks.compile [ROUNDS]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from time import process_time_ns
from typing import TYPE_CHECKING

import kumi
from benchmarks.figures import Figure
from benchmarks.harness import Series
from benchmarks.in_turns import in_turns, table

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
SMALLER = 10


@dataclass(frozen=True)
class Shape:
    """A formula of any size, and what is asked of the largest: seconds in all, ns for each."""

    name: str
    size: int
    write: Callable[[int], str]
    most: float | None = None
    most_each: float | None = None


SHAPES = (
    Shape("chained terms", 10_000, lambda n: "input.x" + " + input.x" * (n - 1), 1),
    Shape("brackets", 100_000, lambda n: "(" * n + "input.x" + ")" * n, 1),
    Shape("unary minuses", 100_000, lambda n: "-" * n + "input.x", None, 45_000),
)


def main(rounds: int = ROUNDS) -> None:
    """The table."""
    kumi.loads("schema do input do float :x end value :a, input.x end")
    rows = [("", "median", "quartiles", "asked", "")]
    rows += [figure.cells() for shape in SHAPES for figure in _figures(shape, rounds)]
    print(table(rows))


def _figures(shape: Shape, rounds: int) -> list[Figure]:
    fewer = shape.size // SMALLER
    found = in_turns((fewer, shape.size), rounds, partial(_compiled, shape))
    some, all_of_it = Series(tuple(found[fewer])), Series(tuple(found[shape.size]))
    shown, each = f"{shape.size:,} {shape.name}", all_of_it.times(1 / shape.size)
    return [
        Figure.seconds(shown, all_of_it, most=shape.most),
        Figure.ns(f"{shown}, each", each, most=shape.most_each),
        Figure.ratio(f"{shown}, each / in {fewer:,}", each / some.times(1 / fewer)),
    ]


def _compiled(shape: Shape, size: int) -> float:
    """Nanoseconds to compile the formula in this size."""
    times = 1 if size == shape.size else SMALLER
    text = f"schema do input do float :x end value :a, {shape.write(size)} end"
    begun = process_time_ns()
    for _ in range(times):
        kumi.loads(text)
    return (process_time_ns() - begun) / times


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
