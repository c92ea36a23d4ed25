"""Whether a profile tells the truth: `python -m benchmarks.fidelity`.

Two questions, in processes of their own, so that no figure is that of one lucky layout of memory:
is an operation's calibrated time what it really costs (see `ablation`), and does the profile find
the dearest places, idle and beside busy processes (see `hotspots`)? `--python` may be repeated,
with other interpreters that Kumi is installed for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from benchmarks.harness import progress
from benchmarks.in_turns import environment, summary, table

WITHIN_NS = 10
RECORDINGS = 9
_HEADING = (
    "ns an operation", "true cost", "raw", "calibrated", "off by", "quartiles", "reading then", "",
)  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append", help="an interpreter (this one)")
    parser.add_argument("--processes", type=int, default=3, help="for the times of operations")
    asked = parser.parse_args(arguments)
    for python in asked.python or [sys.executable]:
        _times(python, asked.processes)
        _places(python)
        _recordings(python)


def _times(python, processes):
    """A table of each kind of operation: what it costs, and what the profile says."""
    found = []
    for number in range(processes):
        found.append(_child(python, "benchmarks.ablation"))
        progress(number + 1, processes)
    readings = ", ".join(f"{each['reading']:.1f}" for each in found)
    print(f"\nPython {found[0]['python']}; a reading costs {readings} ns (of each process)")
    kinds = found[0]["kinds"]
    turns = {kind: [turn for each in found for turn in each["kinds"][kind]] for kind in kinds}
    print(table([_HEADING, *(_row(kind, of) for kind, of in turns.items())]))


def _row(kind, turns):
    middle = {name: summary([turn[name] for turn in turns])[0] for name in turns[0]}
    off, lower, upper = summary([turn["calibrated"] - turn["ablation"] for turn in turns])
    times = (f"{middle[name]:,.1f}" for name in ("ablation", "raw", "calibrated"))
    verdict = _verdict(off, lower, upper)
    spread, then = f"{lower:+.1f} .. {upper:+.1f}", f"{middle['then']:.1f}"
    return kind, *times, f"{off:+.1f}", spread, then, verdict


def _verdict(off, lower, upper):
    if abs(off) <= WITHIN_NS:
        return f"within {WITHIN_NS} ns"
    return "within the noise" if lower < 0 < upper else f"more than {WITHIN_NS} ns"


def _places(python):
    """In how many programs the five dearest places are found in their order."""
    rows = [("the five dearest places in order", "by whole time", "by typical time")]
    beside = os.cpu_count() or 1
    for name, busy in (("idle", 0), (f"beside {beside} busy processes", beside)):
        found = _child(python, "benchmarks.hotspots", "--busy", str(busy))
        right = (sum(each[by] for each in found) for by in ("whole", "typical"))
        rows.append((name, *(f"{number} of {len(found)}" for number in right)))
    print("\n" + table(rows))


def _recordings(python):
    """In how many recordings of one program beside busy processes the same three are first."""
    busy, often = str(os.cpu_count() or 1), str(RECORDINGS)
    found = _child(python, "benchmarks.hotspots", "--busy", busy, "--recordings", often)
    rows = [(f"{rows} number of rows", f"{number} of {often}") for rows, number in found.items()]
    print(f"\nBeside {busy} busy processes, the three dearest places of one program in order")
    print(table([("recordings with", ""), *rows]))


def _child(python, *module):
    done = subprocess.run(
        [python, "-m", *module], env=environment(), stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
