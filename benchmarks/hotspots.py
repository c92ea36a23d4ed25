"""Whether a profile finds the places that cost most, in programs of which that is known.

A program has `PLACES` declarations in random order. Each repeats one operation on the same column
with a number of its own, so that none computes what another does and would be reused; the
five dearest so often that each does 1.3 times the work of the next. So the order of the
five is known before anything is measured. One process records all programs and prints JSON: for
each program whether the calibrated profile has the five in that order, by their whole time and as
reports rank them, by their typical time (see `kumi.profiles.typical`).

With `--recordings N` it records one of the programs so often instead, once with a number of rows
that is always the same and once with one that varies from run to run, and prints how many of these
recordings have the three dearest places in their order.

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
TOP, FIRST = 5, 3
RATIO = 1.3
LEAST = 7
RUNS = 400
STEPS = ("({} * input.{})", "({} + input.{})", "({} - input.{})")
HEAD = """schema do
  input do
%s
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
    parser.add_argument("--recordings", type=int, default=0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, busy(asked.busy):
        if asked.recordings:
            found = _again(Path(folder), asked.recordings)
        else:
            found = [_found(Path(folder), seed) for seed in range(PROGRAMS)]
        print(json.dumps(found))


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
    path, ranked = _program(folder, seed, random)
    found = _recorded(path, repeat(_input(random, random.randint(50, 2000)), RUNS))
    return {
        "whole": _by_whole_time(found)[:TOP] == ranked[:TOP],
        "typical": _as_reported(found)[:TOP] == ranked[:TOP],
    }


def _again(folder, recordings):
    """In how many recordings of one program the three are first, by how many rows its runs have."""
    random = Random(0)
    path, ranked = _program(folder, 0, random)
    inputs = [_input(random, rows) for rows in (16, 17, 250, 1000)]
    draws = {"the same": lambda: inputs[2], "varying": lambda: random.choice(inputs)}
    found = dict.fromkeys(draws, 0)
    for _ in range(recordings):
        for rows, draw in draws.items():
            seen = _as_reported(_recorded(path, [draw() for _ in range(RUNS)]))
            found[rows] += seen[:FIRST] == ranked[:FIRST]
    return found


def _program(folder, seed, random):
    """A program in a file, and its places, the dearest first."""
    named = {f"place{n}": count for n, count in enumerate(work(random))}
    step = random.choice(STEPS)
    body = ""
    for name in random.sample(sorted(named), len(named)):
        text = "input.rows.row.x"
        for _ in repeat(None, named[name]):
            text = step.format(text, name)
        body += f"  value :{name}, {text}\n"
    path = folder / f"p{seed}.kumi"
    numbers = "\n".join(f"    float :{name}" for name in named)
    path.write_text(f"{HEAD % numbers}{body}end\n")
    return path, sorted(named)


def _input(random, rows):
    numbers = {f"place{n}": 1.0001 for n in range(PLACES)}
    return {**numbers, "rows": [{"x": random.uniform(1, 2)} for _ in range(rows)]}


def _recorded(path, inputs):
    schema, profile = kumi.load(path), path.with_suffix(".jsonl")
    with otel.profile(file=profile, ops=True, traces="off", block_ms=10_000):
        for given in inputs:
            schema.run(given)
    found = read_breakdown([str(profile)], calibrated=True)
    profile.unlink()
    return found


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
