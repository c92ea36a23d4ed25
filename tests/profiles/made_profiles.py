"""Profiles of five kinds, with figures that are the same each time. Run this to write screens/ anew.

That of the demo was recorded once; the others are made here.
"""

import gzip
import random
from pathlib import Path

from profile_files import declaration, end, operation, phase, program, run, start, text, timed

FOLDER = Path(__file__).parent / "screens"
MS = 1_000_000
BEGAN = 1737369045000000000


class Script:
    """A recorded program: what happens in it, one behind the other."""

    def __init__(self, schema, path, declarations, seed=0):
        self.schema, self.chance = schema, random.Random(seed)
        self.now, self.runs = BEGAN, 0
        described = [[name, "let", line, None] for name, line, *_ in declarations]
        self.operations = [
            (name, *made, line) for name, line, *operations in declarations for made in operations
        ]
        listed = [
            [name, opcode, function if opcode in {"Map", "Reduce"} else None]
            + [function if opcode == "Ref" else None, [], line]
            + ([function] if opcode == "LoadInput" else [])
            for name, opcode, function, _, line in self.operations
        ]
        self.events = [
            start(cost=50),
            program(listed, schema) | {"path": path, "declarations": described},
        ]

    def during(self, make, ns, **more):
        self.events.append(
            make(ns=ns, **more) | {"start_unix_nano": self.now, "end_unix_nano": self.now + ns}
        )

    def compiled(self, ns):
        for name, part in (("parse", 0.2), ("analyze", 0.4), ("lower", 0.1), ("codegen", 0.3)):
            self.during(phase, round(ns * part), name=name, schema=self.schema)
        self.during(phase, ns, name="compile", schema=self.schema)
        self.now += ns

    def run(self, rows, pauses=()):
        """A run; a pause is (index of an operation, nanoseconds, cause)."""
        of = {"run": f"5b8aa5a2{self.runs:08x}"}
        held = {index: (ns, cause) for index, ns, cause in pauses}
        began, self.runs = self.now, self.runs + 1
        inside = {}
        for index, (name, opcode, function, cost, _) in enumerate(self.operations):
            ns = round(cost * rows * self.chance.uniform(0.97, 1.03))
            pause, cause = held.get(index, (0, None))
            if cause:
                self.during(timed, pause, event="pause", cause=cause, generation=None)
            named = function if opcode in {"Map", "Reduce"} else None
            self.during(
                operation, ns + pause, schema=self.schema, name=opcode, declaration=name,
                index=index, function=named, rows=rows if cost else 0, **of,
            )  # fmt: skip
            self.now += ns + pause
            inside[name] = inside.get(name, 0) + ns + pause
        whole, self.now = self.now - began, began
        for name, ns in inside.items():
            self.during(declaration, ns, schema=self.schema, name=name, **of)
        self.during(run, whole, schema=self.schema, **of)
        self.now += whole

    def ended(self, ns):
        self.now = BEGAN
        self.during(phase, ns, name="script_execution")
        return text(*self.events, end(timestamp="2025-01-20T10:31:45.123Z"))


def slow():
    """A schema in which one declaration takes most of the time, over many rows."""
    script = Script(
        "Shipping",
        "/app/rules/shipping.kumi",
        [
            ("inputs", 3, ("LoadInput", "parcels.parcel.weight", 60), ("LoadInput", "zone", 0.1)),
            ("volume", 14, ("Map", "multiply", 4), ("Map", "multiply", 4)),
            ("zone_price", 21, ("Map", "conditional", 9), ("Map", "equal", 2)),
            ("surcharge", 33, ("Map", "regex_match", 420), ("Ref", "volume", 0)),
            ("price", 38, ("Map", "add", 3), ("Select", None, 4)),
            ("total", 41, ("Reduce", "sum", 2)),
        ],
    )
    script.compiled(9 * MS)
    for _ in range(40):
        script.run(5000)
    return script.ended(140 * MS)


def loading():
    """A schema whose time goes into loading its input."""
    script = Script(
        "Ledger",
        "/app/rules/ledger.kumi",
        [
            (
                "inputs",
                4,
                ("LoadInput", "accounts.account.entries.entry.amount", 110),
                ("LoadInput", "accounts.account.entries.entry.booked_on", 190),
                ("LoadInput", "accounts.account.owner", 90),
            ),
            ("signed", 19, ("Map", "negate", 5), ("Select", None, 6)),
            ("balance", 24, ("Reduce", "sum", 3)),
            ("overdrawn", 27, ("Map", "less", 4)),
        ],
    )
    script.compiled(6 * MS)
    for _ in range(12):
        script.run(20_000)
    return script.ended(130 * MS)


def compiling():
    """A script that compiles several schemas, and runs each of them once."""
    script = Script(
        "Quote",
        "/app/quotes.py",
        [
            ("inputs", 12, ("LoadInput", "customer.age", 900)),
            ("risk", 15, ("Map", "multiply", 700), ("Map", "add", 400)),
            ("premium", 16, ("Map", "multiply", 650)),
        ],
    )
    for _ in range(25):
        script.compiled(4 * MS)
        script.run(1)
    return script.ended(160 * MS)


def pauses():
    """A service on a busy machine: operations are held up, for reasons that are known or not."""
    script = Script(
        "Score",
        "/app/rules/score.kumi",
        [
            ("inputs", 2, ("LoadInput", "clicks.click.at", 80)),
            ("recent", 9, ("Map", "greater", 12), ("Map", "subtract", 14)),
            ("weight", 12, ("Map", "divide", 30)),
            ("score", 15, ("Reduce", "sum", 5)),
        ],
    )
    script.compiled(5 * MS)
    held = {
        30: [(2, 38 * MS, "gc")],
        95: [(0, 12 * MS, "kernel")],
        120: [(3, 7 * MS, "kumi")],
        180: [(1, 2 * MS, None)],
    }
    for number in range(240):
        script.run(300, held.get(number, ()))
    return script.ended(120 * MS)


def demo():
    return gzip.decompress((FOLDER / "demo.jsonl.gz").read_bytes()).decode()


KINDS = {made.__name__: made for made in (demo, slow, loading, compiling, pauses)}


def screen(folder, kind):
    """The first 24 lines at 80 columns."""
    from kumi.profiles.read_profiles import read_breakdown
    from kumi.profiles.reports.drawing import plain
    from kumi.profiles.reports.summary import summary

    path = Path(folder, f"{kind}.jsonl")
    path.write_text(KINDS[kind](), "utf-8")
    drawn = plain(summary(read_breakdown([str(path)]), 10), 80)
    return "".join(drawn.splitlines(keepends=True)[:24])


if __name__ == "__main__":
    import tempfile

    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            (FOLDER / f"{kind}.txt").write_text(screen(folder, kind), "utf-8")
