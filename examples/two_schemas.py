"""Two schemas in one program, twelve operations each: what a profile keeps apart.

Run it with KUMI_PROFILE=1 KUMI_PROFILE_OPS=1 KUMI_PROFILE_FILE=profile.jsonl, and then
`kumi profile profile.jsonl --summary`.
"""

import kumi
from kumi import when


class SchemaA(kumi.Schema):
    class Input(kumi.Record):
        income: kumi.Field[float] = kumi.field(ge=0)
        rate: kumi.Field[float] = kumi.field(ge=0, le=1)

    tax = kumi.value(Input.income * Input.rate)
    net = kumi.value(Input.income - tax)
    comfortable = kumi.trait(net > 40_000.0)
    label = kumi.value(when(comfortable).then("comfortable").otherwise("modest"))


class SchemaB(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]
        discount: kumi.Field[float] = kumi.field(ge=0, le=1)

    reduced = kumi.value(Input.prices * (1.0 - Input.discount))
    total = kumi.value(reduced.sum())
    dearest = kumi.value(reduced.max())
    saved = kumi.value(Input.prices.sum() - total)


if __name__ == "__main__":
    print(SchemaA.run(income=52_000.0, rate=0.2).to_dict())
    print(SchemaB.run(prices=[10.0, 2.5, 40.0], discount=0.2).to_dict())
