"""Real rules whose rates come as tables, in both forms, to the cent against plain decimals."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

import kumi
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

CENT = Decimal("0.01")


def rounded(number, mode, to=CENT):
    return number.quantize(to, mode)


def schema_of(text, name):
    return type(name, (Schema,), {"_parsed": parse(Source(f"{name}.kumi", text), name)})


# UK income tax 2024/25, England: the allowance goes down by a pound for every two pounds of income
# above the taper (ITA 2007, s. 35), the bands are those of taxable income; fractions of a pound of
# income and of a penny of tax are dropped.

UK = """
schema do
  input do
    array :people do
      hash :person do
        decimal :income, domain: 0..
      end
    end
    decimal :allowance
    decimal :taper_from
    array :bands do
      hash :band do
        decimal :from
        decimal :rate
        decimal :before
      end
    end
  end
  let :excess, fn(:max_of, input.people.person.income - input.taper_from, 0)
  let :allowance, fn(:max_of, input.allowance - fn(:floor, excess / 2), 0)
  let :taxable, fn(:max_of, fn(:floor, input.people.person.income) - allowance, 0)
  let :from, fn(:bracket, taxable, input.bands.band.from, input.bands.band.from, default: 0)
  let :rate, fn(:bracket, taxable, input.bands.band.from, input.bands.band.rate, default: 0)
  let :before, fn(:bracket, taxable, input.bands.band.from, input.bands.band.before, default: 0)
  value :tax, fn(:round, before + rate * (taxable - from), 2, mode: :down)
end
"""


class Person(kumi.Record):
    income: kumi.Field[Decimal] = kumi.field(ge=0)


class Band(kumi.Record):
    start: kumi.Field[Decimal] = kumi.field(name="from")
    rate: kumi.Field[Decimal]
    before: kumi.Field[Decimal]


class UkIncomeTax(kumi.Schema):
    class Input(kumi.Record):
        people: kumi.Array[Person] = kumi.array(element="person")
        allowance: kumi.Field[Decimal]
        taper_from: kumi.Field[Decimal]
        bands: kumi.Array[Band] = kumi.array(element="band")

    income, band = Input.people.income, Input.bands
    excess = kumi.let(kumi.max_of(income - Input.taper_from, 0))
    allowance = kumi.let(kumi.max_of(Input.allowance - kumi.floor(excess / 2), 0))
    taxable = kumi.let(kumi.max_of(kumi.floor(income) - allowance, 0))
    start = kumi.let(kumi.bracket(taxable, band.start, band.start, default=0), name="from")
    rate = kumi.let(kumi.bracket(taxable, band.start, band.rate, default=0))
    before = kumi.let(kumi.bracket(taxable, band.start, band.before, default=0))
    tax = kumi.value(kumi.round(before + rate * (taxable - start), 2, mode="down"))


UK_BANDS = [
    {"from": Decimal(0), "rate": Decimal("0.20"), "before": Decimal(0)},
    {"from": Decimal(37_700), "rate": Decimal("0.40"), "before": Decimal(7_540)},
    {"from": Decimal(125_140), "rate": Decimal("0.45"), "before": Decimal(42_516)},
]


def uk_tax(income):
    excess = max(income - 100_000, Decimal(0))
    allowance = max(12_570 - rounded(excess / 2, ROUND_DOWN, Decimal(1)), Decimal(0))
    left = max(rounded(income, ROUND_DOWN, Decimal(1)) - allowance, Decimal(0))
    tax = Decimal(0)
    limits = [(Decimal(37_700), "0.20"), (Decimal(125_140), "0.40"), (Decimal(10**12), "0.45")]
    below = Decimal(0)
    for limit, rate in limits:
        tax += max(min(left, limit) - below, Decimal(0)) * Decimal(rate)
        below = limit
    return rounded(tax, ROUND_DOWN)


def test_uk_income_tax():
    rnd = random.Random(1)
    incomes = [Decimal(rnd.randrange(20_000_000)).scaleb(-2) for _ in range(500)]
    incomes += map(Decimal, ("0", "12570", "12570.99", "50270", "100000", "100001", "125140"))
    given = {
        "people": [{"income": income} for income in incomes],
        "allowance": Decimal(12_570),
        "taper_from": Decimal(100_000),
        "bands": UK_BANDS,
    }
    expected = [uk_tax(income) for income in incomes]
    assert schema_of(UK, "UkIncomeTax").run(given)["tax"] == expected
    assert UkIncomeTax.run(given)["tax"] == expected
    assert outline(tree(UkIncomeTax)) == outline(parse(Source("uk.kumi", UK), "UkIncomeTax"))


# Parcels: the zone of the country, then the price "up to" a weight in that zone; fuel is added, and
# the sum is rounded up to 5 cents.


class Parcel(kumi.Record):
    country: kumi.Field[str]
    weight: kumi.Field[Decimal] = kumi.field(ge=0)


class Country(kumi.Record):
    code: kumi.Field[str]
    zone: kumi.Field[int]


class Price(kumi.Record):
    zone: kumi.Field[int]
    up_to: kumi.Field[Decimal]
    price: kumi.Field[Decimal]


class Postage(kumi.Schema):
    class Input(kumi.Record):
        parcels: kumi.Array[Parcel]
        countries: kumi.Array[Country]
        prices: kumi.Array[Price]
        fuel: kumi.Field[Decimal]

    parcel, country, row = Input.parcels, Input.countries, Input.prices
    zone = kumi.let(kumi.lookup(parcel.country, country.code, country.zone, default=9))
    price = kumi.let(
        kumi.bracket(parcel.weight, row.up_to, row.price, zone, row.zone, ends="up_to")
    )
    refused = kumi.value(price.is_null())
    due = price.coalesce(0) * (1 + Input.fuel)
    total = kumi.value(kumi.round_to(due, Decimal("0.05"), mode="up"))


def postage(country, weight, zones, prices, fuel):
    zone = zones.get(country, 9)
    fitting = [price for z, up_to, price in prices if z == zone and weight <= up_to]
    if not fitting:
        return True, Decimal(0)
    steps = (fitting[0] * (1 + fuel) / Decimal("0.05")).quantize(Decimal(1), ROUND_CEILING)
    return False, steps * Decimal("0.05")


def test_parcels():
    rnd = random.Random(2)
    zones = {"CH": 1, "DE": 2, "FR": 2, "GB": 3}
    prices = [
        (zone, Decimal(limit), Decimal(rnd.randrange(500, 9000)).scaleb(-2))
        for zone in (1, 2, 3, 9)
        for limit in ("0.5", "1", "2", "5", "10", "30")[: 7 - zone // 2]
    ]
    rnd.shuffle(prices)
    prices.sort(key=lambda price: price[1])  # the zones lie across each other
    parcels = [
        (rnd.choice([*zones, "US", "JP"]), Decimal(rnd.randrange(3500)).scaleb(-2))
        for _ in range(500)
    ]
    found = Postage.run(
        parcels=[{"country": code, "weight": weight} for code, weight in parcels],
        countries=[{"code": code, "zone": zone} for code, zone in zones.items()],
        prices=[dict(zip(("zone", "up_to", "price"), one, strict=True)) for one in prices],
        fuel=Decimal("0.0725"),
    )
    expected = [postage(*parcel, zones, prices, Decimal("0.0725")) for parcel in parcels]
    assert list(zip(found["refused"], found["total"], strict=True)) == expected


# Insurance by factors: of age at the start (a date), of region, and of vehicle and use together.

INSURANCE = """
schema do
  input do
    decimal :base
    array :policies do
      hash :policy do
        date :born
        date :starts
        string :region
        string :vehicle
        boolean :business
      end
    end
    array :ages do hash :age do
      integer :from
      decimal :factor
    end end
    array :regions do hash :region do
      string :code
      decimal :factor
    end end
    array :uses do hash :use do
      string :vehicle
      boolean :business
      decimal :factor
    end end
  end
  let :age, fn(:years_between, input.policies.policy.born, input.policies.policy.starts)
  let :by_age, fn(:bracket, age, input.ages.age.from, input.ages.age.factor, default: 2)
  let :by_region, fn(:lookup, input.policies.policy.region, input.regions.region.code,
                     input.regions.region.factor, default: 1)
  let :by_use, fn(:lookup, input.policies.policy.vehicle, input.uses.use.vehicle,
                  input.policies.policy.business, input.uses.use.business,
                  input.uses.use.factor, default: 1.5)
  value :premium, fn(:round, input.base * by_age * by_region * by_use, 2, mode: :half_up)
