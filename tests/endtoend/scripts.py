"""Programs that the tests run as a user would: in a process of their own, with an environment.

A shell gives each command a process group of its own. Else two commands of one test would be the
workers of one job, since their common parent, which runs the tests, is a Python as they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from patience import HANG, PATIENT

TWO_SCHEMAS = """
import kumi


class SchemaA(kumi.Schema):
    class Input(kumi.Record):
        income: kumi.Field[float]
        rate: kumi.Field[float]

    tax = kumi.value(Input.income * Input.rate)
    net = kumi.value(Input.income - tax)
    high = kumi.trait(net > 1000.0)
    label = kumi.value(kumi.when(high).then("rich").otherwise("low"))


class SchemaB(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]

    doubled = kumi.value(Input.prices * 2.0)
    total = kumi.value(doubled.sum())
    most = kumi.value(doubled.max())


a = SchemaA.run(income=50_000.0, rate=0.2)
b = SchemaB.run(prices=[1.0, 2.5, 4.0])
print(a.to_dict(), b.to_dict())
"""

EXPECTED = (
    "{'tax': 10000.0, 'net': 40000.0, 'label': 'rich'} "
    "{'doubled': [2.0, 5.0, 8.0], 'total': 15.0, 'most': 8.0}\n"
)


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without anything that steers profiling, and `settings`."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    return inherited | PATIENT | settings


def run_script(path: Path, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a script with these settings."""
    return subprocess.run(
        [sys.executable, str(path)],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=HANG,
        process_group=0,
    )


def kumi(*args: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command `kumi`."""
    return subprocess.run(
        [sys.executable, "-m", "kumi", *args],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=HANG,
        process_group=0,
    )


def events(path: Path, kind: str | None = None) -> list[dict[str, object]]:
    """The events of a file, of one kind where given. Every line must be whole JSON."""
    found = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [event for event in found if kind in (None, event["event"])]


def operations(path: Path) -> int:
    """How many operations a file holds."""
    return len(events(path, "vm_operation"))
