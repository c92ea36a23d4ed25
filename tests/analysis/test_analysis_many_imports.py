"""How much can be imported: long chains, circles, diamonds, many calls, schemas of thousands."""

import pytest

import kumi
from kumi.analysis import expansion

TAX = "schema do input do float :amount end value :tax, input.amount * 0.5 end"


@pytest.fixture
def written(tmp_path):
    """Writes files, and gives the path of the last one."""

    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name}.kumi"
            path.write_text(text, encoding="utf-8")
        return path

    return write


def chain(length):
    """Schemas in files, each of which imports the one before, by file name."""
    one = "input do float :x end value :c{}, {} + 1.0 end"
    texts = {"link0": "schema do " + one.format(0, "input.x")}
    for n in range(1, length):
        call = one.format(n, f"c{n - 1}(x: input.x)")
        texts[f"link{n}"] = f"schema do import :c{n - 1}, from: Link{n - 1} {call}"
    return texts


def test_a_chain_of_sixty_imports(written):
    assert kumi.load(written(**chain(60))).run(x=0.0).c59 == 60.0


def test_a_circle_of_several_files(written):
    texts = {
        name: f"schema do import :{other}, from: {other.title()} input do end value :{name}, {other}() end"
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.load(written(**texts))
    assert "`C` imports itself: C -> A -> B -> C" in [one.message for one in caught.value.errors]


def test_a_diamond_is_computed_once(written):
    both = "schema do import :b, from: Base input do float :x end value :{0}, b(x: input.x) end"
    top = (
        "schema do import :left, from: Left import :right, from: Right input do float :x end"
        " value :top, left(x: input.x) + right(x: input.x) end"
    )
    base = "schema do input do float :x end value :b, input.x * 2.0 end"
    schema = kumi.load(
        written(base=base, left=both.format("left"), right=both.format("right"), top=top)
    )
    assert schema.run(x=1.0).top == 4.0
    titles = [one.title for one in kumi.compile(schema).operations]
    assert titles.count("Map multiply") == 1


def test_a_thousand_calls_of_one_declaration(written):
    calls = " + ".join(f"tax(amount: input.price * {n}.0)" for n in range(1000))
    order = f"schema do import :tax, from: Tax input do float :price end value :due, {calls} end"
    schema = kumi.load(written(tax=TAX, order=order))
    assert schema.run(price=2.0).due == sum(range(1000))


def test_of_a_huge_schema_nothing_comes_but_what_a_call_needs(written):
    lines = "\n".join(f"value :h{n}, h{n - 1} + {n}.0" for n in range(1, 2000))
    huge = f"schema do input do float :x end value :h0, input.x\n{lines}\nend"
    user = "schema do import :h9, from: Huge input do float :x end value :it, h9(x: input.x) end"
    schema = kumi.load(written(huge=huge, user=user))
    assert schema.run(x=0.0).it == 45.0
    assert len(kumi.compile(schema).operations) < 40


def doubling(length):
    """Schemas each of which calls the one before twice, with arguments that are never equal."""
    one = "input do float :x end value :d{0}, {1} end"
    texts = {"double0": "schema do " + one.format(0, "input.x * 2.0")}
    for n in range(1, length):
        calls = f"d{n - 1}(x: input.x * 2.0) + d{n - 1}(x: input.x * 3.0)"
        texts[f"double{n}"] = f"schema do import :d{n - 1}, from: Double{n - 1} " + one.format(
            n, calls
        )
    return texts


def test_calls_that_double_at_each_link_are_refused_where_they_become_too_many(
    written, monkeypatch
):
    monkeypatch.setattr(expansion, "MOST_COPIES", 100)
    assert kumi.load(written(**doubling(5))).run(x=1.0).d4 == 2.0 * 5**4
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.load(written(**doubling(12)))
    [first] = [one for one in caught.value.errors if "cannot be imported" not in one.message]
    assert first.message == "with `d4` this schema needs more than 100 declarations of others"
    assert first.place.source.path.endswith("double5.kumi")


def test_equal_calls_at_each_link_bring_one_copy(written):
    one = "input do float :x end value :e{0}, {1} end"
    texts = {"equal0": "schema do " + one.format(0, "input.x * 2.0")}
    for n in range(1, 30):
        calls = f"e{n - 1}(x: input.x) + e{n - 1}(x: input.x)"
        texts[f"equal{n}"] = f"schema do import :e{n - 1}, from: Equal{n - 1} " + one.format(
            n, calls
        )
    assert kumi.load(written(**texts)).run(x=1.0).e29 == 2.0**30
