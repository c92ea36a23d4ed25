"""Loading: what data is taken, what it becomes, and what is said of data that does not fit."""

import dataclasses
import enum
import math
from collections import OrderedDict, UserDict, defaultdict, namedtuple
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from vm_leaves import leaf, load

from kumi.errors import Violation
from kumi.kernels.kinds import ANY, BOOLEAN, FLOAT, HASH, INTEGER, STRING, ArrayOf
from kumi.kernels.vectors import to_lists
from kumi.syntax.nodes import OneOf, Range, Symbol
from kumi.vm.access import MISSING, NO_NULL
from kumi.vm.expectations import fast_test, has_fast_test
from kumi.vm.given import unknown_inputs
from kumi.vm.loaders import slow


def column(data, one):
    """The loaded cells, nested; there must be nothing wrong."""
    loading, [loaded], bad = load(data, one)
    assert bad == []
    return to_lists(loaded, [loading.axes[axis] for axis in one.axes])


def scalar(value, one):
    """The value of a root scalar through the test that generated code inlines, and the slow way."""
    test, constants = fast_test(one, "v", "d")
    known_good = eval(test, constants | {"v": value, "MISSING": MISSING})
    bad = []
    checked = slow(one, 3)(value, bad)
    if known_good:
        assert bad == []
        assert checked is value
    return checked, [str(violation) for _, violation in bad]


class Colour(str, enum.Enum):  # noqa: UP042 - its str() is not its value
    RED = "red"


class Slotted:
    __slots__ = ("price",)

    def __init__(self, price):
        self.price = price


@dataclasses.dataclass
class Line:
    price: float
    quantity: int = 1


PRICES = leaf("lines[].price", FLOAT)
Pair = namedtuple("Pair", "price")  # noqa: PYI024 - as users have them


# What data may look like.


@pytest.mark.parametrize(
    "rows",
    [
        [{"price": 1.5}, {"price": 2}],
        ({"price": 1.5}, OrderedDict(price=2)),
        [UserDict(price=1.5), {"price": 2.0}],
        [Line(1.5), Line(2)],
        [Slotted(1.5), Slotted(2.0)],
        [SimpleNamespace(price=np.float64(1.5)), {"price": np.int64(2)}],
        [Pair(1.5), Pair(2)],
        np.array([{"price": 1.5}, {"price": 2.0}], dtype=object),
    ],
)  # fmt: skip
def test_rows_may_be_mappings_or_objects_in_any_sequence(rows):
    found = column({"lines": rows}, PRICES)
    assert found == [1.5, 2.0]
    assert [type(value) for value in found] == [float, float]


def test_nested_arrays_keep_their_shape_empty_ones_too():
    data = {"regions": [{"sales": [{"a": 1}, {"a": 2}]}, {"sales": []}, {"sales": ({"a": 3},)}]}
    assert column(data, leaf("regions[].sales[].a", INTEGER)) == [[1, 2], [], [3]]


def test_arrays_of_arrays_of_scalars():
    assert column({"x": [[1, 2], [], [3]]}, leaf("x[][]", INTEGER)) == [[1, 2], [], [3]]
    assert column({"x": np.arange(4).reshape(2, 2)}, leaf("x[][]", INTEGER)) == [[0, 1], [2, 3]]
    assert column({"x": []}, leaf("x[][]", INTEGER)) == []


def test_hashes_on_the_way_to_a_leaf():
    data = {"customer": {"address": SimpleNamespace(city="Köln")}, "rows": [{"h": {"v": 1}}]}
    _, [city], bad = load(data, leaf("customer.address.city", STRING))
    assert (city, bad) == ("Köln", [])
    assert column(data, leaf("rows[].h.v", INTEGER)) == [1]


def test_one_array_is_opened_once_for_all_its_leaves():
    one, two = leaf("lines[].price", FLOAT), leaf("lines[].quantity", INTEGER)
    loading, loaded, bad = load({"lines": [{"price": 1.0, "quantity": 2}]}, one, two)
    assert bad == []
    assert [len(each) for each in loaded] == [1, 1]
    assert loading.axes["lines"].size == 1


