"""Where imports find schemas, how often those are analysed, and what is said where they do not."""

import gc
import pickle
import warnings

import pytest

import kumi
from kumi.analysis import modules
from kumi.schema import Schema

TAX = "schema do input do float :amount end value :tax, input.amount * {} end"
ORDER = """schema do
  import :tax, from: {}
  input do
    float :price
  end
  value :due, tax(amount: input.price)
end
"""


class ModuleTax(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]

    tax = kumi.value(Input.amount * 0.5)


class Outer:
    class Inner(kumi.Schema):
        class Input(kumi.Record):
            amount: kumi.Field[float]

        tax = kumi.value(Input.amount * 0.25)


@pytest.fixture
def written(tmp_path):
    """Writes files, and gives the path of the last one."""

    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.kumi"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path

    return write


def order(module):
    return ORDER.format(module)


def due(schema):
    return schema.run(price=8.0).due


def mistakes(source, **options):
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.load(source, **options)
    return caught.value.errors


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("Tax", "tax"),
        ("UsTax2024", "us_tax_2024"),
        ("Shared::Tax", "shared__tax"),
        ("Kumi::TestSharedSchemas::Tax", "kumi__test_shared_schemas__tax"),
    ],
)
def test_a_module_name_is_a_file_beside_the_importing_one(tmp_path, module, file):
    path = tmp_path / f"{file.replace('__', '/')}.kumi"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TAX.format(0.25))
    (tmp_path / "order.kumi").write_text(order(module))
    assert due(kumi.load(tmp_path / "order.kumi")) == 2.0


def test_a_file_in_a_folder_that_the_loader_was_given(written, tmp_path):
    path = written(rules__tax=TAX.format(0.5), orders__order=order("Tax"))
    assert due(kumi.load(path, folders=[tmp_path / "rules"])) == 4.0
    text = kumi.loads(order("Tax"), name="Order", folders=[str(tmp_path / "rules")])
    assert due(text) == 4.0


def test_folders_are_a_list(tmp_path):
    with pytest.raises(TypeError, match="folders is a list"):
        kumi.loads(order("Tax"), folders=str(tmp_path))


def test_a_class_by_its_name_and_by_more_of_it():
    assert due(kumi.loads(order("ModuleTax"))) == 4.0
    assert due(kumi.loads(order("TestAnalysisModules::ModuleTax"))) == 4.0
    assert due(kumi.loads(order("Outer::Inner"))) == 2.0


def test_a_class_of_the_same_module_and_name_replaces_the_first():
    body = {"__module__": "notebook", "Input": ModuleTax.Input}
    for factor in (2.0, 3.0):
        value = kumi.value(ModuleTax.Input.amount * factor)
        cell = type("CellTax", (Schema,), {**body, "__qualname__": "CellTax", "tax": value})
    assert due(kumi.loads(order("CellTax"))) == 24.0
    assert cell.__name__ == "CellTax"


def test_a_class_that_a_function_makes_is_not_found():
    class LocalTax(kumi.Schema):
        tax = kumi.value(1.0)

    with pytest.raises(kumi.SchemaError, match="there is no schema `LocalTax`"):
        kumi.loads("schema do import :tax, from: LocalTax input do end end")
    assert LocalTax.run().tax == 1.0


def test_a_class_that_is_gone_is_not_found():
    body = {"__module__": "gone", "__qualname__": "GoneTax", "tax": kumi.value(1.0)}
    kept = [type("GoneTax", (Schema,), body)]
    kumi.loads("schema do import :tax, from: GoneTax input do end end")
    del kept[0], body["tax"]
    gc.collect()
    with pytest.raises(kumi.SchemaError, match="there is no schema `GoneTax`"):
        kumi.loads("schema do import :tax, from: GoneTax input do end end")


def test_two_that_one_import_could_mean_are_named_with_their_places(written, tmp_path):
    path = written(tax=TAX.format(1), rules__tax=TAX.format(2), order=order("Tax"))
    (only,) = mistakes(path, folders=[tmp_path / "rules"])
    assert only.message == "`Tax` could be each of 2 schemas"
    assert [place.source.path for _, place in only.beside] == [
        str(tmp_path / "tax.kumi"),
        str(tmp_path / "rules" / "tax.kumi"),
    ]


def test_a_class_and_a_file_of_one_name_are_two(written):
    path = written(module_tax=TAX.format(1), order=order("ModuleTax"))
    (only,) = mistakes(path)
    assert __file__ in str(only)
    assert "module_tax.kumi" in str(only)


