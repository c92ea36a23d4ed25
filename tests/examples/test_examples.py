"""The examples: their samples by hand, their generated input, and the scripts."""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from patience import HANG

import kumi
from kumi.examples import NAMES, generate, path, sample
from kumi.syntax.outline import outline
from kumi.syntax.text import schema_name

SCRIPTS = Path(__file__).parents[2] / "examples"
PROGRAMS = Path(__file__).parents[1] / "programs"


def test_nothing_is_imported_by_a_name_that_a_golden_program_and_an_example_have():
    """A process that has loaded both could not tell which one is meant."""
    goldens, examples = sorted(PROGRAMS.rglob("*.kumi")), sorted(SCRIPTS.rglob("*.kumi"))
    imported = re.findall(r"from: (\w+)", "".join(each.read_text() for each in goldens + examples))
    names = [{schema_name(each) for each in some} for some in (goldens, examples)]
    assert {"Basket", "PackedBoxes"} <= set(imported)
    assert not names[0] & names[1] & set(imported)


def sampled(name):
    return kumi.load(path(name)).run(json.loads(sample(name).read_text(encoding="utf-8")))


def decimals(*texts):
    return [Decimal(text) for text in texts]


def test_tax_returns_by_hand():
    result = sampled("us_tax_2024")
    # 85,000 - 14,600 = 70,400: 5,426 and 22 % of what is over 47,150
    # 250,000 - 29,200 = 220,800: 34,337 and 24 % of what is over 201,050
    # 60,000 + 500 - 2,500 - (21,900 + 1,950) = 34,150: 1,655 and 12 % of what is over 16,550
    # 500,000 - 20,000 itemized = 480,000: 98,334.75 and 37 % of what is over 365,600
    assert result["schedule_tax"] == decimals("10541", "39077", "3767", "140662.75", "0")
    # In the Tax Table: 22 % of 25 more in the middle of 70,400 to 70,450, 12 % in 34,150 to 34,200
    assert result["tax"] == decimals("10547", "39077", "3770", "140662.75", "0")
    assert result["marginal_rate"] == decimals("0.22", "0.24", "0.12", "0.37", "0.1")
    assert result["refund"] == decimals("1453", "-1077", "230", "9337.25", "0")
    assert result["effective_rate"] == decimals("0.1241", "0.1563", "0.0623", "0.2813", "0")
    assert result["total_tax"] == Decimal("194056.75")
    assert result["total_refunded"] == Decimal("11020.25")
    assert result["joint_returns"] == 1


def test_orders_by_hand():
    result = sampled("order_pricing")
    # gold electronics 15 %, two dozens for gold 25 %, books never; ten pieces 10 % and a coupon of
    # 10 %; silver 5 %
    assert result["line_price"] == [
        decimals("170", "36", "40"),
        decimals("40.5"),
        decimals("38"),
    ]
    assert result["goods"] == decimals("246", "40.5", "38")
    # 19 % of 170, 7 % of 36 and of 40; 19 % of 40.50 is 7.695
    assert result["tax"] == decimals("37.62", "7.7", "7.22")
    # Gold pays nothing; 2.5 kg; 4 kg, express
    assert result["shipping"] == decimals("0", "6.99", "17.9")
    assert result["total"] == decimals("283.62", "55.19", "63.12")
    assert result["saved"] == decimals("42", "9.5", "2")
    assert result["pieces"] == [27, 10, 1]
    assert result["gold_revenue"] == Decimal("283.62")
    assert result["express_orders"] == 1
    assert result["average_discount"] == Decimal("0.1415")


def test_payroll_by_hand():
    result = sampled("payroll")
    # Linus: 20.25 hours at 20.35 are 412.0875
    assert result["gross"] == decimals("2580", "9600", "920.84", "16000")
    # Grace is 50 in this year and may add 500 of her 960; Barbara is 50 in the next, and had it all
    assert result["retirement"] == decimals("129", "500", "0", "0")
    # Grace has 5,600 left to the wage base, Barbara nothing; Linus 500 to that of FUTA
    assert result["social_security"] == decimals("159.96", "347.2", "57.09", "0")
    assert result["medicare"] == decimals("37.41", "139.2", "13.35", "286")
    assert result["income_tax"] == decimals("294.12", "2002", "92.08", "3520")
    assert result["net"] == decimals("1959.51", "6611.6", "758.32", "12194")
    assert result["employer_taxes"] == decimals("197.37", "486.4", "73.44", "232")
    assert result["total_cost"] == Decimal("30090.05")
    assert result["overtime_hours"] == decimals("4", "0", "0", "0")
    assert result["employees_with_overtime"] == 1
    assert result["employees_at_wage_base"] == 2
    assert result["longest_week"] == 50


@pytest.mark.parametrize("name", NAMES)
def test_generated_input_is_the_same_every_time_and_fits_its_schema(name):
    make = generate.GENERATORS[name]
    data = make(200)
    assert data == make(200)
    assert json.loads(json.dumps(data)) == data
    result = kumi.load(path(name)).run(data)
    counts = {"us_tax_2024": "tax", "order_pricing": "total", "payroll": "net"}
    assert len(result[counts[name]]) == 200


def test_generated_returns_are_spread_as_incomes_are():
    result = kumi.load(path("us_tax_2024")).run(generate.us_tax_2024(2_000))
    assert set(result["marginal_rate"]) >= set(decimals("0.1", "0.12", "0.22", "0.24", "0.32"))
    assert Decimal("0.05") < result["average_rate"] < Decimal("0.25")


def script(name):
    if not SCRIPTS.is_dir():
        pytest.skip("the examples folder is not beside the tests")
    return SCRIPTS / name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two_schemas.py", ["'label': 'comfortable'", "'total': 42.0"]),
        ("order_pricing.py", ["[170.0, 72.0] 242.0"]),
    ],
)
def test_scripts_run(name, said):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KUMI_")}
    done = subprocess.run(
        [sys.executable, str(script(name))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for words in said:
        assert words in done.stdout


def test_an_order_priced_by_a_class_and_by_a_file(capsys):
    from kumi.cli.schemas import schema

    of_class = schema(str(script("order_pricing.py")))
    of_text = kumi.load(script("order_pricing.kumi"))
    data = json.loads(script("order_pricing.json").read_text(encoding="utf-8"))
    assert capsys.readouterr().out == ""  # imported, it only declares
    assert outline(of_class._tree()) == outline(of_text._tree())
    assert of_class.run(data).total == of_text.run(data).total == 242.0


def test_the_two_schemas_have_twelve_operations_each():
    from kumi.cli.schemas import schemas

    found = schemas(str(script("two_schemas.py")))
    assert [(one.__name__, len(kumi.compile(one).operations)) for one in found] == [
        ("SchemaA", 12),
        ("SchemaB", 12),
    ]