def test_whole_arrays_and_hashes_pass_as_they_were_given():
    data = {"xs": [1, "two"], "meta": {"a": 1}, "rows": [{"tags": ["a"]}, {"tags": []}]}
    _, [xs, meta], bad = load(data, leaf("xs", ArrayOf(INTEGER)), leaf("meta", HASH))
    assert bad == []
    assert xs is data["xs"]
    assert meta is data["meta"]
    assert column(data, leaf("rows[].tags", ArrayOf(STRING))) == [["a"], []]


# What values become.


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (FLOAT, [1, 2.5, None, np.float32(0.5), True.__class__(0) + 3], [1.0, 2.5, None, 0.5, 3.0]),
        (FLOAT, [10**400, -(10**400), 2**53 + 1], [math.inf, -math.inf, 2.0**53]),
        (INTEGER, [1, None, np.int8(3), 2**63], [1, None, 3, 2**63]),
        (INTEGER, [-(2**63), 5], [-(2**63), 5]),
        (BOOLEAN, [True, None, np.bool_(False)], [True, None, False]),
        (STRING, ["a", None, np.str_("b"), Colour.RED], ["a", None, "b", "red"]),
        (ANY, [1, "a", [2], None, {"b": 3}], [1, "a", [2], None, {"b": 3}]),
        (HASH, [{"a": 1}, None], [{"a": 1}, None]),
    ],
)
def test_values_are_brought_to_their_kind(kind, given, expected):
    for found in (
        column({"xs": given}, leaf("xs[]?", kind)),
        [load({"x": value}, leaf("x?", kind))[1][0] for value in given],
    ):
        assert found == expected
        assert [type(value) for value in found] == [type(value) for value in expected]


def test_the_bound_of_loaded_integers_is_their_largest_magnitude():
    _, [loaded], _ = load({"xs": [3, -7, None]}, leaf("xs[]?", INTEGER))
    assert loaded.bound == 7


def test_a_missing_key_reads_as_null_where_that_is_declared():
    price = leaf("lines[].price?", FLOAT)
    assert column({"lines": [{"price": 1.0}, {}]}, price) == [1.0, None]
    assert column({"lines": [{"price": 1.0}, UserDict()]}, price) == [1.0, None]
    assert column({"lines": [SimpleNamespace()]}, price) == [None]
    assert load({}, leaf("price?", FLOAT))[1:] == ([None], [])
    assert load({}, leaf("address?.city", STRING))[1:] == ([None], [])


def test_below_a_hash_that_is_null_every_field_reads_null():
    rows = [{"h": {"v": 1}}, {"h": None}, {}]
    assert column({"rows": rows}, leaf("rows[].h?.v", INTEGER)) == [1, None, None]
    assert column({"rows": rows}, leaf("rows[].h?.v", ANY)) == [1, None, None]
    assert column({"rows": [{"v": 1}, None]}, leaf("rows[]?.v", INTEGER)) == [1, None]
    deep = [{"a": None}, {"a": {"b": {"c": 3}}}]
    assert column({"rows": deep}, leaf("rows[].a?.b.c", INTEGER)) == [None, 3]
    assert column({"rows": rows}, leaf("rows[].h?", HASH)) == [{"v": 1}, None, None]


def test_a_field_of_a_hash_that_may_be_null_may_not_be_null_itself():
    rows = [{"h": None}, {"h": {"v": None}}, {"h": {}}, {"h": {"v": 2}}]
    assert load({"rows": rows}, leaf("rows[].h?.v", INTEGER))[2] == [
        "0 rows[2].h.v: this key is missing: the record is empty",
        f"0 rows[1].h.v: expected an integer, found null; {NO_NULL}",
    ]


def test_an_array_in_a_hash_that_is_null_cannot_be_opened():
    rows = [{"h": None}, {"h": {"v": [1]}}]
    assert load({"rows": rows}, leaf("rows[].h?.v[]", INTEGER))[2] == [
        "0 rows[0].h.v: expected an array, found null, as the hash that holds it is"
    ]
    assert column({"rows": rows}, leaf("rows[].h?.v", ArrayOf(INTEGER))) == [None, [1]]


