"""How often an operation takes over 1 ms, not counting what the machine does beside it.

`python -m benchmarks.caller_pauses`

A caller runs the demo's schemas without a pause, in a process of its own, in each variant in turns:
unprofiled, streamed, recorded as it is by default, and that with traces to a collector on this
machine. Durations are those of the event file; the caller's run delay in the kernel during the run
is taken off, so that other work on the machine counts against nobody. (Where our own thread waits
for a processor and holds the interpreter, the caller waits as well: the last column takes that off,
too.) What is unprofiled has no operations to look at, so that there whole runs are: the floor is
those over 1 ms beyond their median.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
from array import array
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchmarks.in_turns import environment, in_turns, summary, table
from benchmarks.sink import sink
from kumi import examples
from kumi.schema import compile_program, load

MILLISECOND = 1_000_000
PER = 100_000
WARM_UP = 200
UNLIKELY = 0.05
ROUNDING = 1e-9
CALLER = Path(__file__).with_name("caller.py")
RECORDED = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1", "KUMI_PROFILE_BLOCK_MS": "60000"}
VARIANTS = {
    "unprofiled": {},
    "STREAM": {**RECORDED, "KUMI_PROFILE_STREAM": "1"},
    "default": RECORDED,
    "default and OTLP": RECORDED,
}
LONG = re.compile(
    rb'\{"event":"vm_operation","schema":"[^"]*","operation":"[^"]*","duration_ms": *[1-9][^\n]*\n'
)
RUN = re.compile(rb'\{"event":"vm_run",[^\n]*\n')


@dataclass(frozen=True)
class Round:
    """What one variant showed in one round."""

    operations: int
    pauses: tuple[float, ...]
    """Milliseconds of each operation that took over 1 ms, without the caller's run delay."""
    own: int
    """How many of them still do without that of the process's other threads."""
    delay: float
    """Milliseconds that the caller's thread waited for a processor during its runs."""

    @property
    def rate(self) -> float:
        """Pauses in 100,000 operations."""
        return len(self.pauses) / self.operations * PER


def main(arguments=None):
    """Measure and print; the exit status is 1 where the default pauses more often than STREAM.

    With traces that says something of a machine with a processor for each of the caller, the owner,
    the sender and the collector only: it is printed, and no more.
    """
    asked = _arguments(arguments)
    with sink() as endpoint:
        rounds = in_turns(
            list(VARIANTS), asked.rounds, lambda name: _measured(name, asked, endpoint)
        )
    print(_report(rounds, asked), end="\n\n")
    held = [_compared(rounds, name) for name in VARIANTS if "default" in name]
    return 0 if held[0] else 1