end
"""


def test_insurance():
    rnd = random.Random(3)
    ages = {18: "1.85", 25: "1.2", 40: "0.95", 70: "1.35"}
    regions = {"north": "0.885", "south": "1.115"}
    uses = {("car", False): "1", ("car", True): "1.25", ("van", True): "1.4"}
    policies, expected = [], []
    for _ in range(400):
        age, region = rnd.randrange(16, 90), rnd.choice(["north", "south", "sea"])
        vehicle, business = rnd.choice(["car", "van"]), rnd.random() < 0.5
        born = date(2024 - age, 7, 1)
        starts = born.replace(year=2024, day=rnd.choice([1, 2]))
        policies.append({
            "born": born, "starts": starts, "region": region, "vehicle": vehicle,
            "business": business,
        })  # fmt: skip
        by_age = next((f for a, f in reversed(ages.items()) if a <= age), "2")
        by_use = uses.get((vehicle, business), "1.5")
        factors = [by_age, regions.get(region, "1"), by_use]
        premium = Decimal("312.35")
        for factor in factors:
            premium *= Decimal(factor)
        expected.append(rounded(premium, ROUND_HALF_UP))
    found = schema_of(INSURANCE, "Insurance").run(
        base="312.35",
        policies=policies,
        ages=[{"from": age, "factor": factor} for age, factor in ages.items()],
        regions=[{"code": code, "factor": factor} for code, factor in regions.items()],
        uses=[{"vehicle": v, "business": b, "factor": f} for (v, b), f in uses.items()],
    )
    assert found["premium"] == expected
