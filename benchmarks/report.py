"""The results as a table in the terminal, and on pages between markers: all, or what matters there.

`python -m benchmarks.report` rewrites the pages from results.json, `--check` only compares.
Standard library only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
IN_PRODUCTION = (
    "run of 24 scalar operations, by hand",
    "the same as a schema, off",
    "the same, every operation recorded",
    "recorded / off",
    "recorded / off, declarations only",
    "off after on / never on",
    "run over 1,000 rows, loading included, off",
    "the same, recorded / off",
    "an operation: recorded, JSON and OTLP bytes",
    "an operation: the same, and the file written",
)
PAGES = {ROOT / "README.md": None, ROOT / "docs" / "production.md": IN_PRODUCTION}
"""The pages that show figures, and which; None for all."""
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


def markdown(results, names=None):
    """The same for a page, of all figures or of these."""
    rows = [row for row in _rows(results) if names is None or row[0] in names]
    lines = ["| " + " | ".join(row) + " |" for row in (HEADER, ("---",) * 5, *rows)]
    return "\n".join([*lines, "", _setting(results), ""])


def passed(results):
    """Whether everything that decides holds."""
    return all(
        figure["holds"] is not False or not figure["decides"] for figure in results["figures"]
    )


def page_with(results, text, names):
    """A page's text with the table of `results` between its markers."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + markdown(results, names) + END + rest.split(END)[1]


def main(arguments):
    """Rewrite the pages, or with --check say whether they agree; the exit status."""
    results = json.loads(RESULTS.read_text())
    for page, names in PAGES.items():
        text = page.read_text(encoding="utf-8")
        new = page_with(results, text, names)
        if "--check" not in arguments:
            page.write_text(new, encoding="utf-8")
        elif new != text:
            return f"{page.name} and benchmarks/results.json disagree: make bench"
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
