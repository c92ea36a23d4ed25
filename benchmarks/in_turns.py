"""Processes measured in turns: what they inherit, whose turn it is, and figures round by round."""

from __future__ import annotations

import os
import statistics

from benchmarks.harness import progress


def environment(**settings):
    """This process's environment without anything that steers profiling, and `settings`."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    return inherited | settings


def in_turns(names, rounds, measure):
    """`measure(name)` of each name in each round; every second round goes backwards (ABBA)."""
    found = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else names[::-1]:
            found[name].append(measure(name))
        progress(number + 1, rounds)
    return found


def summary(values):
    """Median, lower and upper quartile; of few values, none beyond the least and the most."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return median, lower, upper


def table(rows):
    """Rows of text in columns, the first one to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
