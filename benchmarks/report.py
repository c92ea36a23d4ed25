"""The results as a table in the terminal, and in README.md between its markers.

`python -m benchmarks.report` rewrites README.md from results.json, `--check` only compares.
Standard library only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- figures: written by make bench -->\n", "<!-- end of figures -->"
HEADER = ("", "median", "quartiles", "target", "")


def terminal(results):
    """The table of one run, with what it ran on."""
    rows = [HEADER, *_rows(results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([_setting(results), "", *(line.rstrip() for line in lines)])


def markdown(results):
    """The same for README.md."""
    lines = ["| " + " | ".join(row) + " |" for row in (HEADER, ("---",) * 5, *_rows(results))]
    return "\n".join([*lines, "", _setting(results), ""])


def passed(results):
    """Whether everything that decides holds."""
    return all(
        figure["holds"] is not False or not figure["decides"] for figure in results["figures"]
    )


def readme_with(results, text):
    """README's text with the table of `results` between its markers."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + markdown(results) + END + rest.split(END)[1]


def main(arguments):
    """Rewrite README.md, or with --check say whether it agrees; the exit status."""
    text = README.read_text()
    new = readme_with(json.loads(RESULTS.read_text()), text)
    if "--check" in arguments:
        return 0 if new == text else "README.md and benchmarks/results.json disagree: make bench"
    README.write_text(new)
    return 0


def _rows(results):
    return [Figure(**figure).cells() for figure in results["figures"]]


def _setting(results):
    waiting = results.get("waiting_rounds")
    wall = f" (wall time, less the kernel's run delay: {waiting})" if waiting else ""
    return (
        f"Medians of CPU time of the process over {results['rounds']} interleaved rounds{wall}; "
        f"{results['machine']}; Python {results['python']}; opentelemetry-sdk {results['sdk']}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
