"""Income tax of the United Kingdom, 2024/25, with the taper of the personal allowance.

England, Wales, Northern Ireland and Scotland; `uk_income_tax.kumi` says the same. The bands are
data, since they change every year: those of the sample are section 10 of the Income Tax Act 2007
(ITA) and the Scottish Rate Resolution for 2024/25. Left out: savings, dividends, the marriage
allowance, and relief for gifts and pensions paid out of taxed income.
"""

from decimal import Decimal

import kumi


class Person(kumi.Record):
    nation: kumi.Field[str] = kumi.field(
        one_of=["england", "wales", "northern_ireland", "scotland"]
    )
    earned: kumi.Field[Decimal] = kumi.field(ge=0)
    pension: kumi.Field[Decimal | None] = kumi.field(ge=0)  # taken from the pay before tax
    blind: kumi.Field[bool]
    deducted: kumi.Field[Decimal | None] = kumi.field(ge=0)  # under PAYE


class Band(kumi.Record):
    rates: kumi.Field[str] = kumi.field(one_of=["main", "scottish"])
    over: kumi.Field[Decimal]
    rate: kumi.Field[Decimal]
    before: kumi.Field[Decimal]  # the tax on all that is below this band


class UkIncomeTax(kumi.Schema):
    class Input(kumi.Record):
        allowance: kumi.Field[Decimal]  # ITA 2007, section 35(1)
        taper_from: kumi.Field[Decimal]  # section 35(2)
        blind_allowance: kumi.Field[Decimal]  # section 38
        people: kumi.Array[Person]
        bands: kumi.Array[Band]

    person, band = Input.people, Input.bands
    income = kumi.let(person.earned - person.pension.coalesce(0))

    # Section 35(2) and (3): half of the excess is taken off; what is left is rounded up to a pound.
    excess = kumi.let(kumi.max_of(income - Input.taper_from, 0))
    tapered = kumi.let(kumi.ceil(Input.allowance - excess / 2))
    personal = kumi.value(kumi.max_of(tapered, 0))
    allowances = kumi.value(personal + kumi.select(person.blind, Input.blind_allowance, 0))

    # Income counts in whole pounds: that is how returns are made, and no section of the act.
    taxable = kumi.value(kumi.max_of(kumi.floor(income) - allowances, 0))

    rates = kumi.let(kumi.select(person.nation == "scotland", "scottish", "main"))
    over = kumi.let(kumi.bracket(taxable, band.over, band.over, rates, band.rates, default=0))
    rate = kumi.value(kumi.bracket(taxable, band.over, band.rate, rates, band.rates, default=0))
    before = kumi.let(kumi.bracket(taxable, band.over, band.before, rates, band.rates, default=0))

    # The act says nothing of pence; they are cut, in favour of the person.
    tax = kumi.value(kumi.round(before + rate * (taxable - over), 2, mode="floor"))
    due = kumi.value(tax - person.deducted.coalesce(0))
    tapered_away = kumi.value(kumi.count_if(personal == 0, True))
    total = kumi.value(tax.sum())
