"""Two checkouts side by side: `python -m benchmarks.compare BEFORE AFTER`.

Each is a folder with its own .venv. In every round the benchmark of each runs once, briefly, in a
process of its own, the order turned around from round to round (ABBA); then the streamed runs. For
each row both medians, and after / before taken round by round: its median and quartiles. A ratio of
the table that got worse by more than 3 % is said, and makes the exit status 1; nothing else does,
since times depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.in_turns import environment, in_turns, summary, table

SERVICE = Path(__file__).with_name("service.py")
WORSE = 1.03
TABLE = """
import json
from benchmarks import export, record
found = [*record.figures({rounds}), *export.figures({rounds})]
print(json.dumps([figure.to_json() for figure in found]))
"""  # run in both checkouts: what it imports keeps its name, or older ones cannot be compared
HEADER = ("", "before", "after", "after / before", "quartiles", "")


@dataclass(frozen=True)
class Row:
    """One figure of both, round by round."""

    figure: Figure
    before: list[float]
    after: list[float]

    def cells(self):
        """As a row of the table."""
        before, after = (self._shown(summary(values)[0]) for values in (self.before, self.after))
        if not self._compares():
            return self.figure.name, before, after, "", "", ""
        median, lower, upper = summary(self._ratios())
        spread = f"{lower:.3f} - {upper:.3f}"
        return self.figure.name, before, after, f"{median:.3f}", spread, self._verdict()

    def is_worse(self):
        """Whether a ratio got worse by more than 3 %, and not just in some of the rounds."""
        return self.figure.unit == "x" and self._compares() and self._factor() > WORSE

    def _verdict(self):
        if self.is_worse():
            return "WORSE"
        return "slower" if self.figure.unit == "ns" and self._factor() > WORSE else ""

    def _factor(self):
        """By how much it is worse: more is better of what has to be at least so much."""
        median, lower, upper = summary(self._ratios())
        if self.figure.target.startswith(">="):
            median, lower = 1 / median, 1 / upper
        return median if lower > 1 else 1.0

    def _compares(self):
        return self.figure.unit in {"ns", "x"} and all(self.before)

    def _ratios(self):
        return [after / before for before, after in zip(self.before, self.after, strict=True)]

    def _shown(self, value):
        same = {"lower": value, "upper": value, "unit": self.figure.unit}
        return Figure(self.figure.name, median=value, **same).cells()[1]


def main(arguments=None):
    """Measure both and print the table; 1 where a ratio got worse."""
    asked = _arguments(arguments)
    checkouts = {"before": asked.before.resolve(), "after": asked.after.resolve()}
    found = in_turns(
        list(checkouts), asked.rounds, lambda name: _measured(checkouts[name], asked.inner)
    )
    rows = _rows(found["before"], found["after"])
    print(f"{asked.rounds} rounds in turns; before {asked.before}, after {asked.after}\n")
    print(table([HEADER, *(row.cells() for row in rows)]))
    worse = [row.figure.name for row in rows if row.is_worse()]
    print("\nratios worse by more than 3 %:", ", ".join(worse) or "none")
    return 1 if worse else 0


def _arguments(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--inner", type=int, default=3, help="rounds of the table in one of these")
    return parser.parse_args(arguments)


def _measured(checkout, inner):
    """All figures of one checkout, by name."""
    rows = json.loads(_said(checkout, "-c", TABLE.format(rounds=inner)))
    figures = {row["name"]: Figure(**row) for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        for name, ns in json.loads(_said(checkout, str(SERVICE), folder)).items():
            figures[name] = Figure(name, "ns", ns, ns, ns)
    return figures


def _said(checkout, *arguments):
    """What a checkout's Python prints."""
    command = [checkout / ".venv" / "bin" / "python", *arguments]
    kept = environment()
    return subprocess.run(
        command, cwd=checkout, env=kept, stdout=subprocess.PIPE, check=True
    ).stdout


def _rows(before, after):
    """A row for each figure that both have."""
    shared = [name for name in before[0] if name in after[0]]
    return [
        Row(
            after[0][name],
            [each[name].median for each in before],
            [each[name].median for each in after],
        )
        for name in shared
    ]


if __name__ == "__main__":
    sys.exit(main())
