"""Reading profiles, in turns with the best statement for DuckDB that one would write by hand.

python -m benchmarks.read [ROWS] [--own]

Each measurement is of a process of its own. The statement counts lines by names and nanoseconds
first, which is exact and the quickest; it makes fewer figures than a report has. Files are made in
a temporary folder, one at a time: 10 million rows take 4.4 GB there. Small files are compared with
importing click, which no command can do without. `--own` measures the first file alone.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

TURNS = 3
SCHEMAS = Path(__file__).parent / "schemas"
EXAMPLES = files("kumi.examples")
RECORD = """
import json, sys
from pathlib import Path
import kumi
taxes = kumi.load(sys.argv[1])
others = [
    (kumi.load(f"{path}.kumi"), json.loads(Path(f"{path}.json").read_text()))
    for path in sys.argv[3:]
]
taxpayer = {
    "income": 85000.0, "deduction": 14600.0, "dependents": 2, "status": "single", "rate": 0.05
}
def lines(schema):
    program = kumi.compile(schema)
    return 1 + len(program.groups) + len(program.operations)
rows, turn = 0, 0
while rows < int(sys.argv[2]):
    for _ in range(8):
        taxes.run(**taxpayer)
    schema, given = others[turn % 8 == 7]
    schema.run(**given)
    rows += 8 * lines(taxes) + lines(schema)
    turn += 1
"""
BY_HAND = """
import sys, duckdb
database = duckdb.connect(config={"preserve_insertion_order": False, "threads": 2})
database.execute('''
WITH lines AS (
  SELECT j
  FROM read_ndjson(
    ?,
    columns = {'j': 'STRUCT(
      event VARCHAR, schema VARCHAR, operation VARCHAR, declaration VARCHAR, "index" BIGINT,
      function VARCHAR, "rows" BIGINT, duration_ms DOUBLE)'},
    records = false, ignore_errors = true, maximum_object_size = 67108864)),
fine AS MATERIALIZED (
  SELECT
    CASE WHEN j IS NULL THEN 'malformed' ELSE j.event END AS status, j.schema AS schema,
    j.operation AS operation, j.declaration AS declaration, j."index" AS index, j.function AS fn,
    CAST(round(j.duration_ms * 1e6) AS BIGINT) AS d, count(*) AS n, sum(j."rows") AS nrows
  FROM lines GROUP BY ALL),
grouped AS (
  SELECT status, GROUPING(schema, operation, declaration) AS g, schema, operation, declaration,
    index, fn, d, sum(n) AS n, sum(nrows) AS nrows
  FROM fine
  GROUP BY GROUPING SETS (
    (status, d), (status, schema, d), (status, schema, operation, d),
    (status, schema, declaration, index, operation, fn, d))),
cumulated AS (
  SELECT *, sum(n) OVER (w ORDER BY d) AS seen, sum(n) OVER w AS everything
  FROM grouped
  WINDOW w AS (PARTITION BY status, g, schema, operation, declaration, index, fn))
SELECT status, g, schema, operation, declaration, index, fn, sum(n), sum(n * d), max(d), sum(nrows),
  min(d) FILTER (seen >= 0.5 * everything), min(d) FILTER (seen >= 0.95 * everything),
  min(d) FILTER (seen >= 0.99 * everything)
FROM cumulated GROUP BY ALL
''', [sys.argv[1]]).fetchall()
"""
BARE_LOOP = """
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    json.loads(line)
    sys.stdout.write(line)
