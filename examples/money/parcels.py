"""The postage of parcels by zones and bands of weight; `parcels.kumi` says the same.

What counts is the weight or the volume, whichever is more: 5,000 cubic centimetres for a kilogram,
as parcel services have it. All prices, zones and supplements are invented.
"""

from decimal import Decimal

import kumi
from kumi import when


class Parcel(kumi.Record):
    country: kumi.Field[str]
    weight: kumi.Field[Decimal] = kumi.field(ge=0)  # in kilograms
    length: kumi.Field[int] = kumi.field(ge=1)  # in centimetres
    width: kumi.Field[int] = kumi.field(ge=1)
    height: kumi.Field[int] = kumi.field(ge=1)
    worth: kumi.Field[Decimal | None] = kumi.field(ge=0)  # null: not insured
    postcode: kumi.Field[str]


class Country(kumi.Record):
    code: kumi.Field[str]
    zone: kumi.Field[str]


class Price(kumi.Record):
    zone: kumi.Field[str]
    up_to: kumi.Field[Decimal]
    price: kumi.Field[Decimal]


class Heavy(kumi.Record):
    zone: kumi.Field[str]
    beyond: kumi.Field[Decimal]  # kilograms: the last bound of the zone
    price: kumi.Field[Decimal]  # of that bound
    each: kumi.Field[Decimal]  # for a kilogram more


class Parcels(kumi.Schema):
    class Input(kumi.Record):
        fuel_percent: kumi.Field[Decimal]
        parcels: kumi.Array[Parcel]
        countries: kumi.Array[Country]
        prices: kumi.Array[Price]
        heavy: kumi.Array[Heavy] = kumi.array(element="row")

    parcel, country, price, heavy = Input.parcels, Input.countries, Input.prices, Input.heavy
    zone = kumi.value(kumi.lookup(parcel.country, country.code, country.zone, default="world"))
    volume = kumi.let(kumi.to_decimal(parcel.length * parcel.width * parcel.height) / 5000)

    # Weighed in halves of a kilogram, begun ones in full.
    charged = kumi.value(
        kumi.round_to(kumi.max_of(parcel.weight, volume), Decimal("0.5"), mode="ceiling")
    )
    banded = kumi.let(
        kumi.bracket(charged, price.up_to, price.price, zone, price.zone, ends="up_to")
    )

    # Above the last band there is a price for each kilogram that was begun.
    beyond = kumi.let(kumi.lookup(zone, heavy.zone, heavy.beyond, default=0))
    heavy_price = kumi.let(kumi.lookup(zone, heavy.zone, heavy.price, default=0))
    each = kumi.let(kumi.lookup(zone, heavy.zone, heavy.each, default=0))
    more = kumi.let(kumi.ceil(charged - beyond))
    freight = kumi.value(banded.coalesce(heavy_price + each * more))

    longest = kumi.let(kumi.max_of(parcel.length, parcel.width, parcel.height))
    girth = kumi.let(2 * (parcel.length + parcel.width + parcel.height - longest))
    bulky = kumi.trait((longest > 120) | (longest + girth > 300))
    island = kumi.trait(
        (parcel.country == "DE") & parcel.postcode.is_in("27498", "26548", "26465", "25849")
    )
    supplement = kumi.value(
        when(bulky, island)
        .then(Decimal("39.90"))
        .when(bulky)
        .then(25)
        .when(island)
        .then(Decimal("14.90"))
        .otherwise(0)
    )

    # Insured up to 500 for nothing; above it 0.7 % of the rest, at least 2.50.
    above = kumi.let(kumi.max_of(parcel.worth.coalesce(0) - 500, 0))
    insurance = kumi.value(
        kumi.select(
            above > 0,
            kumi.max_of(kumi.round(above * Decimal("0.007"), 2, mode="up"), Decimal("2.50")),
            0,
        )
    )
    fuel = kumi.value(kumi.round(freight * Input.fuel_percent / 100, 2, mode="half_up"))
    postage = kumi.value(freight + fuel + supplement + insurance)
    total = kumi.value(postage.sum())
    world = kumi.value(kumi.sum_if(postage, zone == "world"))
