"""The premium of a car's insurance, by tables of factors; `car_insurance.kumi` says the same.

Insurance premium tax is 12 % of the premium: section 51 of the Finance Act 1994, as it stands since
June 2017. All factors are invented, and so are the rounding and the least premium.
"""

from datetime import date
from decimal import Decimal

import kumi


class Driver(kumi.Record):
    born: kumi.Field[date]
    licensed: kumi.Field[date]
    claims: kumi.Field[int] = kumi.field(ge=0, le=20)


class Policy(kumi.Record):
    starts: kumi.Field[date]
    ends: kumi.Field[date]
    group: kumi.Field[str] = kumi.field(one_of=["A", "B", "C"])
    region: kumi.Field[str]
    use: kumi.Field[str] = kumi.field(one_of=["private", "business"])
    excess: kumi.Field[Decimal | None] = kumi.field(ge=0)
    drivers: kumi.Array[Driver]


class Age(kumi.Record):
    years: kumi.Field[int]
    factor: kumi.Field[Decimal]


class Region(kumi.Record):
    region: kumi.Field[str]
    factor: kumi.Field[Decimal]


class Base(kumi.Record):
    group: kumi.Field[str]
    use: kumi.Field[str]
    premium: kumi.Field[Decimal]


class Excess(kumi.Record):
    up_to: kumi.Field[Decimal]
    factor: kumi.Field[Decimal]


class CarInsurance(kumi.Schema):
    class Input(kumi.Record):
        tax: kumi.Field[Decimal] = kumi.field(ge=0, le=1)
        least: kumi.Field[Decimal]
        policies: kumi.Array[Policy]
        ages: kumi.Array[Age]
        regions: kumi.Array[Region]
        bases: kumi.Array[Base]
        excesses: kumi.Array[Excess] = kumi.array(element="row")

    policy, driver = Input.policies, Input.policies.drivers
    age_row, region_row, base_row, excess_row = (
        Input.ages,
        Input.regions,
        Input.bases,
        Input.excesses,
    )

    # The driver with the highest risk counts.
    age = kumi.let(kumi.years_between(driver.born, policy.starts))
    of_age = kumi.let(kumi.bracket(age, age_row.years, age_row.factor, default=Decimal("2.5")))
    novice = kumi.trait(kumi.years_between(driver.licensed, policy.starts) < 2)
    claims = kumi.let(Decimal("1.15") ** driver.claims)
    risk = kumi.let(of_age * claims * kumi.select(novice, Decimal("1.3"), 1))
    highest = kumi.let(risk.max().coalesce(1))

    list_premium = kumi.let(
        kumi.lookup(
            policy.group,
            base_row.group,
            policy.use,
            base_row.use,
            base_row.premium,
            default=Decimal("999.99"),
        )
    )
    of_region = kumi.let(
        kumi.lookup(policy.region, region_row.region, region_row.factor, default=1)
    )
    of_excess = kumi.let(
        kumi.bracket(
            policy.excess.coalesce(0),
            excess_row.up_to,
            excess_row.factor,
            ends="up_to",
            default=Decimal("0.7"),
        )
    )
    by_factors = kumi.let(list_premium * highest * of_region * of_excess)
    annual = kumi.value(kumi.max_of(kumi.round(by_factors, 2, mode="half_up"), Input.least))

    # Part of a year costs its days of 365, a year 1; a day after the end belongs to nobody.
    days = kumi.let(kumi.days_between(policy.starts, policy.ends))
    whole_year = kumi.trait(kumi.years_between(policy.starts, policy.ends) >= 1)
    share = kumi.let(kumi.select(whole_year, 1, kumi.to_decimal(kumi.max_of(days, 0)) / 365))
    premium = kumi.value(kumi.round(annual * share, 2, mode="half_up"))
    tax = kumi.value(kumi.round(premium * Input.tax, 2, mode="half_up"))
    instalment = kumi.value(kumi.round((premium + tax) / 12, 2, mode="up"))
    total = kumi.value((premium + tax).sum())
