"""What Python adds to the class form: names, aliases, helpers, shared records and expressions."""

from __future__ import annotations

import kumi.syntax.classes as kumi
from kumi.places import Source
from kumi.syntax.classes import Declarations, tree, when
from kumi.syntax.outline import outline
from kumi.syntax.text import parse


def text_outline(text, name):
    return outline(parse(Source("it.kumi", text), name))


class Input(kumi.Record):
    a: kumi.Field[int]
    p: kumi.Field[bool]


a, p = Input.a, Input.p


def test_names_that_python_or_the_class_forbid():
    class Named(Declarations):
        kumi.value(1, name="class")
        run_ = kumi.value(kumi.ref("class") + 1, name="run")

    text = "schema do\n input do\n end\n value :class, 1\n value :run, class + 1\nend"
    assert outline(tree(Named)) == text_outline(text, "Named")


def test_comparisons_keep_their_sides():
    class Sides(Declarations):
        class Input(kumi.Record):
            a: kumi.Field[int]
            p: kumi.Field[bool]

        v = kumi.value(1)
        one = kumi.trait(Input.a > v)
        two = kumi.trait(v > Input.a)
        three = kumi.trait(Input.a < when(Input.p).then(1).otherwise(v))
        four = kumi.trait(Input.p == kumi.any_of(Input.p, one))

    shown = outline(tree(Sides))
    assert "  input.a $v greater_than/2" in shown
    assert "  $v input.a greater_than/2" in shown
    assert "  input.a input.p int:1 $v select/3 less_than/2" in shown
    assert "  input.p input.p $one or/2 equal/2" in shown


def test_an_alias_is_no_declaration_and_the_first_name_wins():
    class Aliased(Declarations):
        a = kumi.value(1)
        b = a
        c = kumi.value(b + 1)

    assert [one.name for one in tree(Aliased).declarations] == ["a", "c"]


def test_a_helper_function_may_make_declarations():
    def discounted(price, rate):
        return kumi.let(price * (1 - rate))

    class Helped(Declarations):
        class Input(kumi.Record):
            price: kumi.Field[float]

        once = discounted(Input.price, 0.1)
        twice = discounted(once, 0.2)

    assert [one.name for one in tree(Helped).declarations] == ["once", "twice"]


def test_twenty_thousand_terms():
    total = a
    for _ in range(20_000):
        total = total + a
    for _ in range(5_000):
        total = when(p).then(total).otherwise(0)
    schema = type("S", (Declarations,), {"Input": Input, "it": kumi.value(total + 0)})
    assert outline(tree(schema)).count("add/2") == 20_001


def test_an_expression_used_twice_costs_no_more_than_once():
    doubled = a
    for _ in range(200):
        doubled = doubled + doubled
    schema = type("S", (Declarations,), {"Input": Input, "it": kumi.value(doubled)})
    assert tree(schema).declarations[0].body is not None


def test_a_record_may_serve_at_several_paths():
    class Point(kumi.Record):
        x: kumi.Field[float]

    class Twice(Declarations):
        class Input(kumi.Record):
            one: kumi.Field[Point]
            many: kumi.Array[Point]

        d = kumi.value(Input.one.x + Input.many.x.sum())

    assert "input.one.x input.many.point.x sum/1 add/2" in outline(tree(Twice))


def test_records_inherit_fields():
    class Named(kumi.Record):
        name: kumi.Field[str]

    class Aged(Named):
        age: kumi.Field[int]

    class S(Declarations):
        Input = Aged
        long = kumi.value(Input.name.length() + Input.age)

    assert outline(tree(S)).splitlines()[1:3] == ["  string name", "  integer age"]
    assert Aged(name="a", age=1).age == 1


def test_an_empty_schema_needs_no_input():
    class Nothing(Declarations):
        one = kumi.value(1)

    assert outline(tree(Nothing)) == "schema Nothing\nvalue one\n  int:1"