def _arguments(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.caller_pauses", description=__doc__)
    parser.add_argument("--rounds", type=int, default=12, help="5 to 20")
    parser.add_argument("--runs", type=int, default=1000, help="of each schema, in a round")
    parser.add_argument("--rows", type=int, default=20, help="of data for each run")
    parser.add_argument("--python", default=sys.executable, help="of the checkout to be measured")
    return parser.parse_args(arguments)


def _measured(name, asked, endpoint):
    """One round of a variant."""
    settings = dict(VARIANTS[name])
    if "OTLP" in name:
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "p.jsonl", Path(folder) / "out"
        if settings:
            settings["KUMI_PROFILE_FILE"] = str(file)
        command = [
            asked.python,
            str(CALLER),
            str(asked.runs),
            str(asked.rows),
            str(out),
            str(WARM_UP),
        ]
        subprocess.run(command, env=environment(**settings), cwd=folder, check=True)
        timed = {each: CallerTimes.read(each, out) for each in examples.NAMES}
        long = tuple(_long_operations(file, timed) if settings else _long_runs(timed))
    operations = sum(each.operations * len(each.runs) for each in timed.values())
    own = sum(took - others > 1 for took, others in long)
    delay = sum(each.delay for each in timed.values())
    return Round(operations, tuple(took for took, _ in long), own, delay)


@dataclass(frozen=True)
class CallerTimes:
    """What the caller saw of one schema: begin, end, its run delay, the others', in ns."""

    operations: int
    runs: list[tuple[int, int, int, int]]

    @classmethod
    def read(cls, name, out):
        """From what the caller wrote."""
        numbers = array("q", out.with_suffix(f".{name}").read_bytes())
        operations = len(compile_program(load(examples.path(name))).operations)
        return cls(operations, list(zip(*[iter(numbers)] * 4, strict=True)))

    @property
    def delay(self):
        """Run delay of all runs, in ms."""
        return sum(delay for _, _, delay, _ in self.runs) / MILLISECOND


def _long_runs(timed):
    """What runs took beyond their median and the run delay, where that is over 1 ms."""
    for each in timed.values():
        took = [end - begin - delay for begin, end, delay, _ in each.runs]
        usual = statistics.median(took)
        for ns, (_, _, _, others) in zip(took, each.runs, strict=True):
            if ns - usual > MILLISECOND:
                yield (ns - usual) / MILLISECOND, others / MILLISECOND


def _long_operations(file, timed):
    """What operations took beyond the run delay of their run, where that is over 1 ms.

    With each, the run delay of the other threads. Operations before the first timed run are none.
    """
    lines = file.read_bytes()
    delays = _delays(lines, timed)
    for line in LONG.findall(lines):
        event = json.loads(line)
        own, others = delays.get(event["run"], (math.inf, 0))
        took = event["duration_ms"] - own / MILLISECOND
        if took > 1:
            yield took, others / MILLISECOND


def _delays(lines, timed):
    """The run delays of each run by its id. A schema's runs are in the file as they were made."""
    delays = {}
    runs = sorted(map(json.loads, RUN.findall(lines)), key=lambda run: run["start_unix_nano"])
    for name, each in timed.items():
        schema = load(examples.path(name)).__name__
        recorded = [run["run"] for run in runs if run["schema"] == schema][WARM_UP:]
        if len(recorded) != len(each.runs):
            end = lines.splitlines()[-1].decode()
            raise SystemExit(f"not every run is in the file, so none is told by its place: {end}")
        delays |= {run: seen[2:] for run, seen in zip(recorded, each.runs, strict=True)}
    return delays


def _report(rounds, asked):
    header = (
        "operations over 1 ms in 100,000",
        "median",
        "quartiles",
        "all",
        "longest",
        "run delay",
        "all threads' taken off",
    )
    operations = next(iter(rounds.values()))[0].operations
    return "\n".join(
        [
            f"{asked.rounds} rounds in turns, each of {operations:,} operations:",
            "",
            table([header, *(_row(name, each) for name, each in rounds.items())]),
        ]
    )


def _row(name, rounds):
    median, lower, upper = summary([each.rate for each in rounds])
    pauses = [ms for each in rounds for ms in each.pauses]
    operations = sum(each.operations for each in rounds)
    overall = len(pauses) / operations * PER
    ours = sum(each.own for each in rounds)
    return (
        name,
        f"{median:.2f}",
        f"{lower:.2f} - {upper:.2f}",
        f"{overall:.2f} ({len(pauses)})",
        f"{max(pauses, default=0.0):.1f} ms",
        f"{statistics.median(each.delay for each in rounds):,.0f} ms a round",
        f"{ours / operations * PER:.2f} ({ours})",
    )


def _compared(rounds, name):
    """Whether a variant has no more than STREAM, within the noise of these rounds."""
    pairs = zip(rounds[name], rounds["STREAM"], strict=True)
    more = [one.rate - other.rate for one, other in pairs]
    median, lower, upper = summary(more)
    chance = _chance(more)
    holds = chance > UNLIKELY
    verdict = "no more, within the noise" if holds else "MORE"
    print(
        f"{name} - STREAM, by round: {median:+.2f} ({lower:+.2f} - {upper:+.2f}): {verdict}"
        f" (as much or more by chance: {chance:.0%})"
    )
    return holds


def _chance(differences):
    """How likely so large a sum is, if either of each pair might as well have been the other.

    All choices of signs are counted: Fisher's permutation test for pairs.
    """
    total = math.fsum(differences)
    sums = [
        math.fsum(sign * each for sign, each in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(each >= total - ROUNDING for each in sums) / len(sums)


if __name__ == "__main__":
    sys.exit(main())
