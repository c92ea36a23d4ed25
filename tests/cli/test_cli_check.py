import warnings

import pytest
from calling import MODULE, TAX, call

import kumi

BAD = "schema do\n  input do\n  end\n  value :a, b + 1\n  value :c, fn(:nope, 1)\nend\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "bad.kumi").write_text(BAD)
    return tmp_path


def test_a_schema_without_errors(capsys):
    done = call(capsys, "check", "tax.kumi")
    assert (done.code, done.out, done.err) == (0, "tax.kumi: ok\n", "")


DOUBTFUL = """schema do
  input do
    integer :age
  end
  value :fee do
    on input.age < 18, 5
  end
end
"""


def test_a_warning_is_shown_and_no_failure(capsys, folder):
    (folder / "doubtful.kumi").write_text(DOUBTFUL)
    done = call(capsys, "check", "doubtful.kumi", "tax.kumi")
    assert (done.code, done.out) == (0, "doubtful.kumi: ok, 1 warning\ntax.kumi: ok\n")
    assert done.err == (
        "doubtful.kumi:5:9: warning: `fee` has no `base`, and is null where no case holds\n"
        "    5 |   value :fee do\n"
        "      |         ^^^^\n"
        "      = give it one; where null is meant, `base null`\n"
    )


def test_a_warning_is_given_once_for_a_schema_where_it_was_written(folder):
    (folder / "doubtful.kumi").write_text(DOUBTFUL)

    def used():
        schema = kumi.load("doubtful.kumi")
        schema.run(age=3)
        schema.only("fee").run(age=3)

    with pytest.warns(kumi.SchemaWarning) as caught:
        used()
    (one,) = caught
    assert (one.filename, one.lineno) == ("doubtful.kumi", 5)
    assert str(one.message) == (
        "`fee` has no `base`, and is null where no case holds; "
        "give it one; where null is meant, `base null`"
    )


def test_a_warning_that_is_made_an_error_is_one_of_kumi(folder):
    (folder / "doubtful.kumi").write_text(DOUBTFUL)
    with warnings.catch_warnings():
        warnings.simplefilter("error", kumi.SchemaWarning)
        with pytest.raises(kumi.KumiError, match="has no `base`"):
            kumi.load("doubtful.kumi")


def test_every_error_of_every_schema(capsys):
    done = call(capsys, "check", "bad.kumi", "nope.kumi", "tax.kumi")
    assert (done.code, done.out) == (1, "tax.kumi: ok\n")
    places = [line.split(" ")[0] for line in done.err.splitlines() if line.startswith("bad")]
    assert places == ["bad.kumi:4:13:", "bad.kumi:5:13:"]
    assert "Error: nope.kumi: No such file or directory" in done.err


def test_syntax_errors(capsys, folder):
    (folder / "typo.kumi").write_text("schema do\n  input do\n  end\n  vlaue :a, 1\nend\n")
    done = call(capsys, "check", "typo.kumi")
    assert done.code == 1
    assert "    4 |   vlaue :a, 1\n      |   ^^^^^\n      = did you mean `value`?" in done.err


def test_all_schemas_of_a_module(capsys, folder):
    (folder / "checked_fine.py").write_text(MODULE)
    assert call(capsys, "check", "checked_fine.py").out == "checked_fine.py: ok\n"
    (folder / "checked_bad.py").write_text(MODULE + "\n    wrong = kumi.value(Input.x + 'text')\n")
    done = call(capsys, "check", "checked_bad.py")
    assert done.code == 1
    assert "checked_bad.py:13:" in done.err


def test_the_errors_of_every_schema_of_a_module(capsys, folder):
    wrong = "class Bad{0}(kumi.Schema):\n    a = kumi.value(kumi.ref('gone{0}') + 1)\n"
    (folder / "checked_twice.py").write_text(f"import kumi\n{wrong.format(1)}{wrong.format(2)}")
    done = call(capsys, "check", "checked_twice.py")
    assert (done.code, done.out) == (1, "")
    assert "`gone1` is not declared" in done.err
    assert "`gone2` is not declared" in done.err


