"""How often `kumi compare` errs, and what it finds: `python -m benchmarks.compare_power`.

For each of three schemas a number of fresh processes measure it against itself, and then against
itself with one operation made 10 % slower, as `kumi compare OLD NEW` does. From these processes
comparisons of five are drawn at random, and judged.

* False alarms: comparisons of equal code in which an operation or the runs are called slower or
  faster.
* Found: comparisons with the planted operation in which it is called slower; alone: and nothing
  else is called anything.
* Each operation of at least 0.5 µs and 2 % of the time, made 10 % slower on paper: how often the
  worst of them is found.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter

import kumi
from benchmarks.harness import progress
from benchmarks.in_turns import table
from kumi.compare import verdicts
from kumi.compare.comparison import compared
from kumi.compare.measuring import Question, measured
from kumi.compare.sides import OperationFigures, ProgramFigures, Side
from kumi.compare.turns import in_turns
from kumi.observations import Level

EXAMPLES = Path(kumi.__file__).parent / "examples"
SCHEMAS = ("order_pricing", "payroll", "us_tax_2024")
PROCESS = "kumi.cli.compared_process"
FACTOR = 1.10
LEAST_NS, LEAST_SHARE = 500, 0.02
TRIAL = 100  # steps, to see what a step costs
MODULE = """
import sys
sys.path.append({root!r})
from benchmarks.compare_power import planted
Planted = planted({path!r}, {index}, {steps})
Planted.__module__ = __name__
"""
HEADER = (
    "",
    "processes",
    "operations",
    "false alarms",
    "10 % planted in",
    "found",
    "alone",
    "on paper, worst",
)


def names_bound(schema):
    """What the recorded function calls: `k7` is the kernel of operation 7, if it has one."""
    return schema._compiled.machine()._generated(Level.OPERATIONS, None).bound  # noqa: SLF001 - there is no public way to slow an operation down


def planted(path, index, steps):
    """The schema with operation `index` made slower: by a call, and so many steps of a loop."""
    schema = kumi.load(path)
    bound = names_bound(schema)
    kernel = bound[f"k{index}"]
    todo = range(steps)

    def slower(*args):
        for _ in todo:
            pass
        return kernel(*args)

    bound[f"k{index}"] = slower
    return schema


def steps_of(path, data, index):
    """How many steps make operation `index` slower by the factor."""
    schemas = [kumi.load(path), planted(path, index, 0), planted(path, index, TRIAL)]
    called, slow = (
        median(b / a for a, b in zip(*(time.operations[index].ns for time in both), strict=True))
        for both in (in_turns(schemas[:2], data), in_turns(schemas[::2], data))
    )
    return max(0, round(TRIAL * (FACTOR - called) / (slow - called)))


def candidates(side):
    """Operations that count, with their share of the time, the smallest first."""
    operations = side.programs[0].operations
    times = [median_of(operation) for operation in operations]
    return sorted(
        (ns, index)
        for index, ns in enumerate(times)
        if ns >= LEAST_NS and ns >= LEAST_SHARE * sum(times)
    )


def median_of(operation):
    known = [median(rounds) for rounds in operation.medians if rounds]
    return median(known) if known else 0


def drawn(side, chosen):
    """The side as these of its processes have measured it."""
    [program] = side.programs
    operations = tuple(
        operation._replace(medians=tuple(operation.medians[i] for i in chosen))
        for operation in program.operations
    )
    program = program._replace(
        operations=operations,
        runs=tuple(program.runs[i] for i in chosen),
        run_medians=tuple(program.run_medians[i] for i in chosen),
    )
    return side._replace(measurements=len(chosen), programs=(program,))


def slowed(side, index):
    """The side with one operation slower on paper."""
    [program] = side.programs
    operations = list(program.operations)
    medians = tuple(
        tuple(round(ns * FACTOR) for ns in rounds) for rounds in operations[index].medians
    )
    operations[index] = operations[index]._replace(medians=medians)
    return side._replace(programs=(program._replace(operations=tuple(operations)),))


# A process is drawn many times, and what it says of an operation is the same each time.
verdicts._pair = lru_cache(maxsize=None)(verdicts._pair)  # noqa: SLF001 - the step that takes long


def alarms(old, new, chosen):
    """Which operations a comparison of these processes calls slower or faster, and -1 for runs."""
    found = compared("schemas", drawn(old, chosen), drawn(new, chosen))
    told = {"slower", "faster"}
    named = [i for i, one in enumerate(found.operations) if one.times.verdict in told]
    return named + [-1 for schema in found.schemas if schema.times.verdict in told]


def sides(old, new, data, processes, kept):
    """Both sides, measured; or as they stand in `kept`, where an earlier call has left them."""
    if not kept.exists():
        question = Question((str(old), str(new)), ("old", "new"), data, ((), ()), swapped=False)
        found = measured(PROCESS, question, processes, lambda n: progress(n, processes))[:2]
        kept.write_text(json.dumps(found))
    return [side_of(said) for said in json.loads(kept.read_text())]


def side_of(said):
    """A side from JSON, where all tuples are lists."""
    label, measurements, [[schema, operations, runs, run_medians]], *_ = said
    figures = [
        OperationFigures._make([*operation, tuple(each and tuple(each) for each in medians)])
        for *operation, medians in operations
    ]
    times = tuple(map(tuple, run_medians))
    return Side(label, measurements, (ProgramFigures(schema, tuple(figures), tuple(runs), times),))


def row(name, asked, folder, rng):
    """What is measured of one schema, as a row of the table."""
    path = EXAMPLES / f"{name}.kumi"
    data = json.loads(path.with_suffix(".json").read_text())
    old, new = sides(path, path, data, asked.processes, folder / f"{name}.json")

    def draw():
        return rng.sample(range(old.measurements), asked.size)

    false = sum(bool(alarms(old, new, draw())) for _ in range(asked.comparisons))
    counted = candidates(old)
    paper = [
        sum(index in alarms(old, slowed(new, index), draw()) for _ in range(asked.planted))
        for _, index in counted
    ]
    called = names_bound(kumi.load(path))
    index = next(i for _, i in counted if f"k{i}" in called)
    module, kept = folder / f"{name}_planted.py", folder / f"{name}_planted.json"
    if not kept.exists():
        steps = steps_of(path, data, index)
        root = str(Path(__file__).parents[1])
        module.write_text(MODULE.format(root=root, path=str(path), index=index, steps=steps))
    old, new = sides(path, f"{module}:Planted", data, asked.processes, kept)
    named = [alarms(old, new, draw()) for _ in range(asked.planted)]
    operation = old.programs[0].operations[index]
    return (
        name,
        str(old.measurements),
        str(len(old.programs[0].operations)),
        f"{false} of {asked.comparisons:,}",
        f"{operation.declaration} {operation.title}, {median_of(operation) / 1000:.1f} µs",
        f"{sum(index in one for one in named)} of {asked.planted}",
        f"{sum(index in one and set(one) <= {index, -1} for one in named)}",
        f"{min(paper)} of {asked.planted}",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "schemas", nargs="*", metavar="SCHEMA", help=f"of {', '.join(SCHEMAS)} (all)"
    )
    parser.add_argument("--processes", type=int, default=40, help="fresh processes a side")
    parser.add_argument("--size", type=int, default=5, help="processes of a comparison")
    parser.add_argument("--comparisons", type=int, default=1000, help="drawn of equal code")
    parser.add_argument("--planted", type=int, default=40, help="drawn with a planted operation")
    parser.add_argument("--keep", type=Path, help="a folder for what was measured, or has it")
    asked = parser.parse_args()
    rng = random.Random(0)
    begun = perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        rows = [row(name, asked, folder, rng) for name in asked.schemas or SCHEMAS]
    print(table([HEADER, *rows]))
    took = round(perf_counter() - begun)
    print(f"{asked.size} processes a comparison; {took} s")


if __name__ == "__main__":
    sys.exit(main())
