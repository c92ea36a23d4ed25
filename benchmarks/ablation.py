"""What an operation costs, twice: by what a program takes without it, and by its calibrated time.

The same program with and without `MORE` operations of a kind runs unprofiled, in turns; the
difference is what they cost, with no clock between them. Then the longer one is recorded, and read:
the typical time that reports rank by, which is a mean, as the difference is one, less what
`kumi profile --calibrated` takes off. Both in turns too, since the machine is not equally fast all
the time. One process measures all kinds, and prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from itertools import repeat
from pathlib import Path
from time import thread_time

import kumi
from kumi import otel
from kumi.ir.text import disassemble
from kumi.profiles.filters import Filters
from kumi.profiles.grouping import grouped
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted, read_breakdown
from kumi.vm.reading_cost import reading_cost

MORE = 16
TURNS = 7
ROUNDS = 30
BATCH_SECONDS = 0.002
RECORDED_RUNS = 1000
ROWS = 16
INPUT = """
  input do
    float :a
    float :b
    array :rows do
      hash :row do
        float :x
      end
    end
  end
  trait :t, input.a > input.b
"""
GIVEN = {"a": 1.000001, "b": 0.5, "rows": [{"x": 1.0 + n / ROWS} for n in range(ROWS)]}


def chain(first, step):
    """A program whose last value takes `count` steps, each of which needs the one before."""

    def body(count):
        text = first
        for _ in range(count):
            text = step.format(text)
        return f"  value :y, {text}\n"

    return body


def separate(text):
    """A program with `count` values of the same expression, which are not to become one."""
    return lambda count: "".join(f"  value :y{n}, {text}\n" for n in range(count))


KINDS = {
    "scalar arithmetic (Map multiply)": ("Map", chain("input.a", "({} * input.b)")),
    "scalar comparison (Map greater_than)": ("Map", separate("input.a > input.b")),
    "select": ("Select", chain("input.a", "select(t, {}, input.b)")),
    f"vector map, {ROWS} rows": ("Map", chain("input.rows.row.x", "({} * input.a)")),
    f"reduce (sum), {ROWS} rows": ("Reduce", separate("fn(:sum, input.rows.row.x)")),
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            name: _kind(Path(folder), f"k{number}", *found)
            for number, (name, found) in enumerate(KINDS.items())
        }
    found = {"python": sys.version.split()[0], "reading": reading_cost(), "kinds": kinds}
    print(json.dumps(found))


def _kind(folder, name, operation, body):
    """Nanoseconds an operation, by ablation and by a calibrated profile, each turn."""
    with_them, without = (_loaded(folder, name, body, count) for count in (MORE + 1, 1))
    turns = []
    for number in range(TURNS):
        cost = _by_ablation(with_them, without)
        path = folder / f"{name}-{number}.jsonl"
        then = reading_cost.__wrapped__()  # what it costs at this moment, not at the start
        turns.append({"ablation": cost, "then": then, **_by_profile(path, with_them, operation)})
    return turns


def _loaded(folder, name, body, count):
    path = folder / f"{name}_{count}.kumi"
    path.write_text(f"schema do{INPUT}{body(count)}end\n")
    return kumi.load(path).only(without="common_subexpressions")


def _by_ablation(with_them, without):
    given = {name: GIVEN[name] for name in _inputs(with_them)}
    times = max(1, int(BATCH_SECONDS / _batch(with_them, given, 50)))
    differences = []
    for number in range(ROUNDS):
        in_turn = (with_them, without) if number % 2 else (without, with_them)
        took = {schema: _batch(schema, given, times) for schema in in_turn}
        differences.append(took[with_them] - took[without])
    return statistics.median(differences) / MORE * 1e9


def _batch(schema, given, times):
    """Seconds of a run, over a batch: of CPU, since a batch is long enough to be interrupted."""
    run = schema.run
    begin = thread_time()
    for _ in repeat(None, times):
        run(given)
    return (thread_time() - begin) / times


def _inputs(schema):
    """The root inputs that a program loads."""
    return [name for name in GIVEN if f"LoadInput {name}" in disassemble(schema.program)]


def _by_profile(path, schema, operation):
    given = {name: GIVEN[name] for name in _inputs(schema)}
    with otel.profile(file=path, ops=True, traces="off", block_ms=10_000):
        for _ in repeat(None, RECORDED_RUNS):
            schema.run(given)
    raw, calibrated = (_median(path, operation, calibrated=each) for each in (False, True))
    typical = _typical(path, operation)
    return {"raw": typical, "calibrated": typical - (raw - calibrated)}


def _median(path, operation, *, calibrated):
    """The p50 of the added operations, each counted alike."""
    spots = read_breakdown([str(path)], calibrated=calibrated).hotspots
    tallies = [spot.tally for spot in spots if _is_of(spot.tally.keys[1:3], operation)]
    return statistics.mean(tally.p50 for tally in tallies)


def _typical(path, operation):
    """The typical time of one of them, as reports rank by it: a mean without pauses."""
    with open_profiles([str(path)]) as profiles:
        engine = counted(profiles, Filters())
        groups = grouped(engine, engine.uncounted, ("operation", "declaration")).groups
    added = [group for group in groups if _is_of(group.names, operation)]
    return sum(group.typical for group in added) / sum(group.calls for group in added)


def _is_of(names, operation):
    """Whether it is one of the operations that were added, by its name and its declaration's."""
    name, declaration = names
    return name == operation and declaration.startswith("y")


if __name__ == "__main__":
    main()
