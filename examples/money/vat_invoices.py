"""Invoices with value added tax per rate, orders with lines; `vat_invoices.kumi` says the same.

The arithmetic is that of EN 16931-1, the European invoice: a line's net amount has two decimals,
the net amounts of a category are added up (BR-S-08), its tax is rounded once, on that sum
(BR-CO-17), and never per line. Half up is what this example rounds with. The rates in the sample
are the German ones (Umsatzsteuergesetz, section 12 (1) and (2)), with those of the second half of
2020 (section 28 (1) and (2), as it then stood).
"""

from datetime import date
from decimal import Decimal

import kumi


class Line(kumi.Record):
    price: kumi.Field[Decimal]  # of one unit, up to any number of decimals
    quantity: kumi.Field[Decimal]
    category: kumi.Field[str] = kumi.field(one_of=["standard", "reduced", "exempt"])
    rebate: kumi.Field[Decimal | None] = kumi.field(ge=0, le=100)  # percent


class Order(kumi.Record):
    delivered: kumi.Field[date] = kumi.field(ge=date(2007, 1, 1))  # what the rates reach back to
    shipping: kumi.Field[Decimal | None] = kumi.field(ge=0)  # net, taxed at the standard rate
    paid: kumi.Field[Decimal | None]
    lines: kumi.Array[Line]


class Rate(kumi.Record):
    category: kumi.Field[str]
    since: kumi.Field[date]
    percent: kumi.Field[Decimal]


class VatInvoices(kumi.Schema):
    class Input(kumi.Record):
        orders: kumi.Array[Order]
        rates: kumi.Array[Rate]

    order, line, rate = Input.orders, Input.orders.lines, Input.rates
    net = kumi.value(
        kumi.round(
            line.price * line.quantity * (100 - line.rebate.coalesce(0)) / 100, 2, mode="half_up"
        )
    )

    # What counts is the rate on the day of delivery.
    day = order.delivered
    standard_percent = kumi.value(
        kumi.bracket(day, rate.since, rate.percent, "standard", rate.category, default=0)
    )
    reduced_percent = kumi.value(
        kumi.bracket(day, rate.since, rate.percent, "reduced", rate.category, default=0)
    )

    shipping = kumi.let(order.shipping.coalesce(0))
    standard = kumi.value(kumi.sum_if(net, line.category == "standard") + shipping)
    reduced = kumi.value(kumi.sum_if(net, line.category == "reduced"))
    exempt = kumi.value(kumi.sum_if(net, line.category == "exempt"))
    standard_vat = kumi.value(kumi.round(standard * standard_percent / 100, 2, mode="half_up"))
    reduced_vat = kumi.value(kumi.round(reduced * reduced_percent / 100, 2, mode="half_up"))

    without_vat = kumi.let(standard + reduced + exempt)  # BR-CO-13
    with_vat = kumi.value(without_vat + standard_vat + reduced_vat)  # BR-CO-15
    to_pay = kumi.value(with_vat - order.paid.coalesce(0))  # BR-CO-16
    refund = kumi.trait(to_pay < 0)

    all_vat = kumi.value((standard_vat + reduced_vat).sum())
    turnover = kumi.value(with_vat.sum())
    refunds = kumi.value(kumi.count_if(refund, True))
    dearest = kumi.value(net.max().max())
