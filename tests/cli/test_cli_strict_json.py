"""Whatever the input says: a value that is what was written, or one line that names the place."""

import json

import pytest
from calling import DATA, TAX, call
from hypothesis import example, given
from hypothesis import strategies as st

from kumi.cli.strict_json import loads

WHOLE = (
    '{"a": 1e308, "b": [1, 2.5e3, -0, {"c": "x\\ud83d\\ude00"}], "\\u0061b": null}',
    '{"a": 1, "b": {"a": 1, "c": [[], {}, "\\""]}, "c": true}',
)
PIECES = (
    *'eE.-+:,"\\{}[]09é\n\0\u0661', "1e999", "1e-999", "NaN", "-Infinity", "inf", '"a":', '"a"', "\\u",
    "\\ud800", "9" * 400, "null", "//", "0x1",
)  # fmt: skip


REFUSALS = ("is no JSON; write null", "is given twice", "of a surrogate", "a float can hold")


@st.composite
def mutated(draw):
    text = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 4))):
        first, second = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        text = text[:first] + draw(st.sampled_from((*PIECES, ""))) + text[first:][:second]
    return text


def read(parse, text):
    """What a parser makes of a text: the value and None, or None and its error."""
    try:
        return parse(text), None
    except json.JSONDecodeError as error:
        return None, error


@given(mutated())
@example('{"a": 1e999.5}')
@example('[-1e999e1, "\\ud800"]')
@example('{"a": 1e999-}')
@example("[NaN}")
def test_a_text_is_its_value_or_wrong_at_a_place(text):
    value, error = read(loads, text)
    expected, refused = read(json.loads, text)
    if error is None:
        assert (value, refused) == (expected, None)
        return
    assert 0 <= error.pos <= len(text)
    assert "\n" not in error.msg
    assert refused or any(words in error.msg for words in REFUSALS)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("1e999.5", "1e999 is more than a float can hold"),
        ("-2e400-1", "-2e400 is more than a float can hold"),
        ("1.2.3", "not JSON: Expecting ',' delimiter"),
        ("-", "not JSON: Expecting value"),
    ],
)
def test_standard_input_with_half_a_number_is_one_line(
    capsys, monkeypatch, tmp_path, number, message
):
    schema = tmp_path / "tax.kumi"
    schema.write_text(TAX)
    done = call(
        capsys, "run", schema, "-i", "-", stdin=f'{{"a": {number}}}', monkeypatch=monkeypatch
    )
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: standard input:1:")
    assert done.err.endswith(f": {message}\n")
    assert call(capsys, "run", schema, "-i", "-", stdin=DATA, monkeypatch=monkeypatch).code == 0


EXACT = """schema do
  input do
    decimal :a
    any :b
    float :c, null: true
  end
  value :twice, input.a * 2
  value :passed, input.b
  value :float, input.c
end"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"a": 1.5E400, "b": 1}', '"twice": 3' + "0" * 400 + ","),
        ('{"a": -1e-400, "b": 1}', '"twice": -0.' + "0" * 399 + "2,"),
        ('{"a": 1, "b": [2e400, "\\ud83d\\ude00"]}', '"passed": [2' + "0" * 400 + ", "),
        ('{"a": 1e20000, "b": 1}', ":1:7: 1e20000 is a decimal of more than 10,000 digits"),
        ('{"a": 1e400, "b": NaN}', ":1:19: NaN is no JSON"),
        ('{"a": 1e-20000, "b": 1, "a": 1}', ':1:25: the key "a" is given twice'),
        ('{"a": 1, "b": 1, "c": 1e400}', "c: expected a float, found a decimal"),
    ],
)
def test_a_decimal_may_be_what_no_float_can_hold(capsys, monkeypatch, tmp_path, data, said):
    schema = tmp_path / "exact.kumi"
    schema.write_text(EXACT)
    done = call(capsys, "run", schema, "-i", "-", stdin=data, monkeypatch=monkeypatch)
    assert said in done.out + done.err


def test_a_long_integer_is_not_what_is_wrong():
    with pytest.raises(json.JSONDecodeError, match='the key "a" is given twice'):
        loads('{"a": %s, "a": 1}' % ("9" * 400))
