"""What a type checker must accept and infer; `test_typing_mypy.py` runs mypy over it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, assert_type

import kumi
from kumi import Expr, Value, when


class Address(kumi.Record):
    city: kumi.Field[str]


class Line(kumi.Record):
    price: kumi.Field[float] = kumi.field(ge=0)
    quantity: kumi.Field[int]
    category: kumi.Field[str]
    note: kumi.Field[str | None]


class OrderPricing(kumi.Schema):
    class Input(kumi.Record):
        lines: kumi.Array[Line] = kumi.array(element="line", index="i")
        tier: kumi.Field[str] = kumi.field(one_of=["standard", "premium"])
        address: kumi.Field[Address]
        anything: kumi.Field[Any]
        opaque: kumi.Field[dict[str, Any]]
        scores: kumi.Array[float]
        grid: kumi.Array[kumi.Array[int]]
        exact: kumi.Field[Decimal]
        rebate: kumi.Field[Decimal | None]
        today: kumi.Field[date] = kumi.field(ge=date(2000, 1, 1))
        due: kumi.Field[date | None]

    line = Input.lines
    premium = kumi.trait(Input.tier == "premium")
    subtotal = kumi.let(line.price * line.quantity)
    discounted = kumi.value(
        when(premium, line.category == "electronics")
        .then(subtotal * 0.85)
        .when(line.quantity >= 5)
        .then(subtotal * 0.90)
        .otherwise(subtotal)
    )
    total = kumi.value(discounted.sum())
    pieces = kumi.value(line.quantity.sum())
    rows = kumi.value(kumi.count(line))
    label = kumi.value(when(premium).then("a").otherwise("b"))
    maybe = kumi.value(when(premium).then(line.quantity).otherwise(None))
    place = kumi.value(Input.address)
    fixed = kumi.value(5)
    later = kumi.value(kumi.ref("total") + 1)
    best = kumi.value(kumi.max([line.price, 1.0]))
    age = kumi.value(kumi.years_between(Input.due.coalesce(Input.today), Input.today))
    renewed = kumi.value(kumi.add_months(Input.today, 1))
    free = kumi.value(Input.anything * 2 + kumi.size(line))


Input = OrderPricing.Input
line = Input.lines

# On the class: expressions and paths.
assert_type(Input.lines, type[Line])
assert_type(Input.address, type[Address])
assert_type(Input.address.city, Expr[str])
assert_type(Input.tier, Expr[str])
assert_type(Input.scores, Expr[float])
assert_type(Input.grid, Expr[int])
assert_type(line.price, Expr[float])
assert_type(OrderPricing.total, Value[float])
assert_type(OrderPricing.premium, Value[bool])
assert_type(OrderPricing.total(tier="standard", lines=Input.lines), Expr[float])

# Operators promote as the language does.
assert_type(line.price * line.quantity, Expr[float])
assert_type(line.quantity * line.price, Expr[float])
assert_type(line.quantity + 1, Expr[int])
assert_type(1 + line.quantity, Expr[int])
assert_type(line.quantity * 0.5, Expr[float])
assert_type(0.5 * line.quantity, Expr[float])
assert_type(line.quantity / 2, Expr[float])
assert_type(1 / line.quantity, Expr[float])
assert_type(Input.exact * line.quantity, Expr[Decimal])
assert_type(line.price * Input.exact, Expr[Decimal])
assert_type(Decimal("0.1") * line.quantity, Expr[Decimal])
assert_type(-line.price, Expr[float])
assert_type(line.category * 3, Expr[str])
assert_type(line.price > 1, Expr[bool])
assert_type(line.category < "m", Expr[bool])
assert_type((line.price > 1) & ~OrderPricing.premium, Expr[bool])
assert_type(line.note.coalesce(""), Expr[str])
assert_type(kumi.select(OrderPricing.premium, line.price, 0.0), Expr[float])
assert_type(kumi.any_of(OrderPricing.premium), Expr[bool])
assert_type(kumi.whole(Input.scores), Expr[Sequence[float]])
assert_type(line.category.length(), Expr[int])
assert_type(kumi.sqrt(line.quantity), Expr[float])

assert_type(Input.today > date(2024, 1, 1), Expr[bool])
assert_type(date(2024, 1, 1) > Input.today, Expr[bool])
assert_type(Input.today.max(), Expr[date])
assert_type(kumi.max_of(Input.today, date(2024, 1, 1)), Expr[date])

assert_type(round(line.price, 2), Expr[float])
assert_type(round(line.price), Expr[float])
assert_type(round(Input.exact, 2), Expr[Decimal])
assert_type(kumi.round(line.quantity, -2, mode="half_up"), Expr[int])
assert_type(math.floor(line.price), Expr[int])
assert_type(math.trunc(line.price), Expr[int])
assert_type(math.ceil(Input.exact), Expr[int])
assert_type(kumi.round_to(line.price, 0.05), Expr[float])
assert_type(kumi.max_of(line.price, 0.5, line.quantity), Expr[float])
assert_type(line.quantity.is_in(1, 2), Expr[bool])
assert_type(kumi.lookup(Input.tier, line.category, line.price, default=0.0), Expr[float])
assert_type(kumi.lookup(Input.tier, line.category, line.price), Expr[float | None])
assert_type(
    kumi.lookup(Input.tier, line.category, 2, line.quantity, line.price, default=0.0), Expr[float]
)
assert_type(
    kumi.bracket(Input.exact, line.price, line.category, ends="up_to", default="none"), Expr[str]
)
assert_type(kumi.bracket(Input.today, Input.today, line.quantity), Expr[int | None])

# What chooses among numbers promotes as operators do: a decimal beside them makes them decimals.
exact, rebate = Input.exact, Input.rebate
assert_type(kumi.max_of(exact, 0), Expr[Decimal])
assert_type(kumi.min_of(line.price, exact, 1), Expr[Decimal])
assert_type(kumi.select(OrderPricing.premium, exact, 0), Expr[Decimal])
assert_type(kumi.select(OrderPricing.premium, line.quantity, exact), Expr[Decimal])
assert_type(rebate.coalesce(0), Expr[Decimal])
assert_type(kumi.coalesce(rebate, line.quantity), Expr[Decimal])
assert_type(exact.clamp(0, line.quantity), Expr[Decimal])
assert_type(kumi.clamp(exact, 0, 10), Expr[Decimal])
assert_type(kumi.round_to(exact, 5, mode="up"), Expr[Decimal])
assert_type(kumi.lookup(Input.tier, line.category, exact, default=0), Expr[Decimal])
assert_type(kumi.lookup(1, line.quantity, 2, line.quantity, exact, default=0), Expr[Decimal])
assert_type(kumi.bracket(line.price, line.price, exact, default=0), Expr[Decimal])
assert_type(when(OrderPricing.premium).then(exact).otherwise(0), Expr[Decimal])
assert_type(when(OrderPricing.premium).then(0).otherwise(exact), Expr[Decimal])
assert_type(
    when(OrderPricing.premium).then(0).when(line.price > 1).then(exact).otherwise(0.5),
    Expr[Decimal],
)
assert_type(kumi.select(OrderPricing.premium, exact, None).max(), Expr[Decimal])
assert_type(kumi.min(line.note), Expr[str])
assert_type(kumi.lookup(date(2024, 1, 1), Input.today, line.quantity, default=0), Expr[int])
assert_type(Input.today.is_in(date(2024, 1, 1), date(2024, 12, 25)), Expr[bool])

# On a result, and on a record: values.
result = OrderPricing.run(
    Input(
        lines=[Line(price=9.5, quantity=2, category="books", note=None), {"price": 1.0}],
        tier="premium",
        address=Address(city="Bern"),
        anything=1,
        opaque={"a": 1},
        scores=[1.0, 2],
        grid=[[1], [2, 3]],
        exact=Decimal(1),
        rebate=None,
        today=date(2024, 2, 29),
        due=None,
    )
)
assert_type(result, OrderPricing)
assert_type(result.total, float)
assert_type(result.pieces, int)
assert_type(result.rows, int)
assert_type(result.premium, bool)
assert_type(result.label, str)
assert_type(result.maybe, int | None)
assert_type(result.place, Address)
assert_type(result.fixed, int)
assert_type(result.age, int)
assert_type(result.renewed, date)
assert_type(OrderPricing.run({"tier": "premium"}).total, float)
assert_type(OrderPricing.run(tier="premium", lines=[]).total, float)
assert_type(OrderPricing.only("total").run(tier="premium").total, float)

# A value over arrays is a list of cells, or of lists of them.
assert_type(kumi.cells(result.discounted), list[float])
assert_type(kumi.cells(result.maybe), list[int | None])
assert_type(kumi.cells(result.total, 2), list[list[float]])
assert_type(list(result), list[str])
assert_type("total" in result, bool)

record = Input.lines(price=1.0, quantity=1, category="a", note="b")
assert_type(record.price, float)


def data(given: OrderPricing.Input) -> tuple[str, Sequence[Line], Sequence[Sequence[int]]]:
    return given.tier, given.lines, given.grid


mapping: Mapping[str, Any] = result.to_dict()

assert_type([operation.index for operation in kumi.compile(OrderPricing).operations], list[int])
