import pytest
from text_trees import declared, tree

from kumi.places import Source
from kumi.syntax.nodes import OneOf, Range, Symbol
from kumi.syntax.outline import outline
from kumi.syntax.text import parse, schema_name

WHOLE = """
import :tax, from: Shared::Tax
schema do
  codegen streaming: true
  import :rate, :bonus, from: Rates
  input do
    integer :age, domain: 0..150
    array :lines, index: :i do
      hash :line do
        float :price
        string :value
      end
    end
    hash :opaque
  end

  # what matters
  trait :old, input.age > 64
  let :net, fn(:sum, input.lines.line.price) # a comment
  value :value do
    on old, net > 100, net * 0.9
    on_any old, net > 10, 1
    on_none old, 2
    base net
  end
end
"""


def test_a_whole_file():
    assert outline(tree(WHOLE)).splitlines() == [
        "schema Test",
        "  integer age Range(low=0, high=150, exclusive=False)",
        "  array lines 'i'",
        "    hash line",
        "      float price",
        "      string value",
        "  hash opaque",
        "import ('tax',) from Shared::Tax",
        "import ('rate', 'bonus') from Rates",
        "trait old",
        "  input.age int:64 greater_than/2",
        "let net",
        "  input.lines.line.price sum/1",
        "value value",
        "  on all $old, $net int:100 greater_than/2 -> $net float:0.9 multiply/2",
        "  on any $old, $net int:10 greater_than/2 -> int:1",
        "  on none $old -> int:2",
        "  base $net",
    ]


def test_the_name_and_source_of_the_schema_are_those_given():
    source = Source("folder/x.kumi", "schema do input do end end")
    schema = parse(source, "Given")
    assert (schema.name, schema.source) == ("Given", source)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("0..150", Range(0, 150)),
        ("0...1", Range(0, 1, exclusive=True)),
        ("0.5..1.5", Range(0.5, 1.5)),
        ("-10..-1", Range(-10, -1)),
        ("0..", Range(0, None)),
        ("..9", Range(None, 9)),
        ("0..Float::INFINITY", Range(0, float("inf"))),
        ("7", Range(7, 7)),
        ("[\"a\", 'b']", OneOf(("a", "b"))),
        ("[1, -2.5, true, null, :s,]", OneOf((1, -2.5, True, None, Symbol("s")))),
        ("[]", OneOf(())),
    ],
)
def test_domains(text, domain):
    schema = tree(f"schema do input do any :x, domain: {text}\n string :next end end")
    assert schema.inputs[0].domain == domain
    assert schema.inputs[1].name == "next"


def test_options_of_an_array_come_in_either_order():
    schema = tree(
        "schema do input do"
        " array :a, index: :i, domain: 1..2 do float :x end"
        " array :b, domain: 1..2, index: :j do float :x end"
        " end end"
    )
    assert [(one.index, one.domain) for one in schema.inputs] == [
        ("i", Range(1, 2)),
        ("j", Range(1, 2)),
    ]


def test_a_missing_body_is_not_an_empty_one():
    schema = tree("schema do input do array :a\n array :b do end\n hash :h end end")
    assert [one.children for one in schema.inputs] == [None, (), None]


def test_reserved_words_may_name_declarations():
    assert [d.name for d in declared("value :value, 1\nlet :end, 2\ntrait :trait, 1 > 0")] == [
        "value",
        "end",
        "trait",
    ]


def test_a_cascade_line_without_a_result_and_an_empty_cascade_are_left_to_the_analysis():
    alone, empty = declared("value :a do\n on p\nend\nvalue :b do end")
    assert alone.body.cases[0].result is None
    assert (empty.body.cases, empty.body.base) == ((), None)


def test_the_base_of_a_cascade_may_stand_anywhere():
    (declaration,) = declared("value :a do\n base 1\n on p, 2\nend")
    assert declaration.body.base.value == 1
    assert len(declaration.body.cases) == 1


def test_a_declaration_is_placed_at_its_name():
    (declaration,) = declared("value :total, 1")
    place = declaration.place
    assert (place.line, place.column, place.end_column) == (4, 7, 13)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("us_tax_2024.kumi", "UsTax2024"),
        ("/some/where/order-pricing.kumi", "OrderPricing"),
        ("alreadyCamel.kumi", "AlreadyCamel"),
        ("tax.v2.kumi", "TaxV2"),
        ("a.kumi", "A"),
    ],
)
def test_a_schema_is_called_like_its_file(path, name):
    assert schema_name(path) == name


def test_a_long_file_is_read_whole():
    lines = "\n".join(f"value :v{i}, input.x + {i}" for i in range(5_000))
    schema = tree(f"schema do input do integer :x end\n{lines}\nend")
    assert len(schema.declarations) == 5_000


def test_an_imported_declaration_is_called_by_keyword_whatever_its_name():
    text = "import :sum, from: Other\nschema do input do end value :a, fn(:sum, of: 1 + 2) end"
    assert outline(tree(text)).splitlines()[-1] == "  int:1 int:2 add/2 sum/0 of:"
