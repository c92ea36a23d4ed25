import pytest
from calling import call

from kumi.kernels.reference import reference
from kumi.kernels.signatures import known_names


def test_all_functions_are_listed_with_what_they_do(capsys):
    done = call(capsys, "functions")
    said = " ".join(done.out.split())
    assert (done.code, done.err) == (0, "")
    for entry in reference().values():
        assert f"{entry.usage} {entry.meaning}" in said


def test_one_function_with_all_that_is_known_of_it(capsys):
    done = call(capsys, "functions", "round")
    assert done.code == 0
    assert done.out.startswith("round\n\nround(x), round(x, digits): At a decimal digit")
    for line in (
        "option  mode: half_even (default), half_up",
        'class   kumi.round(Input.x, mode="half_up")',
        "result  3.0",
        "input.price  19.99",
    ):
        assert line in done.out


@pytest.mark.parametrize(("name", "found"), [("avg", "mean · avg"), ("%", "modulo · mod")])
def test_another_name_finds_it(capsys, name, found):
    assert call(capsys, "functions", name).out.startswith(found)


def test_a_name_of_two_functions_shows_both(capsys):
    said = call(capsys, "functions", "size").out
    assert "length(text): " in said
    assert "array_size(list): " in said


def test_every_name_of_the_language_is_found(capsys):
    assert {call(capsys, "functions", name).code for name in known_names()} == {0}


def test_a_misspelt_name_is_wrong_usage(capsys):
    done = call(capsys, "functions", "rond")
    assert done.code == 2
    assert "there is no function 'rond'; did you mean `round`?" in done.err