BODY = "import kumi\nclass S(kumi.Schema):\n class Input(kumi.Record):\n  x: kumi.Field[int]\n"


MISTAKE = """\
import kumi

class Rated(kumi.Schema):
    class Input(kumi.Record):
        price: kumi.Field[float]
    ratio = kumi.value(Input.price / 2.0)
    {}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "low = kumi.value(kumi.clamp(Input.price))",
            (
                "Error: rated.py:7: TypeError: clamp() missing 2 required positional arguments: "
                "'low' and 'high'\n"
                "    7 |     low = kumi.value(kumi.clamp(Input.price))\n"
                "      |                      ^^^^^^^^^^^^^^^^^^^^^^^\n"
                "      = write kumi.clamp(e, low, high)\n"
            ),
        ),
        (
            "low = kumi.value(Input.price * ratoi)",
            (
                "Error: rated.py:7: NameError: name 'ratoi' is not defined\n"
                "    7 |     low = kumi.value(Input.price * ratoi)\n"
                "      |                                    ^^^^^\n"
                "      = did you mean `ratio`?\n"
            ),
        ),
        (
            "low = kumi.vale(Input.price)",
            (
                "Error: rated.py:7: AttributeError: module 'kumi' has no attribute 'vale'\n"
                "    7 |     low = kumi.vale(Input.price)\n"
                "      |           ^^^^^^^^^\n"
                "      = did you mean `value`?\n"
            ),
        ),
    ],
)
def test_what_python_refuses_in_a_class_body_has_a_caret_and_a_hint(capsys, folder, line, said):
    (folder / "rated.py").write_text(MISTAKE.format(line))
    done = call(capsys, "check", "rated.py")
    assert (done.code, done.err) == (1, said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def clamp(a, b): ...\n\nclamp(1)\n", "m.py:3: TypeError: clamp() missing 1 required"),
        ("def clamp(a):\n sum()\n\nclamp(1)\n", "m.py:2: TypeError: sum() takes at least 1"),
        (
            f"def clamp(a): ...\n\n{BODY} def f(): clamp()\n f()\n",
            "m.py:7: TypeError: clamp() missing 1 required",
        ),
        (
            f"def clamp(a): ...\n\n{BODY} a = clamp()\n",
            "m.py:7: TypeError: clamp() missing 1 required",
        ),
    ],
)
def test_a_function_of_the_modules_own_has_no_hint_at_ours(capsys, folder, source, said):
    (folder / "m.py").write_text(source)
    done = call(capsys, "check", "m.py")
    assert done.code == 1
    assert done.err.startswith(f"Error: {said}")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys\nsys.exit(0)\n", "Error: m.py:2: the module ends the program; "),
        ("def f(:\n", "m.py:1: invalid syntax"),
        ("x = 1\x00\n", "source code string cannot contain null bytes"),  # the place from 3.11.4 on
        ("\n1 / 0\n", "Error: m.py:2: ZeroDivisionError: division by zero"),
        (
            "class E(Exception):\n  def __str__(self): raise self\nraise E\n",
            "m.E: <exception str() failed>",
        ),
        (f"{BODY} a = kumi.value(Input.x and 1)\n", "m.py:5:17: syntax error: an expression is"),
        (f"{BODY} a = kumi.value(Input.y)\n", "m.py:5:17: semantic error: `S.Input` has no"),
    ],
)
def test_a_module_that_cannot_be_imported_says_where(capsys, folder, source, said):
    (folder / "m.py").write_text(source)
    done = call(capsys, "check", "m.py")
    assert (done.code, done.out) == (1, "")
    assert said in done.err.splitlines()[0]
    assert done.err.count("m.py") == 1
