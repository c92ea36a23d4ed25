"""What `import kumi` costs beside `import click`: CPU time of whole processes, in turns.

Python's own start is measured as well and taken off for the second ratio. What must not be imported
by it is looked for too.

    python -m benchmarks.importing [ROUNDS]
"""

from __future__ import annotations

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.figures import Figure
from benchmarks.harness import Series
from benchmarks.in_turns import environment, in_turns, table

ROUNDS = 20
MOST = 1.5
HEAVY = ("numpy", "duckdb", "opentelemetry.sdk", "kumi.schema")
_NOTHING, _OURS, _CLICK = "pass", "import kumi", "import click"
_SCHEMA = "from kumi import Schema"
_LOOK = f"import kumi, sys; print(*[name for name in {HEAVY} if name in sys.modules])"


def main(rounds: int = ROUNDS) -> None:
    """The table."""
    found = in_turns((_NOTHING, _OURS, _CLICK, _SCHEMA), rounds, _spent)
    start, ours, click = (Series(tuple(found[name])) for name in (_NOTHING, _OURS, _CLICK))
    schema = Series(tuple(found[_SCHEMA]))
    figures = [
        Figure.seconds("a process that only imports kumi", ours),
        Figure.ratio("the same / that only imports click", ours / click, most=MOST),
        Figure.ratio("the same, Python's start apart", (ours - start) / (click - start), most=MOST),
        Figure.seconds("a process that takes `Schema` from it, and NumPy with that", schema),
        Figure.fact(f"without {', '.join(HEAVY)}", not _run(_LOOK).strip()),
    ]
    rows = [("", "median", "quartiles", "asked", ""), *(figure.cells() for figure in figures)]
    print(table(rows))


def _spent(code: str) -> float:
    """Nanoseconds of CPU that a process with this code takes."""
    before = getrusage(RUSAGE_CHILDREN)
    _run(code)
    after = getrusage(RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return (user + system) * 1e9


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
