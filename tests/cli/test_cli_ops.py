import re

import pytest
from calling import TAX, call


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    return tmp_path


def titles(text):
    return re.findall(r"^ +%\d+ +([A-Z]\w*(?: [a-z_.]+)?)", text, flags=re.MULTILINE)


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
