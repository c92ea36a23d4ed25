"""What a type checker must refuse: mypy flags the lines marked `# refused`, and no others."""

from __future__ import annotations

from datetime import date

import kumi
from kumi import when


class Line(kumi.Record):
    price: kumi.Field[float]
    quantity: kumi.Field[int]
    category: kumi.Field[str]
    note: kumi.Field[str | None]


class Pricing(kumi.Schema):
    class Input(kumi.Record):
        lines: kumi.Array[Line]
        tier: kumi.Field[str]
        today: kumi.Field[date]
        due: kumi.Field[date | None]

    line = Input.lines
    total = kumi.value((line.price * line.quantity).sum())
    premium = kumi.trait(Input.tier == "premium")
    text = kumi.value(line.category + 1)  # refused
    odd = kumi.value(line.category.sum())  # refused
    not_a_condition = kumi.trait(line.price)  # refused
    either = kumi.value(when(line.price).then(1).otherwise(2))  # refused
    both = kumi.value(line.price & premium)  # refused
    mixed = kumi.value(line.category > 5)  # refused
    unfinished = kumi.value(premium & when(premium).then(True))  # refused
    length = kumi.value(line.note.length())  # refused
    year = kumi.value(kumi.year(Input.tier))  # refused
    since = kumi.trait(Input.today > "2024-01-01")  # refused
    missed = kumi.trait(Input.due < Input.today)  # refused
    mode = kumi.value(kumi.round(line.price, 2, mode="halfup"))  # refused
    may_be_null = kumi.value(kumi.lookup(Input.tier, line.category, line.price) * 2)  # refused
    misspelt = kumi.value(line.pricee)  # refused
    missing = kumi.value(line.price.summ())  # refused


Pricing.Input(lines=[], tire="premium", today=date(2024, 2, 29), due=None)  # refused
Pricing.Input(lines=[])  # refused
Pricing.Input(lines=[3], tier="premium", today=date(2024, 2, 29), due=None)  # refused
Line(price="1", quantity=1, category="a", note=None)  # refused
wrong: str = Pricing.run(tier="premium").total  # refused
unknown = Pricing.run(tier="premium").totl  # refused
for element in Pricing.Input.lines.price:  # refused
    pass
number = float(Pricing.total)  # refused
size = len(Pricing.total)  # refused
made = Pricing(tier="premium")  # refused
changed = Pricing.run(tier="premium")
changed.total = 1.0  # refused
as_number: float = kumi.cells(changed.total)  # refused
another = Pricing.total([])  # refused
