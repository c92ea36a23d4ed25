"""What compiling costs: many declarations, long chains, deep brackets; and whether it is linear.

A schema of many declarations, in both forms, and one of a single long formula are compiled in
several sizes, in turns. Shown is the time, what each declaration, operation or pair of brackets
costs, and that beside the next smaller size: 1 is linear. CPU time of the process. The class form
is timed from the class body, as `import` runs it, to the program.

    python -m benchmarks.compile [ROUNDS]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from time import process_time_ns
from typing import TYPE_CHECKING, Any

import kumi
from benchmarks.figures import Figure
from benchmarks.harness import Series
from benchmarks.in_turns import in_turns, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 5
SMALLER = 10
DECLARATIONS = (50, 500, 5_000)
MOST = {500: 1.0}
"""Seconds that so many declarations may take."""

IMPORTED = 500
LINEAR = 1.3
"""A declaration among ten times as many may cost that much of itself."""


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
    _from_class(1)
    rows = [("", "median", "quartiles", "asked", "")]
    for form, compiled in (("text", _from_text), ("class", _from_class)):
        rows += [figure.cells() for figure in _declarations(form, compiled, rounds)]
    rows += [figure.cells() for figure in _imported(rounds)]
    rows += [figure.cells() for shape in SHAPES for figure in _figures(shape, rounds)]
    print(table(rows))


def _declarations(form: str, compiled: Callable[[int], object], rounds: int) -> Iterator[Figure]:
    found = in_turns(DECLARATIONS, rounds, partial(_timed, compiled))
    for fewer, size in zip((0, *DECLARATIONS), DECLARATIONS, strict=False):
        spent, shown = Series(tuple(found[size])), f"{size:,} declarations, {form}"
        yield Figure.seconds(shown, spent, most=MOST.get(size))
        if fewer:
            ratio = spent.times(1 / size) / Series(tuple(found[fewer])).times(1 / fewer)
            yield Figure.ratio(f"{shown}, each / in {fewer:,}", ratio, most=LINEAR)


def _imported(rounds: int) -> Iterator[Figure]:
    """A declaration that needs 500 others, imported, beside the 500 in a schema of their own."""
    library = _class(IMPORTED, "Library")  # which is analysed once, however often it is imported
    cases = {"own": _from_text, "imported": _from_library}
    found = in_turns((*cases,), rounds, lambda name: _timed(cases[name], IMPORTED))
    own, imported = Series(tuple(found["own"])), Series(tuple(found["imported"]))
    shown = (
        f"{len(kumi.compile(library).operations):,} operations of {IMPORTED} declarations, imported"
    )
    yield Figure.seconds(shown, imported)
    yield Figure.ratio("the same / in a schema of their own", imported / own, most=LINEAR)


def _from_library(size: int) -> object:
    inputs = "float :y array :parts do hash :part do float :price end end"
    name = f"d{size - 1}"
    return kumi.loads(
        f"schema do import :{name}, from: Library input do {inputs} end "
        f"value :a, {name}(x: input.y, lines: input.parts) end"
    )


def _timed(compiled: Callable[[int], object], size: int) -> float:
    """Nanoseconds to compile so many declarations; few of them are compiled several times."""
    times = max(1, 500 // size)
    begun = process_time_ns()
    for _ in range(times):
        compiled(size)
    return (process_time_ns() - begun) / times


def _from_text(size: int) -> object:
    lines = [
        f"value :d{n}, d{n - 1} * 0.5 + input.lines.line.price * input.x - {n}"
        for n in range(1, size)
    ]
    inputs = "float :x array :lines do hash :line do float :price end end"
    return kumi.loads(
        f"schema do input do {inputs} end value :d0, input.x {chr(10).join(lines)} end"
    )


def _from_class(size: int) -> object:
    return kumi.compile(_class(size, "Many"))


def _class(size: int, name: str) -> type[kumi.Schema]:
    lines = [
        f"    d{n} = kumi.value(d{n - 1} * 0.5 + line.price * Input.x - {n})"
        for n in range(1, size)
    ]
    source = "\n".join([_CLASS.replace("Many", name), *lines])
    scope: dict[str, Any] = {"kumi": kumi, "__name__": __name__}
    exec(source, scope)
    made: type[kumi.Schema] = scope[name]
    return made


_CLASS = """class Line(kumi.Record):
    price: kumi.Field[float]
class Many(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
        lines: kumi.Array[Line]
    line = Input.lines
    d0 = kumi.value(Input.x)"""


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
