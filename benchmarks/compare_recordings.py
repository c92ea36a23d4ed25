"""How often `kumi compare BASE NEW` errs: `python -m benchmarks.compare_recordings`.

One script is recorded twice, by two fresh `kumi record`s one after the other, and the recordings
are compared with `--fail-on time=20%`; and so on, 40 pairs. None may trip the gate, since the code
is the same. The table has the ratio of the runs' medians in the pairs, so that one sees how near
they came.

`--busy N` keeps N processes at work beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import quantiles

import kumi
from benchmarks.harness import progress
from benchmarks.hotspots import busy
from benchmarks.in_turns import table

EXAMPLES = Path(kumi.__file__).parent / "examples"
SCHEMAS = ("order_pricing", "payroll", "us_tax_2024")
TRIPPED = 3
SCRIPT = """
import json
from pathlib import Path
import kumi

for name in {names!r}:
    path = Path({folder!r}, name + ".kumi")
    schema, data = kumi.load(path), json.loads(path.with_suffix(".json").read_text())
    for _ in range({runs}):
        schema.run(data)
"""


def kumi_command(*arguments, accepted=(0,)):
    """What a command of Kumi's prints, and its exit code, which must be one of those accepted."""
    command = [sys.executable, "-m", "kumi", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        sys.exit(done.stderr)
    return done.stdout, done.returncode


def pair(folder, gate):
    """Two recordings of the script: each schema's ratio, and whether the gate tripped."""
    for name in ("base", "new"):
        file = folder / f"{name}.jsonl"
        file.unlink(missing_ok=True)  # what one process starts is one job, and would append
        kumi_command("record", "--quiet", "-o", file, folder / "script.py")
    sides = (folder / "base.jsonl", folder / "new.jsonl")
    said, code = kumi_command(
        "compare", *sides, "--json", "--fail-on", f"time={gate}%", accepted=(0, TRIPPED)
    )
    return {one["schema"]: one["ratio"] for one in json.loads(said)["schemas"]}, code == TRIPPED


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--runs", type=int, default=500, help="of each schema, in a recording")
    parser.add_argument("--gate", type=int, default=20, help="per cent")
    parser.add_argument("--busy", type=int, default=0, help="processes at work beside it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, busy(asked.busy):
        folder = Path(scratch)
        text = SCRIPT.format(names=SCHEMAS, folder=str(EXAMPLES), runs=asked.runs)
        (folder / "script.py").write_text(text)
        found = []
        for count in range(asked.pairs):
            found.append(pair(folder, asked.gate))
            progress(count + 1, asked.pairs)
    print(table([("", "least", "median", "largest"), *map(ratios(found), found[0][0])]))
    alarms = sum(tripped for _, tripped in found)
    print(f"{alarms} of {asked.pairs} pairs tripped --fail-on time={asked.gate}%")


def ratios(found):
    """The row of a schema: how the ratios of its runs lie."""

    def row(schema):
        values = sorted(said[schema] for said, _ in found)
        middle = quantiles(values, n=2)[0] if len(values) > 1 else values[0]
        return (schema, *(f"{value:.3f}" for value in (values[0], middle, values[-1])))

    return row


if __name__ == "__main__":
    main()