def test_rows_that_make_up_what_they_lack_are_neither_asked_to_nor_written_to():
    rows = [defaultdict(float, price=1.0), defaultdict(float)]
    assert column({"lines": rows}, leaf("lines[].price?", FLOAT)) == [1.0, None]
    assert load({"lines": rows}, PRICES)[2] == [
        "0 lines[1].price: this key is missing: the record is empty"
    ]
    assert rows == [{"price": 1.0}, {}]


# What is said of data that does not fit.


def test_a_missing_key_names_path_and_index_what_is_there_and_what_was_meant():
    good = {"price": 100.0, "quantity": 2, "category": "electronics"}
    misspelt = {"price": 100.0, "quantity": 2, "catgory": "electronics"}
    said = "this key is missing; did you mean `catgory`? there are: price, quantity, catgory"
    for row in (misspelt, UserDict(misspelt), SimpleNamespace(**misspelt)):
        for rows in ([good, row], [SimpleNamespace(**good), row]):
            assert load({"lines": rows}, leaf("lines[].category", STRING))[2] == [
                f"0 lines[1].category: {said}"
            ]
    assert load({"a": {"zip": 1}}, leaf("a.city", STRING))[2] == [
        "0 a.city: this key is missing; there are: zip"
    ]
    assert load({"lines": [Slotted(1.0), Pair(2.0)]}, leaf("lines[].quantity", INTEGER))[2] == [
        "0 lines[0].quantity: this key is missing; there are: price",
        "0 lines[1].quantity: this key is missing; there are: price",
    ]


def test_a_record_of_very_many_or_long_keys_makes_a_short_message():
    for row in ({f"k{n}": n for n in range(10**5)}, {"k" * 10**6: 1}, {1: 2, None: 3}):
        (said,) = load({"h": row}, leaf("h.price", FLOAT))[2]
        assert len(said) < 200


@pytest.mark.parametrize("kind", [FLOAT, INTEGER, STRING, BOOLEAN, HASH])
def test_null_is_refused_where_it_is_not_declared(kind):
    (said,) = load({"x": None}, leaf("x", kind))[2]
    assert said.endswith(f", found null; {NO_NULL}")
    (said,) = load({"xs": [None]}, leaf("xs[]", kind))[2]
    assert said.startswith("0 xs[0]: expected ")


def test_null_is_in_no_list_of_admitted_values():
    one = leaf("rows[].size", STRING, OneOf(("s", "m")))
    (said,) = load({"rows": [{"size": "s"}, {"size": None}]}, one)[2]
    assert said == f'0 rows[1].size: expected a string, one of "s", "m", found null; {NO_NULL}'


def test_any_admits_null_and_no_missing_key():
    assert column({"rows": [{"x": None}]}, leaf("rows[].x", ANY)) == [None]
    assert load({"rows": [{}]}, leaf("rows[].x", ANY))[2] == [
        "0 rows[0].x: this key is missing: the record is empty"
    ]


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        (FLOAT, True, "expected a float, found a boolean"),
        (FLOAT, "1.5", "expected a float, found a string"),
        (FLOAT, Decimal(1), "expected a float, found a decimal"),
        (INTEGER, 5.0, "expected an integer, found a float"),
        (INTEGER, True, "expected an integer, found a boolean"),
        (BOOLEAN, 0, "expected a boolean, found an integer"),
        (STRING, 5, "expected a string, found an integer"),
        (STRING, b"x", "expected a string, found a Python bytes"),
        (HASH, [1], "expected a hash, found an array"),
        (HASH, {1, 2}, "expected a hash, found a Python set"),
        (ArrayOf(FLOAT), "text", "expected an array, found a string"),
        (ArrayOf(FLOAT), {"a": 1}, "expected an array, found a hash"),
    ],
)
def test_a_value_of_the_wrong_type_names_path_and_types(kind, value, found):
    assert load({"x": value}, leaf("x", kind))[2] == [f"0 x: {found}"]
    assert load({"xs": [value]}, leaf("xs[]", kind))[2] == [f"0 xs[0]: {found}"]


