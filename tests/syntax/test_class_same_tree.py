"""Everything the text form can say, the class form can say, and both give equal trees."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Optional

import kumi.syntax.classes as kumi
from kumi.places import Source
from kumi.syntax.classes import Declarations, tree, when
from kumi.syntax.outline import outline
from kumi.syntax.text import parse


def text_outline(text, name):
    return outline(parse(Source("it.kumi", text), name))


class Line(kumi.Record):
    price: kumi.Field[float] = kumi.field(ge=0)
    quantity: kumi.Field[int]
    category: kumi.Field[str]


class OrderPricing(Declarations):
    class Input(kumi.Record):
        lines: kumi.Array[Line] = kumi.array(element="line", index="i")
        tier: kumi.Field[str] = kumi.field(one_of=["standard", "premium"])

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


ORDER_PRICING = """
schema do
  input do
    array :lines, index: :i do
      hash :line do
        float :price, domain: 0..
        integer :quantity
        string :category
      end
    end
    string :tier, domain: ["standard", "premium"]
  end
  trait :premium, input.tier == "premium"
  let :subtotal, input.lines.line.price * input.lines.line.quantity
  value :discounted do
    on premium, input.lines.line.category == "electronics", subtotal * 0.85
    on input.lines.line.quantity >= 5, subtotal * 0.90
    base subtotal
  end
  value :total, fn(:sum, discounted)
end
"""


def test_the_whole_schema_of_the_documentation():
    assert outline(tree(OrderPricing)) == text_outline(ORDER_PRICING, "OrderPricing")


class Address(kumi.Record):
    street: kumi.Field[str]
    zip_code: kumi.Field[int] = kumi.field(name="class")


class Sale(kumi.Record):
    amounts: kumi.Array[Decimal]
    rate: kumi.Field[Decimal] = kumi.field(ge=Decimal("0.05"), lt=Decimal(1))
    tax: kumi.Field[Decimal] = kumi.field(one_of=[Decimal("0.07"), 0])


class Everywhere(Declarations):
    class Input(kumi.Record):
        flag: kumi.Field[bool]
        whatever: kumi.Field[Any]
        address: kumi.Field[Address]
        opaque: kumi.Field[dict[str, Any]]
        scores: kumi.Array[float] = kumi.array(element="score", ge=0, lt=1)
        grid: kumi.Array[kumi.Array[int]] = kumi.array(element=["row", "cell"], index=["r", "c"])
        deep: kumi.Array[kumi.Array[Sale]]
        sales: kumi.Array[Sale]
        level: kumi.Field[int | None] = kumi.field(le=9)
        nick: kumi.Field[Optional[str]]  # noqa: UP045 - as older code has it
        thing: kumi.Field[Any | None]
        former: kumi.Field[Address | None]
        temperatures: kumi.Array[float | None]
        addresses: kumi.Array[Address | None]


EVERYWHERE = """
schema do
  input do
    boolean :flag
    any :whatever
    hash :address do
      string :street
      integer :class
    end
    hash :opaque
    array :scores do
      float :score, domain: 0...1
    end
    array :grid, index: :r do
      array :row, index: :c do
        integer :cell
      end
    end
    array :deep do
      array :sale do
        hash :sale do
          array :amounts do
            decimal :item
          end
          decimal :rate, domain: to_decimal("0.05")...to_decimal("1")
          decimal :tax, domain: [to_decimal("0.07"), 0]
        end
      end
    end
    array :sales do
      hash :sale do
        array :amounts do
          decimal :item
        end
        decimal :rate, domain: to_decimal("0.05")...to_decimal("1")
        decimal :tax, domain: [to_decimal("0.07"), 0]
      end
    end
    integer :level, domain: ..9, null: true
    string :nick, null: true
    any :thing, null: true
    hash :former, null: true do
      string :street
      integer :class
    end
    array :temperatures do
      float :item, null: true
    end
    array :addresses do
      hash :address, null: true do
        string :street
        integer :class
      end
    end
  end
end
"""


def test_inputs_of_every_kind():
    assert outline(tree(Everywhere)) == text_outline(EVERYWHERE, "Everywhere")


CASCADES = """
schema do
  input do
    boolean :p
    boolean :q
  end
  value :o do
    on input.p, input.q, 1
    on_any input.p, input.q, 2
    on_none input.p, input.q, 3
    on input.p, 4
    base null
  end
  let :n do
    on p, 1.5
    base o
  end
  trait :p, input.p & input.q
end
"""


class Cascades(Declarations):
    class Input(kumi.Record):
        p: kumi.Field[bool]
        q: kumi.Field[bool]

    o = kumi.value(
        when(Input.p, Input.q)
        .then(1)
        .when(kumi.any_of(Input.p, Input.q))
        .then(2)
        .when(kumi.none_of(Input.p, Input.q))
        .then(3)
        .when(Input.p)
        .then(4)
        .otherwise(None)
    )
    n = kumi.let(when(kumi.ref("p")).then(1.5).otherwise(o))
    p = kumi.trait(Input.p & Input.q)


def test_a_cascade_at_the_root_of_a_declaration_stays_one():
    assert outline(tree(Cascades)) == text_outline(CASCADES, "Cascades")
