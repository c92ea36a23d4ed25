"""What portfolios in several currencies are worth in euros; `portfolio.kumi` says the same.

Amounts are converted with the rates as they are published, units of the currency for one euro, by
division, and rounded to the cent, halves up: so articles 4 and 5 of Council Regulation (EC) No
1103/97 had it for the currencies that became the euro. Accrued interest counts the days as 30E/360
(ISDA 2006 definitions, section 4.16(g)). Invented: what has no price today counts with its last
one, and what cannot be converted counts nothing, and is counted.
"""

from datetime import date
from decimal import Decimal

import kumi


class Holding(kumi.Record):
    symbol: kumi.Field[str]
    quantity: kumi.Field[Decimal] = kumi.field(ge=0)  # pieces, of bonds the nominal value
    bought: kumi.Field[date]
    cost: kumi.Field[Decimal | None]  # in euros; null: inherited


class Account(kumi.Record):
    cash: kumi.Field[Decimal]  # in euros
    holdings: kumi.Array[Holding]


class Security(kumi.Record):
    symbol: kumi.Field[str]
    currency: kumi.Field[str]
    price: kumi.Field[Decimal | None] = kumi.field(ge=0)  # of bonds in percent
    last_price: kumi.Field[Decimal] = kumi.field(ge=0)
    coupon: kumi.Field[Decimal | None]  # percent of a year; null: a share
    interest_from: kumi.Field[date | None]


class Rate(kumi.Record):
    currency: kumi.Field[str]
    for_a_euro: kumi.Field[Decimal]


class Portfolio(kumi.Schema):
    class Input(kumi.Record):
        today: kumi.Field[date]
        accounts: kumi.Array[Account]
        securities: kumi.Array[Security]
        rates: kumi.Array[Rate]

    account, holding = Input.accounts, Input.accounts.holdings
    security, rate = Input.securities, Input.rates
    today_price = kumi.let(kumi.lookup(holding.symbol, security.symbol, security.price))
    last_price = kumi.let(
        kumi.lookup(holding.symbol, security.symbol, security.last_price, default=0)
    )
    currency = kumi.let(kumi.lookup(holding.symbol, security.symbol, security.currency, default=""))
    coupon = kumi.let(kumi.lookup(holding.symbol, security.symbol, security.coupon))
    interest_from = kumi.let(
        kumi.lookup(holding.symbol, security.symbol, security.interest_from).coalesce(Input.today)
    )

    price = kumi.value(today_price.coalesce(last_price))
    bond = kumi.trait(~coupon.is_null())
    months = kumi.let(
        12 * (kumi.year(Input.today) - kumi.year(interest_from))
        + kumi.month(Input.today)
        - kumi.month(interest_from)
    )
    days = kumi.let(
        30 * months
        + kumi.min_of(kumi.day(Input.today), 30)
        - kumi.min_of(kumi.day(interest_from), 30)
    )
    interest = kumi.let(holding.quantity * coupon.coalesce(0) / 100 * days / 360)
    amount = kumi.let(
        holding.quantity * price / kumi.select(bond, 100, 1) + interest
    )  # in its own currency

    per_euro = kumi.let(kumi.lookup(currency, rate.currency, rate.for_a_euro))
    unknown = kumi.trait(per_euro.is_null())
    worth = kumi.value(
        kumi.round(kumi.select(unknown, 0, amount / per_euro.coalesce(1)), 2, mode="half_up")
    )
    gain = kumi.value(kumi.select(holding.cost.is_null(), None, worth - holding.cost.coalesce(0)))
    known_gain = kumi.let(gain.coalesce(0))

    long_held = kumi.trait(kumi.years_between(holding.bought, Input.today) >= 1)
    short_gain = kumi.value(kumi.sum_if(known_gain, ~long_held))
    securities_worth = kumi.let(worth.sum())
    account_worth = kumi.value(securities_worth + account.cash)
    divisor = kumi.let(kumi.select(account_worth == 0, 1, account_worth))
    percent = kumi.value(kumi.round(100 * worth / divisor, 2, mode="half_even"))
    largest = kumi.value(percent.max().coalesce(0))

    in_dollars = kumi.value(kumi.sum_if(worth, currency == "USD").sum())
    not_valued = kumi.value(kumi.count_if(unknown, True).sum())
    total = kumi.value(account_worth.sum())