def test_paths_have_the_indexes_of_every_array():
    data = {"regions": [{"sales": [{"a": 1}]}, {"sales": []}, {"sales": [{"a": 1}, {"a": "no"}]}]}
    assert load(data, leaf("regions[].sales[].a", INTEGER))[2] == [
        "0 regions[2].sales[1].a: expected an integer, found a string"
    ]
    assert load({"x": [[1], [2, "no"]]}, leaf("x[][]", INTEGER))[2] == [
        "0 x[1][1]: expected an integer, found a string"
    ]
    assert load({"rows": [{"h": {"v": "no"}}]}, leaf("rows[].h.v", INTEGER))[2] == [
        "0 rows[0].h.v: expected an integer, found a string"
    ]


@pytest.mark.parametrize(
    ("domain", "kind", "good", "bad", "message"),
    [
        (Range(0, 150), INTEGER, [0, 150], [-1, 151], "an integer from 0 to 150, found an integer outside that range"),
        (Range(0, 1, exclusive=True), FLOAT, [0.0, 0.99], [1.0, math.nan, -0.1], "a float from 0 to below 1, found a float outside that range"),
        (Range(0, None), FLOAT, [0.0, math.inf], [-1.0, math.nan], "a float of at least 0, found a float outside that range"),
        (Range(None, 9), INTEGER, [9, -(10**30)], [10, 10**30], "an integer of at most 9, found an integer outside that range"),
        (Range(None, 9, exclusive=True), FLOAT, [8.5], [9.0], "a float below 9, found a float outside that range"),
        (OneOf(("a", Symbol("b"))), STRING, ["a", "b"], ["c", ""], 'a string, one of "a", :b, found another string'),
        (OneOf((1, 2.5)), FLOAT, [1.0, 2.5], [2.0], "a float, one of 1, 2.5, found another float"),
        (OneOf((True,)), BOOLEAN, [True], [False], "a boolean, one of true, found another boolean"),
    ],
)  # fmt: skip
def test_domains(domain, kind, good, bad, message):
    for value in good:
        assert scalar(value, leaf("x", kind, domain)) == (value, [])
    for value in bad:
        assert scalar(value, leaf("x", kind, domain))[1] == [f"x: expected {message}"]
    assert scalar(None, leaf("x?", kind, domain)) == (None, [])
    many = leaf("xs[]?", kind, domain)
    assert column({"xs": [*good, None]}, many) == [*good, None]
    said = load({"xs": [*good, *bad]}, many)[2]
    assert said == [f"0 xs[{len(good) + n}]: expected {message}" for n in range(len(bad))]


def test_a_domain_on_any_value_keeps_booleans_and_numbers_apart():
    one = leaf("x", ANY, OneOf((1, "a")))
    assert not has_fast_test(one)
    assert load({"x": 1.0}, one)[2] == []
    assert load({"x": True}, one)[2] == [
        '0 x: expected any value, one of 1, "a", found another boolean'
    ]
    assert load({"x": np.arange(2)}, one)[2] == [
        '0 x: expected any value, one of 1, "a", found another array'
    ]
    assert load({"x": "a"}, leaf("x", ANY, Range(0, 1)))[2] == [
        "0 x: expected any value from 0 to 1, found a string outside that range"
    ]


def test_no_message_holds_a_value():
    secret = "s3cret"
    data = {"a": secret, "rows": [{"n": secret}, secret], "meta": secret}
    for one in (
        leaf("a", FLOAT), leaf("a", STRING, OneOf(("x",))), leaf("rows[].n", INTEGER),
        leaf("a[]", FLOAT), leaf("meta.x", FLOAT),
    ):  # fmt: skip
        said = load(data, one)[2]
        assert said
        assert secret not in "".join(said)


def test_a_root_input_that_was_not_given_is_required_unless_it_may_be_null():
    assert scalar(MISSING, leaf("x", FLOAT)) == (None, ["x: this input is required"])
    assert scalar(None, leaf("x", FLOAT)) == (None, [f"x: expected a float, found null; {NO_NULL}"])
    assert scalar(MISSING, leaf("x?", FLOAT)) == (None, [])
    assert scalar(MISSING, leaf("x", ANY)) == (None, ["x: this input is required"])
    assert load({}, leaf("meta.x.y", FLOAT))[2] == ["0 meta: this input is required"]


