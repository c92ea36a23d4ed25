"""The examples: their samples by hand, their generated input, and the scripts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

import kumi
from kumi.examples import NAMES, generate, path, sample
from kumi.syntax.outline import outline

SCRIPTS = Path(__file__).parents[2] / "examples"


def sampled(name):
    return kumi.load(path(name)).run(json.loads(sample(name).read_text(encoding="utf-8")))


def test_tax_returns_by_hand():
    result = sampled("us_tax_2024")
    # 85,000 - 14,600 = 70,400: 10 % of 11,600, 12 % of 35,550, 22 % of 23,250
    single = 1_160.0 + 4_266.0 + 5_115.0
    # 250,000 - 29,200 = 220,800: 10 % of 23,200, 12 % of 71,100, 22 % of 106,750, 24 % of 19,750
    joint = 2_320.0 + 8_532.0 + 23_485.0 + 4_740.0
    # 60,000 + 500 - 2,500 - (21,900 + 1,950) = 34,150: 10 % of 16,550, 12 % of 17,600
    head = 1_655.0 + 2_112.0
    # 500,000 - 20,000 itemized = 480,000: up to 37 % of 114,400
    separate = 1_160.0 + 4_266.0 + 11_742.5 + 21_942.0 + 16_568.0 + 42_656.25 + 42_328.0
    assert result["tax"] == pytest.approx([single, joint, head, separate, 0.0], abs=1e-9)
    assert result["marginal_rate"] == [0.22, 0.24, 0.12, 0.37, 0.10]
    assert result["refund"] == pytest.approx([1_459.0, -1_077.0, 233.0, 9_337.25, 0.0])
    assert result["effective_rate"][4] == 0.0
    assert result["total_tax"] == pytest.approx(194_047.75)
    assert result["total_refunded"] == pytest.approx(1_459.0 + 233.0 + 9_337.25)
    assert result["joint_returns"] == 1


@pytest.mark.parametrize(
    ("status", "deduction", "brackets"),
    [
        ("single", 14_600, [11_600, 47_150, 100_525, 191_950, 243_725, 609_350]),
        ("married_joint", 29_200, [23_200, 94_300, 201_050, 383_900, 487_450, 731_200]),
        ("married_separate", 14_600, [11_600, 47_150, 100_525, 191_950, 243_725, 365_600]),
        ("head_of_household", 21_900, [16_550, 63_100, 100_500, 191_950, 243_700, 609_350]),
    ],
)
def test_tax_brackets_are_those_of_the_revenue_procedure(status, deduction, brackets):
    rates = [0.10, 0.12, 0.22, 0.24, 0.32, 0.35, 0.37]
    wages = [deduction + end for end in brackets] + [2_000_000]
    filers = [filer(status, float(wage)) for wage in wages]
    tax = kumi.load(path("us_tax_2024")).run(filers=filers)["tax"]
    for wage, due in zip(wages, tax, strict=True):
        parts = zip([0, *brackets], [*brackets, float("inf")], rates, strict=True)
        by_hand = sum(rate * max(0, min(wage - deduction, end) - low) for low, end, rate in parts)
        assert due == pytest.approx(by_hand, abs=1e-6)


def filer(status, wages):
    nothing = dict.fromkeys(["other_income", "adjustments", "itemized", "withheld"], 0.0)
    return {"status": status, "wages": wages, "over_65": 0, **nothing}


def test_orders_by_hand():
    result = sampled("order_pricing")
    # gold electronics 15 %, two dozens for gold 25 %, books never; ten pieces 10 %; silver 5 %
    assert result["line_price"] == [[170.0, 36.0, 40.0], [45.0], [38.0]]
    assert result["goods"] == [246.0, 40.5, 38.0]
    assert result["tax"] == pytest.approx([32.3 + 0.72 + 2.0, 8.55 * 0.9, 7.22])
    assert result["shipping"] == pytest.approx([0.0, 4.9 + 1.0, 12.0 + 6.0])
    assert result["total"] == pytest.approx([281.02, 54.095, 63.22])
    assert result["saved"] == pytest.approx([42.0, 9.5, 2.0])
    assert result["pieces"] == [27, 10, 1]
    assert result["gold_revenue"] == pytest.approx(281.02)
    assert result["express_orders"] == 1
    assert result["average_discount"] == pytest.approx(53.5 / 378.0)


def test_payroll_by_hand():
    result = sampled("payroll")
    assert result["gross"] == [30.0 * 86.0, 9_600.0, 900.0, 16_000.0]
    # Grace has 5,600 left to the wage base, Barbara nothing; Linus 500 to that of FUTA
    assert result["social_security"] == pytest.approx([159.96, 347.2, 55.8, 0.0])
    assert result["medicare"] == pytest.approx([37.41, 139.2, 13.05, 232.0 + 54.0])
    assert result["income_tax"] == pytest.approx([294.12, 2_112.0, 90.0, 3_520.0])
    assert result["net"] == pytest.approx([1_959.51, 7_001.6, 741.15, 12_194.0])
    assert result["employer_taxes"] == pytest.approx([197.37, 486.4, 71.85, 232.0])
    assert result["total_cost"] == pytest.approx(29_080.0 + 987.62)
    assert result["overtime_hours"] == [4.0, 0.0, 0.0, 0.0]
    assert result["average_overtime"] == 4.0
    assert result["employees_at_wage_base"] == 2
    assert result["longest_week"] == 50.0


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
    assert set(result["marginal_rate"]) >= {0.10, 0.12, 0.22, 0.24, 0.32, 0.35}
    assert 0.05 < result["average_rate"] < 0.25


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
