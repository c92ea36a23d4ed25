"""Whether a profile finds the places that cost most, in programs of which that is known.

A program has `PLACES` declarations in random order. Each repeats one operation on the same column,
the five dearest of them so often that each does 1.3 times the work of the next. So the order of the
five is known before anything is measured. One process records all programs and prints JSON: for
each program whether the calibrated profile has the five in that order, by their whole time and as
reports rank them, by their typical time (see `kumi.profiles.typical`).

`--busy N` keeps N processes at work beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from random import Random

import kumi
from kumi import otel
from kumi.profiles.read_profiles import read_breakdown

PROGRAMS = 20
PLACES = 9
TOP = 5
RATIO = 1.3
LEAST = 7
RUNS = 400
STEPS = ("({} * input.a)", "({} + input.a)", "({} - input.a)")
HEAD = """schema do
  input do
    float :a
    array :rows do
      hash :row do
        float :x
      end
    end
  end
"""


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--busy", type=int, default=0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, busy(asked.busy):
        print(json.dumps([_found(Path(folder), seed) for seed in range(PROGRAMS)]))


@contextmanager
def busy(processes):
    """So many processes that never rest, until the block ends."""
    with ExitStack() as stack:
        for _ in range(processes):
            process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield


def work(random):
    """How often each place repeats its operation: the five dearest first, then the others."""
    counts = [LEAST]
    while len(counts) < TOP:
        counts.append(-int(-counts[-1] * RATIO // 1))
    others = [random.randint(1, int(LEAST / RATIO)) for _ in range(PLACES - TOP)]
    return counts[::-1] + others


def _found(folder, seed):
    """Whether the five are in order, by whole time and by typical time."""
    random = Random(seed)
    named = {f"place{n}": count for n, count in enumerate(work(random))}
    step, rows = random.choice(STEPS), random.randint(50, 2000)
    body = ""
    for name in random.sample(sorted(named), len(named)):
        text = "input.rows.row.x"
        for _ in repeat(None, named[name]):
            text = step.format(text)
        body += f"  value :{name}, {text}\n"
    path = folder / f"p{seed}.kumi"
    path.write_text(f"{HEAD}{body}end\n")
    given = {"a": 1.0001, "rows": [{"x": random.uniform(1, 2)} for _ in range(rows)]}
    found = _recorded(path, given)
    return {
        "whole": _by_whole_time(found)[:TOP] == sorted(named)[:TOP],
        "typical": _as_reported(found)[:TOP] == sorted(named)[:TOP],
    }


def _recorded(path, given):
    schema, profile = kumi.load(path), path.with_suffix(".jsonl")
    with otel.profile(file=profile, ops=True, traces="off", block_ms=10_000):
        for _ in repeat(None, RUNS):
            schema.run(given)
    return read_breakdown([str(profile)], calibrated=True)


def _by_whole_time(found):
    times = Counter()
    for spot in found.hotspots:
        times[spot.tally.keys[2]] += spot.tally.total
    return [place for place, _ in times.most_common() if place != "inputs"]


def _as_reported(found):
    places = [place.declaration for place in found.findings.places]
    return [place for place in places if place != "inputs"]


if __name__ == "__main__":
    main()
