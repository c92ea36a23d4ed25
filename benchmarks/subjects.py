"""The two schemas that are measured, their inputs, and ways to run them."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from random import Random

import kumi
from benchmarks import by_hand
from kumi import hooks

SCHEMAS = Path(__file__).parent / "schemas"
TAXPAYER = {
    "income": 85000.0,
    "deduction": 14600.0,
    "dependents": 2,
    "status": "single",
    "rate": 0.05,
}
SHIPMENT = {
    "price": 12.5,
    "quantity": 40.0,
    "weight": 1.75,
    "distance": 320.0,
    "fuel": 0.31,
    "wage": 24.0,
}
ROWS = 1000


class Subject:
    """A schema with one input, run over and over as a caller would."""

    def __init__(self, name, given):
        self._path = str(SCHEMAS / name)
        self.given = given
        self.schema = kumi.load(self._path)

    def run(self, times):
        run, given = self.schema.run, self.given
        for _ in repeat(None, times):
            run(**given)

    @contextmanager
    def fresh(self):
        """Compiled anew and never recorded."""
        kept, self.schema = self.schema, kumi.load(self._path)
        try:
            yield
        finally:
            self.schema = kept

    @property
    def machine(self):
        """What executes it."""
        return self.schema._compiled.machine()  # noqa: SLF001 - to look at its code and program

    def plain_bytecode(self):
        """The bytecode of the function that runs it when nothing is recorded."""
        return self.machine._plain.__code__.co_code  # noqa: SLF001 - no caller needs to see it

    @property
    def timed_operations(self):
        """The operations that cost an instruction, and so a reading of the clock."""
        return sum(not operation.opcode.free for operation in self.machine.program.operations)


@contextmanager
def recorded(watcher):
    """With `watcher` installed: every program records to it."""
    hooks.install(watcher)
    try:
        yield watcher
    finally:
        hooks.install(None)


def income_tax():
    """24 scalar operations that cost an instruction."""
    return Subject("income_tax.kumi", TAXPAYER)


def tax_by_hand(times):
    """The same by hand, with the same checks."""
    for _ in repeat(None, times):
        by_hand.income_tax(**TAXPAYER)


def plain_formulas():
    """24 scalar operations, all of which cost an instruction."""
    return Subject("plain_formulas.kumi", SHIPMENT)


def order_lines():
    """Arrays of 1,000 rows, loaded from dictionaries in each run."""
    random = Random(1)
    lines = [
        {
            "price": round(random.uniform(1, 500), 2),
            "quantity": random.randint(1, 9),
            "category": random.choice(["electronics", "books", "food"]),
        }
        for _ in range(ROWS)
    ]
    return Subject("order_lines.kumi", {"lines": lines, "tax_rate": 0.2})
