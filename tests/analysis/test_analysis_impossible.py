"""A trait that is reported as never true is never true, whatever data the domains admit."""

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

import kumi

SCHEMA = """schema do
  input do
    integer :x, domain: 0..3
    float :y, domain: 0.1...0.4
    decimal :z, domain: [0.1, 0.2]
  end
  let :more, input.x + 1
  let :less, 3 - input.x
  let :twice, input.y * 2
  let :moved, input.y + 0.2
  let :scaled, input.z * 3
  let :same_as_x, input.x
  let :two, 2
{}
end"""
DATA = [
    {"x": x, "y": y, "z": z}
    for x, y, z in itertools.product(range(4), [0.1, 0.2, 0.3, 0.39999999999999997], ["0.1", "0.2"])
]
TERMS = ["input.x", "input.y", "input.z", "more", "less", "twice", "moved", "scaled", "same_as_x"]
TERMS += ["two"]
VALUES = "-1 0 1 2 2.0 3 4 5 0.1 0.2 0.3 0.30000000000000004 0.4 0.5 0.6 0.8 1.0 two".split()  # noqa: SIM905 - numbers as they are written
EQUALITIES = st.tuples(st.sampled_from(TERMS), st.sampled_from(VALUES)).map(" == ".join)
JOINED = st.lists(EQUALITIES | st.just("t0") | st.just("t1"), min_size=1, max_size=3)
NEVER = re.compile(r"`(\w+)` can never be true")


def traits(parts):
    """One trait a list, which names only those before it."""
    for number, joined in enumerate(parts):
        known = [one for one in joined if " " in one or one < f"t{number}"]
        yield f"t{number}", " & ".join(f"({one})" for one in ["input.x >= 0", *known])


@settings(max_examples=150)
@given(st.lists(JOINED, min_size=1, max_size=3))
def test_what_is_reported_is_never_true(parts):
    written = [f"  trait :{name}, {formula}" for name, formula in traits(parts)]
    try:
        kumi.loads(SCHEMA.format("\n".join(written)))
    except kumi.SchemaError as error:
        never = {NEVER.match(one.message)[1] for one in error.errors}
    else:
        return
    values = "\n".join(written).replace("trait", "value")
    schema = kumi.loads(SCHEMA.format(values))
    for data in DATA:
        result = schema.run(data).to_dict()
        assert not any(result[name] for name in never), (data, written)


def test_many_traits_that_build_on_each_other_take_no_longer_each():
    chain = ["  trait :t0, input.x == 1"]
    chain += [f"  trait :t{n}, t{n - 1} & (input.x == 1)" for n in range(1, 1000)]
    assert kumi.loads(SCHEMA.format("\n".join(chain)))