class Table:
    """As a table of pandas looks, so far as a loader can tell."""

    columns = ("price",)

    def __iter__(self):
        return iter(self.columns)


def test_an_array_that_is_missing_null_or_no_array():
    assert load({}, PRICES)[2] == ["0 lines: this input is required"]
    assert load({"lines": None}, PRICES)[2] == ["0 lines: expected an array, found null; give `[]` where there is nothing"]  # fmt: skip
    assert load({"lines": iter([])}, PRICES)[2] == ["0 lines: expected an array, found a Python list_iterator; give `list(…)` of it"]  # fmt: skip
    assert load({"lines": {}.values()}, PRICES)[2] == ["0 lines: expected an array, found a Python dict_values; give `list(…)` of it"]  # fmt: skip
    assert load({"lines": Table()}, PRICES)[2] == ['0 lines: expected an array, found a Python Table; give its rows: `.to_dict("records")`']  # fmt: skip
    assert load({"lines": "abc"}, PRICES)[2] == ["0 lines: expected an array, found a string"]
    rows = {"regions": [{"sales": [1]}, {}, {"sales": {}}]}
    assert load(rows, leaf("regions[].sales[]", INTEGER))[2] == [
        "0 regions[1].sales: this key is missing: the record is empty",
        "0 regions[2].sales: expected an array, found a hash",
    ]
    assert load({"xs": None}, leaf("xs", ArrayOf(INTEGER)))[2] == [
        "0 xs: expected an array, found null; give `[]` where there is nothing"
    ]


def test_an_array_is_reported_once_whatever_the_number_of_its_leaves():
    assert load({}, PRICES, leaf("lines[].quantity", INTEGER))[2] == [
        "0 lines: this input is required"
    ]


def test_rows_that_are_no_records():
    data = {"lines": [{"price": 1.0}, None, "price", [1]], "rows": [{"h": 5}, {}]}
    assert load(data, PRICES)[2] == [
        "0 lines[1]: expected a hash with `price`, found null",
        "0 lines[2]: expected a hash with `price`, found a string",
        "0 lines[3]: expected a hash with `price`, found an array",
    ]
    assert load(data, leaf("rows[].h.v", FLOAT))[2] == [
        "0 rows[1].h: this key is missing: the record is empty",
        "0 rows[0].h: expected a hash with `v`, found an integer",
    ]
    assert load({"h": None}, leaf("h.v", FLOAT))[2] == ["0 h: expected a hash with `v`, found null"]


def test_a_hash_that_is_missing_is_reported_once_whatever_the_number_of_its_leaves():
    leaves = leaf("rows[].h.v", FLOAT), leaf("rows[].h.w", FLOAT)
    assert load({"rows": [{"g": 1}]}, *leaves)[2] == [
        "0 rows[0].h: this key is missing; there are: g"
    ]


def test_every_leaf_reports_its_own_and_only_the_first_hundred():
    rows = [{"price": "x", "quantity": 0.5}] * 250
    said = load({"lines": rows}, PRICES, leaf("lines[].quantity", INTEGER))[2]
    assert len(said) == 202
    assert said[100] == "0 lines.element.price: 150 more like these"
    assert said[101] == "1 lines[0].quantity: expected an integer, found a float"


def test_the_inlined_test_leaves_conversions_to_the_slow_way():
    assert scalar(3, leaf("x", FLOAT, Range(0, 5))) == (3.0, [])
    assert scalar(np.float64(0.5), leaf("x", FLOAT)) == (0.5, [])
    assert scalar(math.nan, leaf("x", FLOAT))[1] == []
    assert scalar([1], leaf("x", ANY)) == ([1], [])


def test_names_that_the_schema_does_not_declare():
    assert unknown_inputs({"incme": 1, "zz": 2, "tier": 3}, ("income", "tier")) == [
        Violation("incme", "the schema has no such input; did you mean `income`?"),
        Violation("zz", "the schema has no such input; available: income, tier"),
    ]
    assert unknown_inputs({"tier": 3}, ("income", "tier")) == []
