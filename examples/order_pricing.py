"""An order priced by a schema that is a Python class: `order_pricing.kumi` says the same."""

import kumi
from kumi import when


class Line(kumi.Record):
    price: kumi.Field[float] = kumi.field(ge=0)
    quantity: kumi.Field[int]
    category: kumi.Field[str]


class OrderPricing(kumi.Schema):
    class Input(kumi.Record):
        lines: kumi.Array[Line]
        tier: kumi.Field[str] = kumi.field(one_of=["standard", "premium"])

    line = Input.lines  # a path is no declaration: it has no value of its own
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


if __name__ == "__main__":
    result = OrderPricing.run(
        lines=[
            {"price": 100.0, "quantity": 2, "category": "electronics"},
            {"price": 8.0, "quantity": 10, "category": "books"},
        ],
        tier="premium",
    )
    print(result.discounted, result.total)  # [170.0, 72.0] 242.0