def test_one_folder_given_twice_has_one_schema(written, tmp_path):
    path = written(tax=TAX.format(1.0), order=order("Tax"))
    assert due(kumi.load(path, folders=[tmp_path, tmp_path / "."])) == 8.0


def test_an_unknown_module_is_told_what_there_is_and_where_was_looked(written, tmp_path):
    path = written(sales_tax=TAX.format(1), order=order("SalesTacks"))
    (only,) = mistakes(path, folders=[tmp_path / "rules"])
    assert only.message == "there is no schema `SalesTacks`"
    assert only.place.line == 2
    assert only.hint is not None
    assert only.hint.startswith("did you mean `SalesTax`?")
    assert str(tmp_path / "rules") in only.hint


def test_a_short_name_with_a_letter_wrong_is_still_close(written):
    (only,) = mistakes(written(tax=TAX.format(1), order=order("Taks")))
    assert only.hint is not None
    assert only.hint.startswith("did you mean `Tax`?")


def test_a_class_is_offered_where_it_stands_and_nowhere_else(written):
    (only,) = mistakes(written(order=order("Outer::Iner")))
    assert only.hint is not None
    assert only.hint.startswith("did you mean `Outer::Inner`?")
    (only,) = mistakes(written(order=order("Shared::Iner")))
    assert only.hint is not None
    assert only.hint.startswith("it was looked for")


@pytest.mark.parametrize("text", [b"hello", b"\xff\xfe", b""])
def test_a_file_that_is_no_schema_is_shown_with_who_imports_it(written, tmp_path, text):
    (tmp_path / "tax.kumi").write_bytes(text)
    found = mistakes(written(order=order("Tax")))
    assert {one.place.source.path.rpartition("/")[2] for one in found} == {"tax.kumi", "order.kumi"}
    assert any("cannot be imported" in one.message for one in found)


def test_a_folder_of_that_name_is_no_schema(written, tmp_path):
    (tmp_path / "tax.kumi").mkdir()
    found = mistakes(written(order=order("Tax")))
    assert "the file cannot be read: Is a directory" in [one.message for one in found]


def test_errors_of_what_is_imported_by_two_are_said_once(written):
    path = written(
        bad="schema do input do end value :a, zz value :b, 1 end",
        order="schema do import :a, from: Bad import :b, from: Bad input do end end",
    )
    assert [one.message for one in mistakes(path)].count("`zz` is not declared") == 1


def test_a_schema_that_imports_itself(written):
    found = mistakes(written(self_made=order("SelfMade")))
    assert [one.message for one in found] == ["`SelfMade` imports itself: SelfMade -> SelfMade"]


def test_imports_that_lead_on_and_on_are_an_error_in_the_end(written):
    def text(n):
        return (
            f"schema do import :v{n + 1}, from: Chain{n + 1} input do end"
            f" value :v{n}, v{n + 1}() + 1 end"
        )

    chain = {f"chain{n}": text(n) for n in range(99, -1, -1)}
    path = written(chain100="schema do input do end value :v100, 1 end", **chain)
    found = [one.message for one in mistakes(path)]
    assert "`Chain65` is imported by way of more than 64 other schemas" in found
    assert kumi.load(path.with_name("chain40.kumi")).run().v40 == 61


def test_two_imported_schemas_of_one_name_keep_apart(written):
    tax = "schema do input do float :amount end let :rate, {} value :{}, input.amount * rate end"
    path = written(
        us__tax=tax.format(0.5, "tax"),
        uk__tax=tax.format(0.25, "vat"),
        order="schema do import :tax, from: Us::Tax import :vat, from: Uk::Tax input do end"
        " value :due, tax(amount: 8.0) + vat(amount: 8.0) end",
    )
    schema = kumi.load(path)
    assert schema.run().due == 6.0
    program = kumi.compile(schema)
    assert {one.path for one in program.sources.values()} == {
        str(path.parent / "us" / "tax.kumi"),
        str(path.parent / "uk" / "tax.kumi"),
    }
    assert {group.origin for group in program.groups} == {"Order", *program.sources}


@pytest.fixture
def analysed(monkeypatch):
    """The names of the schemas that are analysed, as often as they are."""
    names = []
    real = modules.analyze

    def analyze(tree, resolver=None):
        names.append(tree.name)
        return real(tree, resolver)

    monkeypatch.setattr(modules, "analyze", analyze)
    return names


