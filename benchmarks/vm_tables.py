"""Rounding and tables over columns, beside the same by hand in NumPy on the same columns.

By hand means what somebody writes who trusts the data: `np.rint` (which rounds 2.675 to 2.67), a
dict without a look for keys that occur twice, a search without a look at the order of the bounds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from kumi.kernels import bind
from kumi.kernels.kinds import DECIMAL, FLOAT, INTEGER, STRING
from kumi.kernels.vectors import Axis, Column, cells, column_of

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (1_000, 100_000)
TARGETS = {"round": (50.0, 12.0), "lookup": (None, 120.0), "bracket": (None, 15.0)}
"""Nanoseconds a cell at each size, by the first word of a row's name."""

BOUNDS = [0.0, 11_600.0, 47_150.0, 100_525.0, 191_950.0, 243_725.0, 609_350.0]
RATES = [0.1, 0.12, 0.22, 0.24, 0.32, 0.35, 0.37]
STATUSES = ["single", "joint", "separate", "head"]


@dataclass(frozen=True)
class Row:
    """One thing to measure, by Kumi and by hand."""

    name: str
    ours: Callable[[], object]
    by_hand: Callable[[], object]


def rows(size: int) -> list[Row]:
    """What is measured over so many cells."""
    return [*_rounding(size), *_lookups(size), *_brackets(size)]


def _rounding(size: int) -> list[Row]:
    rng = np.random.default_rng(3)
    prices = np.round(rng.lognormal(4, 1, size), 2)
    products = Column(prices * np.round(rng.random(size), 3))
    ties = Column(np.round(rng.lognormal(4, 1, size), 3))
    money = column_of([Decimal(f"{product:.5f}") for product in products.values], DECIMAL)

    def row(name: str, column: Column, kind: Any, mode: str) -> Row:
        kernel = bind.elementwise("round", (kind, INTEGER), kind, mode=mode)
        floats = column.values if kind is FLOAT else products.values
        return Row(name, lambda: kernel(column, 2), lambda: np.rint(floats * 100) / 100)

    return [
        row("round, half even", products, FLOAT, "half_even"),
        row("round, half up", products, FLOAT, "half_up"),
        row("round, 1 in 10 a tie", ties, FLOAT, "half_up"),
        row("round, up", products, FLOAT, "up"),
        row("round, decimals", money, DECIMAL, "half_up"),
    ]


def _lookups(size: int) -> list[Row]:
    rnd = random.Random(0)
    regions = [f"region {number}" for number in range(50)]
    codes = rnd.sample(range(2_000), 1_000)

    def row(name: str, kind: Any, keys: list[Any]) -> Row:
        given = column_of(rnd.choices(keys, k=size), kind)
        known, values = (
            column_of(keys, kind),
            column_of([float(n) for n in range(len(keys))], FLOAT),
        )
        kernel = bind.search(
            "lookup", (kind, kind, FLOAT), FLOAT, ("rows",), whole=False, default=0.0
        )
        return Row(
            name,
            lambda: kernel((given, known, values), _axes(known), ()),
            lambda: _dict_by_hand(given, keys, values.values),
        )

    return [row("lookup of text", STRING, regions), row("lookup of integers", INTEGER, codes)]


def _dict_by_hand(given: Column, keys: list[Any], values: Any) -> Any:
    rows = dict(zip(keys, range(len(keys)), strict=True))
    return values[np.fromiter(map(rows.get, cells(given), repeat(0)), np.int64, len(given))]


def _brackets(size: int) -> list[Row]:
    rnd = random.Random(1)
    incomes = Column(np.random.default_rng(1).lognormal(10.5, 1, size))
    statuses = column_of(rnd.choices(STATUSES, k=size), STRING)
    bounds, rates = column_of(BOUNDS, FLOAT), column_of(RATES, FLOAT)
    many, all_rates = column_of(BOUNDS * 4, FLOAT), column_of(RATES * 4, FLOAT)
    keys = column_of([status for status in STATUSES for _ in BOUNDS], STRING)
    kinds: tuple[Any, ...] = (FLOAT, FLOAT, FLOAT)
    plain = bind.search("bracket", kinds, FLOAT, ("rows",), whole=False, default=0.0)
    keyed = bind.search("bracket", (*kinds, STRING, STRING), FLOAT, ("rows",), whole=False)
    starts = dict(zip(STATUSES, range(0, len(keys), len(BOUNDS)), strict=True))

    def by_hand() -> Any:
        return rates.values[np.searchsorted(bounds.values, incomes.values, "right") - 1]

    def keyed_by_hand() -> Any:
        begins = np.fromiter(map(starts.__getitem__, cells(statuses)), np.int64, size)
        found = np.searchsorted(bounds.values, incomes.values, "right") - 1
        return all_rates.values[begins + found]

    return [
        Row("bracket", lambda: plain((incomes, bounds, rates), _axes(bounds), ()), by_hand),
        Row(
            "keyed bracket",
            lambda: keyed((incomes, many, all_rates, statuses, keys), _axes(keys), ()),
            keyed_by_hand,
        ),
    ]


def _axes(rows_of: Column) -> list[Axis]:
    return [Axis(np.array([0, len(rows_of)]))]


def _case(name: str, body: Callable[[], object], size: int) -> Case:
    def repeated(times: int) -> None:
        for _ in range(times):
            body()

    return Case(name, repeated, max(2, 400_000 // size), size)


def _by_hand(name: str) -> str:
    return f"{name} by hand"


def figures(rounds: int) -> list[Figure]:
    """What a cell costs, and how that is to the same by hand."""
    return [one for place, size in enumerate(SIZES) for one in _figures(place, size, rounds)]


def _figures(place: int, size: int, rounds: int) -> list[Figure]:
    measured = rows(size)
    cases = [_case(row.name, row.ours, size) for row in measured]
    cases += [_case(_by_hand(row.name), row.by_hand, size) for row in measured]
    with np.errstate(all="ignore"):
        series = measure(cases, rounds)
    found = []
    for row in measured:
        ours, shown = series[row.name], f"{row.name}, {size:,} cells"
        found.append(Figure.ns(f"{shown}: a cell", ours, most=_target(row.name, place)))
        found.append(Figure.ratio(f"{shown}: / NumPy by hand", ours / series[_by_hand(row.name)]))
    return found


def _target(name: str, place: int) -> float | None:
    words = name.replace(",", "").split()
    return None if "decimals" in words else TARGETS.get(words[0], (None, None))[place]
