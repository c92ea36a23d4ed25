"""The examples of money: each says one thing in two forms, and nothing when it is imported."""

import json

import pytest
from money_forms import MONEY, NAMES, forms, run, sample, there

from kumi.syntax.outline import outline


@pytest.mark.parametrize("name", NAMES)
def test_the_class_and_the_text_give_one_tree(name, capsys):
    there()
    of_class, of_text = forms(name)
    assert capsys.readouterr().out == ""
    assert outline(of_class._tree()) == outline(of_text._tree())


@pytest.mark.parametrize("name", NAMES)
def test_neither_form_has_a_warning(name, recwarn):
    there()
    for form in forms(name):
        form.check()
    assert [str(one.message) for one in recwarn] == []


def test_every_example_of_the_folder_is_tested_and_whole():
    there()
    files = {path.name for path in MONEY.iterdir() if path.is_file()}
    assert files == {f"{name}.{kind}" for name in NAMES for kind in ("py", "kumi", "json")}


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_the_results_of_the_sample(name, capsys):
    there()
    from kumi.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main(["run", str(MONEY / f"{name}.kumi"), "--input", str(MONEY / f"{name}.json")])
    assert not ended.value.code
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == list(run(name, sample(name)))
