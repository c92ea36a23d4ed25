import re

import pytest
from calling import TAX, call


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    return tmp_path


def titles(text):
    return re.findall(r"^ +%\d+ +([A-Z]\w*(?: [A-Za-z_.]+)?)", text, flags=re.MULTILINE)


def test_the_operations_in_order(capsys):
    done = call(capsys, "ops", "tax.kumi")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Tax: 7 operations")
    assert titles(done.out) == [
        "LoadInput income",
        "LoadInput rate",
        "LoadInput gifts.gift",
        "Map multiply",
        "Reduce sum",
        "Const",
        "Map divide",
    ]


def test_only_what_an_output_needs(capsys):
    done = call(capsys, "ops", "tax.kumi", "--only", "rich")
    assert titles(done.out) == ["LoadInput income", "Const", "Map greater_than"]


def test_a_name_that_is_not_declared_is_wrong_usage(capsys):
    done = call(capsys, "ops", "tax.kumi", "--only", "rihc")
    assert done.code == 2
    assert "did you mean `rich`?" in done.err


PRICED = """schema do
  input do
    float :price
    integer :quantity
  end
  let :rate, 1 + 0.19
  value :net, input.price * input.quantity
  value :gross, input.price * input.quantity * rate
end
"""


PASSES = """\
load_sharing: 11 operations become 9

  inputs
  -  %0   LoadInput price       float    line 3
  -  %3   LoadInput quantity    integer  line 4

constant_folding: 9 operations become 7

  let rate  line 6
  -  %2  Const 1          integer  line 6
  -  %3  Const 0.19       float    line 6
  -  %4  Map add %2 %3    float    line 6
  +  %2  Const 1.19       float    line 6

common_subexpressions: 7 operations become 7

  value gross  line 8
  -  %4  Map multiply %0 %1    float  line 8
  +  %4  Reuse net %3          float  line 8
"""


def test_what_each_pass_did(capsys, folder):
    (folder / "priced.kumi").write_text(PRICED)
    done = call(capsys, "ops", "priced.kumi", "--passes")
    assert (done.code, done.err) == (0, "")
    assert done.out == PASSES


def test_passes_that_are_switched_off(capsys, folder):
    (folder / "priced.kumi").write_text(PRICED)
    off = ("--without", "constant_folding", "--without", "common_subexpressions")
    done = call(capsys, "ops", "priced.kumi", *off, "--only", "gross")
    assert "Reuse" not in done.out
    assert titles(done.out).count("Const") == 2
    done = call(capsys, "ops", "priced.kumi", *off, "--passes", "--only", "gross")
    assert done.out.splitlines()[-3:] == [
        "constant_folding: switched off",
        "",
        "common_subexpressions: switched off",
    ]


@pytest.mark.parametrize("command", ["ops", "run"])
def test_a_pass_that_there_is_not_is_wrong_usage(capsys, command):
    done = call(capsys, command, "tax.kumi", "--without", "load_shairing")
    assert done.code == 2
    assert "did you mean `load_sharing`?" in done.err


LEVY = """schema do
  input do
    float :income
    float :rate
  end
  value :levy, input.income * input.rate
end
"""
IMPORTING = """schema do
  import :levy, from: Levy
  input do
    float :wage
  end
  value :due, levy(income: input.wage, rate: 0.5)
end
"""


def test_an_argument_within_an_imported_declaration_names_its_file(capsys, folder):
    (folder / "levy.kumi").write_text(LEVY)
    (folder / "due.kumi").write_text(IMPORTING)
    shown = call(capsys, "ops", "due.kumi").out.split("\n\n")[2]
    assert [re.sub(" +", " ", line) for line in shown.splitlines()] == [
        "value Levy.levy of Levy levy.kumi:6",
        " %1 Const 0.5 float due.kumi:6",
        " %2 Map multiply %0 %1 float line 6",
    ]


ORDER = """schema do
  import :tax, from: Tax
  input do
    float :price
  end
  value :due, tax(amount: input.price)
end
"""
FLAT = "schema do input do float :amount end value :tax, input.amount * 0.5 end"


@pytest.fixture
def order(folder):
    """A schema that imports from a folder which has to be given."""
    for name, text in {"orders/order.kumi": ORDER, "rules/tax.kumi": FLAT}.items():
        path = folder / name
        path.parent.mkdir()
        path.write_text(text)
    (folder / "order.json").write_text('{"price": 8.0}')
    return "orders/order.kumi"


def test_imported_declarations_stand_before_those_that_call_them(capsys, order):
    done = call(capsys, "ops", order, "--folder", "rules")
    assert titles(done.out) == ["LoadInput price", "Const", "Map multiply", "Ref Tax.tax"]
    assert "value Tax.tax of Tax  rules/tax.kumi:1" in done.out


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("ops",), "value due"),
        (("run", "--input", "order.json"), '"due": 4.0'),
        (("check",), "orders/order.kumi: ok"),
    ],
)
def test_what_a_file_imports_is_looked_for_in_the_folders_that_are_given(
    capsys, order, command, shown
):
    name, *options = command
    done = call(capsys, name, order, "--folder", "nowhere", "--folder", "rules", *options)
    assert (done.code, done.err) == (0, "")
    assert shown in done.out
    done = call(capsys, name, order, *options)
    assert done.code != 0
    assert "orders/order.kumi:2:3: semantic error: there is no schema `Tax`" in done.err
    assert "Traceback" not in done.err
