"""What calculating costs, beside the same by hand: scalars, formulas, rounding, tables, loading.

One table. All that a line compares takes turns in one process; a ratio is taken round by round, of
CPU time. Results are compared with those by hand first: a loop over `decimal` has the same digits.

    python -m benchmarks.vm [ROUNDS]
"""

from __future__ import annotations

import random
import sys
from decimal import Decimal
from functools import partial

import kumi
from benchmarks import vm_tables
from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.in_turns import table
from benchmarks.subjects import income_tax, tax_by_hand
from benchmarks.vm_formulas import (
    SUBJECTS,
    Loaded,
    check_loop,
    check_numpy,
    converted,
    of,
    schemas,
)
from kumi.ir.ops import LOAD_INPUT
from kumi.vm.access import Loading
from kumi.vm.loaders import loader

ROUNDS = 15
LONG = 5
"""Rounds of what takes long: whole runs of many rows, and the loops beside them."""

SIZES = (1_000, 10_000, 100_000)
SCALARS, COLUMNS, EXACT = 1.3, 1.1, 1.4
LOOP = {"floats": 0.4, "Decimals": 0.9, "text": 0.9}
LOOP_OF_FEW = {"floats": 0.8, "Decimals": 1.35, "text": 1.35}
LOADING = {"float": 60, "integer": 60, "decimal": 320, "text": 320}


def main(rounds=ROUNDS):
    """The table."""
    rows = [("", "median", "quartiles", "asked", "")]
    for figures in (_scalars, _columns, _runs, vm_tables.figures, _loading):
        rows += [figure.cells() for figure in figures(rounds)]
    print(table(rows))


def _scalars(rounds):
    tax = income_tax()
    cases = [Case("run", tax.run, 4_000), Case("by hand", tax_by_hand, 4_000)]
    series = measure(cases, rounds)
    ratio = series["run"] / series["by hand"]
    return [
        Figure.ns(f"run of {tax.timed_operations} scalar operations", series["run"]),
        Figure.ratio("the same / by hand, same checks", ratio, most=SCALARS),
    ]


def _columns(rounds):
    """The formulas in floats and in NumPy, over columns that are loaded."""
    found = []
    for name in SUBJECTS:
        for size in SIZES:
            series = measure(_over_columns(name, size), rounds)
            shown = f"{name} in floats, {size:,} rows: "
            ratio = series["run"] / series["NumPy"]
            found.append(Figure.ns(f"{shown}formulas, a row", series["run"]))
            found.append(Figure.ratio(f"{shown}formulas / NumPy by hand", ratio, most=COLUMNS))
    return found


def _over_columns(name, size):
    schema, make, _, in_numpy = SUBJECTS[name]
    loaded = Loaded(schemas(schema)[0], make(size))
    given = loaded.columns, loaded.loading.axes
    check_numpy(name, loaded.run(), in_numpy(*given))
    times = max(2, 200_000 // size)
    return [
        Case("run", repeated(loaded.run), times, per=size),
        Case("NumPy", repeated(partial(in_numpy, *given)), times, per=size),
    ]


def _runs(rounds):
    """Whole runs from dicts: decimals beside floats, and beside the loop."""
    sizes = [(name, size) for name in SUBJECTS for size in SIZES]
    return [one for name, size in sizes for one in _run(name, size, min(rounds, LONG))]


def _run(name, size, rounds):
    series = measure(_whole(name, size), rounds)
    few = size == SIZES[0]
    shown = f"{name} in decimals, {size:,} rows: "
    exact = series["floats"] / series["in floats"]
    yield Figure.ns(f"{name} in floats, {size:,} rows: a run, a row", series["in floats"])
    yield Figure.ratio(f"{shown}run / float run", exact, most=None if few else EXACT)
    for what, most in (LOOP_OF_FEW if few else LOOP).items():
        ratio = series[what] / series[f"loop over {what}"]
        yield Figure.ratio(f"{shown}run / loop by hand, from {what}", ratio, most=most)


def _whole(name, size):
    schema, make, in_a_loop, _ = SUBJECTS[name]
    floats, decimals = schemas(schema)
    data = make(size)
    inputs = {"floats": data, "Decimals": converted(data, of), "text": converted(data, repr)}
    bodies = {"in floats": partial(floats.run, data)}
    for what, given in inputs.items():
        check_loop(name, decimals.run(given), in_a_loop(given))
        bodies[what] = partial(decimals.run, given)
        bodies[f"loop over {what}"] = partial(in_a_loop, given)
    times = max(1, 20_000 // size)
    return [Case(what, repeated(body), times, per=size) for what, body in bodies.items()]


def _loading(rounds):
    """A cell of rows that are dicts: two fields a row, and each opens its array anew."""
    found = []
    for size in SIZES[1:]:
        cases = [_loads(what, size) for what in LOADING]
        series = measure(cases, rounds)
        for what, most in LOADING.items():
            shown = f"loading {size:,} dicts: {what} cell"
            found.append(Figure.ns(shown, series[what], most=most))
    return found


def _loads(what, size):
    rnd = random.Random(2)
    kind = "decimal" if what == "text" else what
    make = {
        "float": lambda: round(rnd.uniform(0, 1_000), 2),
        "integer": lambda: rnd.randrange(1_000_000),
        "decimal": lambda: Decimal(rnd.randrange(100_000)) / 100,
        "text": lambda: f"{rnd.uniform(0, 1_000):.2f}",
    }[what]
    data = {"rows": [{"a": make(), "b": make()} for _ in range(size)]}
    fields = f"hash :row do {kind} :a {kind} :b end"
    text = f"schema do input do array :rows do {fields} end end"
    schema = kumi.loads(f"{text} value :c, input.rows.row.a + input.rows.row.b end")
    operations = kumi.compile(schema).operations
    loads = [loader(one.leaf, one.index) for one in operations if one.opcode is LOAD_INPUT]

    def load():
        loading = Loading(data, [])
        for one in loads:
            one(loading)

    return Case(what, repeated(load), max(1, 40_000 // size), per=2 * size)


def repeated(body):
    """A case's body, which does something so many times."""

    def times(number):
        for _ in range(number):
            body()

    return times


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