"""
# An installed package has been compiled. Here the first turn does that, also where a shell forbids
# it: else each process would compile Kumi, and none of them click.
AS_INSTALLED = {key: said for key, said in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
PROFILE = "from kumi.cli.main import main; main()"


class Took(NamedTuple):
    """What a process took: seconds of CPU time and wall time, and its memory in MB."""

    cpu: float
    wall: float
    memory: float


def process(code, *arguments):
    """What running some code took, in the middle of nothing else."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, env=AS_INSTALLED
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"exit code {child.returncode}: {arguments}")
    wall = time.perf_counter() - begun
    return Took(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def in_turns(*tasks):
    """The median of what each task took, one after the other, several times."""
    took = [[process(*task) for task in tasks] for _ in range(TURNS)]
    return [
        Took(*map(statistics.median, zip(*each, strict=True))) for each in zip(*took, strict=True)
    ]


def record(path, rows, **settings):
    """A profile of about so many rows, of several schemas."""
    given = {f"KUMI_PROFILE_{name}": value for name, value in settings.items()}
    others = [str(EXAMPLES / name) for name in ("us_tax_2024", "order_pricing")]
    subprocess.run(
        [sys.executable, "-c", RECORD, str(SCHEMAS / "income_tax.kumi"), str(rows), *others],
        env={
            **os.environ,
            "KUMI_PROFILE": "1",
            "KUMI_PROFILE_OPS": "1",
            "KUMI_PROFILE_FILE": str(path),
            "KUMI_PROFILE_BLOCK_MS": "10000",
            **given,
        },
        check=True,
    )
    return path


def foreign(path, rows):
    """Lines with the five keys that other programs write."""
    draw = random.Random(1)
    names = ("Map", "LoadInput", "Ref")
    with path.open("w") as file:
        for row in range(rows):
            file.write(
                f'{{"event":"vm_operation","schema":"S{row % 3}","operation":"{names[row % 3]}",'
                f'"duration_ms":{draw.lognormvariate(0, 1) / 500:.6f},'
                f'"timestamp":"2025-01-20T10:30:{row // 1000 % 60:02d}.{row % 1000:03d}Z"}}\n'
            )
    return path


def damage(path):
    """One line in a thousand is not as it was."""
    copy, draw = path.with_suffix(".damaged.jsonl"), random.Random(2)
    with path.open("rb") as file, copy.open("wb") as damaged:
        for number, line in enumerate(file):
            at = draw.randrange(len(line) - 1)
            damaged.write(line if number % 1000 else line[:at] + b"#" + line[at + 1 :])
    return copy


def head(path, size):
    """The first lines of a file, so many bytes."""
    copy = path.with_suffix(f".{size}.jsonl")
    with path.open("rb") as file:
        copy.write_bytes(file.read(size).rpartition(b"\n")[0] + b"\n")
    return copy


def row(name, value, asked):
    """A line of the table."""
    mark = "" if value <= asked else "  missed"
    print(f"{name:<58} {value:>8.2f} {asked:>8.4g}{mark}", flush=True)


def against_hand(name, path, asked, *, by_hand=None, wall=None, memory=None):
    """A report against the statement; `by_hand` is what that reads, if not the same file."""
    ours, hand = in_turns((PROFILE, "profile", str(path)), (BY_HAND, str(by_hand or path)))
    row(f"{name}: CPU", ours.cpu / hand.cpu, asked)
    if wall:
        row(f"{name}: wall", ours.wall / hand.wall, wall)
    if memory:
        row(f"{name}: memory, MB", ours.memory, memory)


def against_click(folder, own):
    """Whole processes for small files."""
    demo = folder / "demo.jsonl"
    environment = {**os.environ, "KUMI_PROFILE_FILE": str(demo)}
    subprocess.run(
        [sys.executable, "-m", "kumi", "demo"], cwd=folder, env=environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = [path for path in folder.glob("*.jsonl") if "demo" in path.name]
    small = {
        "100 lines": (head(own, 45_000), 2.0),
        "the demo's file": (found[0], 2.2),
        "8 MB": (head(own, 8_000_000), 4.5),
    }
    for name, (path, asked) in small.items():
        ours, click = in_turns((PROFILE, "profile", str(path)), ("import click",))
        row(f"{name} / import click: CPU", ours.cpu / click.cpu, asked)
    below, above = (head(own, size) for size in (23_900_000, 24_100_000))
    first, second = in_turns(*((PROFILE, "profile", str(path)) for path in (below, above)))
    row("where the engine changes, larger / smaller: CPU", second.cpu / first.cpu, 1.3)
    row("the same, smaller / larger: CPU", first.cpu / second.cpu, 1.3)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=2_000_000)
    parser.add_argument("--own", action="store_true", help="only files as Kumi writes them")
    asked = parser.parse_args()
    print(f"{'':<58} {'ratio':>8} {'asked':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = record(folder / "own.jsonl", asked.rows)
        most = 150 if asked.rows <= 10_000_000 else 200
        against_hand(f"own file, {asked.rows:,} rows", own, 0.7, wall=1.2, memory=most)
        if not asked.own:
            others(folder, own, asked.rows)


def others(folder, own, rows):
    """The rows of filters, small files, damage, and other kinds of files."""
    part = head(own, min(own.stat().st_size, 400_000_000))
    own.unlink()
    filtered = (PROFILE, "profile", str(part), "--schema", "UsTax2024")
    with_filter, without = in_turns(filtered, (PROFILE, "profile", str(part)))
    row("with a filter / without: CPU", with_filter.cpu / without.cpu, 1.0)
    raw = head(part, 40_000_000)
    ours, bare = in_turns((PROFILE, "profile", "--raw", str(raw)), (BARE_LOOP, str(raw)))
    row("--raw / a loop of json.loads: CPU", ours.cpu / bare.cpu, 1.3)
    against_click(folder, part)
    damaged = damage(part)
    against_hand("one damaged line in a thousand", damaged, 2.5)
    damaged.unlink()
    packed = folder / "own.jsonl.zst"
    record(packed, rows // 10)
    against_hand("the same, compressed (.zst)", packed, 1.0)
    table = folder / "own.parquet"
    process(PROFILE, "profile", str(part), "-o", str(table))
    against_hand("Parquet / the statement on lines", table, 0.4, by_hand=part)
    for each in (table, part):
        each.unlink()
    streamed = record(folder / "stream.jsonl", rows // 20, STREAM="1")
    against_hand("a streamed file, schemas in turns", streamed, 1.0)
    streamed.unlink()
    against_hand("lines of others", foreign(folder / "five.jsonl", rows // 4), 2.2)


if __name__ == "__main__":
    main()