def test_a_schema_is_analysed_once_whoever_imports_it(written, tmp_path, analysed):
    written(
        rates="schema do input do end value :rate, 0.5 end",
        tax="schema do import :rate, from: Rates input do float :amount end"
        " value :tax, input.amount * rate() end",
        fee="schema do import :rate, from: Rates input do end value :fee, rate() end",
        order="schema do import :tax, from: Tax import :fee, from: Fee input do end"
        " value :due, tax(amount: 2.0) + fee() end",
    )
    assert kumi.load(tmp_path / "order.kumi").run().due == 1.5
    kumi.load(tmp_path / "order.kumi")
    assert sorted(analysed) == ["Fee", "Order", "Order", "Rates", "Tax"]


def test_a_file_that_changed_is_read_again_with_all_that_import_it(written, tmp_path, analysed):
    tax = "schema do import :rate, from: Rates input do float :amount end value :tax, input.amount * rate() end"
    rates = "schema do input do end value :rate, {} end"
    path = written(rates=rates.format(0.5), tax=tax, order=order("Tax"))
    assert due(kumi.load(path)) == 4.0
    written(rates=rates.format(0.25))
    assert due(kumi.load(path)) == 2.0
    assert sorted(analysed) == sorted(["Rates", "Tax", "Order"] * 2)


def test_what_was_wrong_is_read_again_when_it_is_mended(written):
    path = written(tax="schema do", order=order("Tax"))
    assert mistakes(path)
    written(tax=TAX.format(0.5))
    assert due(kumi.load(path)) == 4.0


def test_a_class_that_imports_another_compiles_when_it_first_runs():
    class Broken(kumi.Schema):
        tax = kumi.value(kumi.ref("nothing") + 1)

    class Order(kumi.Schema):
        due = kumi.value(Broken.tax())

    with pytest.raises(kumi.SchemaError) as caught:
        Order.check()
    assert [one.message for one in caught.value.errors] == [
        "`nothing` is not declared",
        "`Broken` cannot be imported: it has errors itself",
    ]


def test_a_class_imports_a_schema_that_was_loaded(written):
    tax = kumi.load(written(tax=TAX.format(0.5)))

    class Order(kumi.Schema):
        class Input(kumi.Record):
            price: kumi.Field[float]

        due = kumi.value(tax.tax(amount=Input.price))

    assert due(Order) == 4.0


def test_classes_that_declare_one_name_are_told_apart():
    class Order(kumi.Schema):
        class Input(kumi.Record):
            price: kumi.Field[float]

        tax = kumi.value(ModuleTax.tax(amount=Input.price) + Outer.Inner.tax(amount=Input.price))

    assert Order.run(price=8.0).tax == 6.0


def test_arguments_of_a_class_have_names():
    with pytest.raises(TypeError, match="arguments of another schema are named"):
        ModuleTax.tax(5.0)


def test_a_declaration_of_another_class_without_a_call():
    class Order(kumi.Schema):
        due = kumi.value(ModuleTax.tax + 1)

    with pytest.raises(
        kumi.SchemaError, match=r"call it with its inputs: `ModuleTax.tax\(amount=…\)`"
    ):
        Order.check()


def test_warnings_of_what_is_imported_come_once_and_from_its_own_file(written):
    path = written(
        tax="schema do input do float :amount end value :tax do on input.amount > 1.0, 2 end end",
        order=order("Tax"),
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kumi.load(path)
    assert [one.filename.rpartition("/")[2] for one in caught] == ["tax.kumi"]


def test_a_result_of_an_importing_schema_from_a_pickle(written):
    schema = kumi.load(written(tax=TAX.format(0.5), order=order("Tax")))
    result = schema.run(price=8.0)
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert type(again) is schema


def test_imported_declarations_are_no_outputs():
    schema = kumi.loads(order("ModuleTax"), name="Order")
    assert schema.run(price=8.0).to_dict() == {"due": 4.0}
    with pytest.raises(ValueError, match=r"Order does not declare `ModuleTax\.tax`"):
        schema.only("ModuleTax.tax")
    assert set(kumi.compile(schema).sources) == {"ModuleTax"}


def test_wrong_arguments_in_a_class_are_shown_with_what_they_are_for():
    class Order(kumi.Schema):
        class Input(kumi.Record):
            price: kumi.Field[float | None]

        missing = kumi.value(ModuleTax.tax())
        nullable = kumi.value(ModuleTax.tax(amount=Input.price))
        text = kumi.value(ModuleTax.tax(amount="a"))

    with pytest.raises(kumi.SchemaError) as caught:
        Order.check()
    assert [one.message for one in caught.value.errors] == [
        "`tax` needs `amount`, which the call does not give",
        "`amount` takes no null, and `Input.price` may be null",
        '`amount` is a float, and `"a"` is a string',
    ]
    for one in caught.value.errors:
        assert [words for words, _ in one.beside] == ["declared at"]
        assert "amount: kumi.Field[float]" in str(one)
