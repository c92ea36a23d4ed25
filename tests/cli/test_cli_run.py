import json
import os
import subprocess
from pathlib import Path

import pytest
from calling import DATA, MODULE, RESULT, TAX, call, start
from patience import HANG


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "tax.json").write_text(DATA)
    return tmp_path


def test_the_result_is_json_with_a_line_for_each_output(capsys):
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json")
    assert (done.code, done.out, done.err) == (0, RESULT, "")


def test_input_from_stdin_and_output_to_a_file(capsys, monkeypatch, folder):
    done = call(
        capsys, "run", "tax.kumi", "--input", "-", "--output", "out.json",
        stdin=DATA, monkeypatch=monkeypatch,
    )  # fmt: skip
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (folder / "out.json").read_text() == RESULT


def test_only_some_outputs_need_only_their_inputs(capsys, folder):
    (folder / "part.json").write_text('{"gifts": [1, 2]}')
    done = call(capsys, "run", "tax.kumi", "--input", "part.json", "--only", "given")
    assert (done.code, done.out) == (0, '{\n  "given": 3.0\n}\n')


def test_a_trait_can_be_asked_for(capsys):
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--only", "rich", "--only", "tax")
    assert json.loads(done.out) == {"rich": True, "tax": 500.0}


def test_several_names_may_follow_only(capsys):
    spaced = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--only", "rich", "tax")
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--only", "rich, tax")
    assert (done.code, done.out) == (spaced.code, spaced.out)
    assert json.loads(done.out) == {"rich": True, "tax": 500.0}


def test_a_stray_word_is_wrong_usage(capsys):
    done = call(capsys, "run", "tax.kumi", "tax.json")
    assert done.code == 2
    assert "what is 'tax.json'?" in done.err


def test_a_name_that_is_not_declared_is_wrong_usage(capsys):
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--only", "gvien")
    assert done.code == 2
    assert "did you mean `given`?" in done.err


def test_a_schema_without_inputs_needs_no_input(capsys, folder):
    (folder / "six.kumi").write_text("schema do input do end value :six, 2 * 3 end")
    assert call(capsys, "run", "six.kumi").out == '{\n  "six": 6\n}\n'


def test_numbers_that_json_has_not_are_null_with_one_warning(capsys, folder):
    (folder / "odd.kumi").write_text(
        "schema do input do float :zero string :s array :xs do float :x end any :deep end"
        " value :nan, input.zero / 0 value :each, input.xs.x / 0"
        " value :text, input.s value :same, input.deep end"
    )
    deep = "[" * 500 + '"NaN"' + "]" * 500
    given = f'{{"zero": 0, "xs": [1, -1, 0], "s": "-Infinity \\" NaN", "deep": {deep}}}'
    (folder / "odd.json").write_text(given)
    done = call(capsys, "run", "odd.kumi", "--input", "odd.json")
    result = json.loads(done.out)
    assert (result["nan"], result["each"]) == (None, [None, None, None])
    assert (result["text"], result["same"]) == ('-Infinity " NaN', json.loads(deep))
    assert done.err == "warning: 4 numbers are NaN or infinite, which JSON has not: null\n"


def test_however_deep_an_input_is_no_traceback_comes_of_it(capsys, folder):
    (folder / "deep.kumi").write_text("schema do input do any :a end value :b, input.a end")
    for depth in range(800, 1100, 7):
        (folder / "deep.json").write_text('{"a": ' + "[" * depth + "]" * depth + "}")
        done = call(capsys, "run", "deep.kumi", "--input", "deep.json")
        assert done.code == 0 or ("nested too deeply" in done.err and done.code == 1)


def test_integers_and_text_of_any_kind_arrive_whole(capsys, folder):
    (folder / "s.kumi").write_text(
        "schema do input do string :s integer :n end"
        " value :big, 10 ** 5000 value :same, input.n value :text, input.s end"
    )
    (folder / "s.json").write_text('{"s": "Zoë €", "n": ' + "9" * 5000 + "}", encoding="utf-8")
    done = call(capsys, "run", "s.kumi", "--input", "s.json")
    assert f'"big": 1{"0" * 5000},' in done.out
    assert f'"same": {"9" * 5000},' in done.out
    assert '"text": "Zoë €"' in done.out


def test_what_the_terminal_has_no_letter_for_is_escaped(folder, monkeypatch):
    (folder / "s.kumi").write_text(
        'schema do input do end value :text, "é 日 \U0001f600" end', encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    shown = {}
    for command in ("run", "ops"):
        process = start(command, "s.kumi", stdout=subprocess.PIPE, encoding="latin-1")
        shown[command], err = process.communicate(timeout=HANG)
        assert (process.returncode, err) == (0, "")
    assert json.loads(shown["run"]) == {"text": "é 日 \U0001f600"}
    assert 'Const "é \\u65e5 \\U0001f600"' in shown["ops"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"income": 1,\n "rate" 2}', "tax.json:2:9: not JSON: Expecting ':' delimiter"),
        (" \n", "tax.json: it is empty; the input is a JSON object, such as {}"),
        ("income: 1", "tax.json:1:1: not JSON: Expecting value"),
        ("[1, 2]", "tax.json: the input must be a JSON object, not an array"),
        ("null", "tax.json: the input must be a JSON object, not null"),
        ("[" * 100_000, "tax.json: nested too deeply"),
        (
            '{"income": 1,\n "rate": 2,\n  "income": 3}',
            'tax.json:3:3: the key "income" is given twice in one object',
        ),
        (
            '{"rate": {"a": {}, "b": 1},\n"gifts": [{"a": 1}, {"a": 1, "\\u0061": 2}]}',
            'tax.json:2:30: the key "\\u0061" is given twice in one object',
        ),
        (
            '{"s": "NaN 1e999", "income": 1e308, "rate": -1e309}',
            "tax.json:1:45: -1e309 is more than a float can hold",
        ),
        (
            '{"income": NaN}',
            "tax.json:1:12: NaN is no JSON; write null where there is no number",
        ),
        (
            '{"income": [1, -Infinity]}',
            "tax.json:1:16: -Infinity is no JSON; write null where there is no number",
        ),
        (
            '{"a": "\\ud83d\\ude00",\n "b": "\\ud83d"}',
            'tax.json:2:7: "\\ud83d" holds half of a surrogate pair, which is no character',
        ),
    ],
)
def test_an_input_that_is_no_json_object_is_one_line(capsys, folder, text, message):
    (folder / "tax.json").write_text(text)
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json")
    assert (done.code, done.out, done.err) == (1, "", f"Error: {message}\n")


def test_an_input_that_is_no_text_is_one_line(capsys, folder):
    (folder / "tax.json").write_bytes(b'{"a":\n "\xff"}')
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json")
    assert (done.code, done.err) == (1, "Error: tax.json:2: the file is not UTF-8 text\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope.kumi", "--input", "tax.json"],
        ["tax.kumi", "--input", "nope.json"],
        ["tax.kumi", "--input", "tax.json", "--output", "nowhere/out.json"],
        ["nope.py"],
    ],
)
def test_a_missing_file_is_one_line_that_names_it(capsys, arguments):
    done = call(capsys, "run", *arguments)
    missing = next(word for word in arguments if word.startswith("no"))
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Error: {missing}: No such file or directory\n"


def test_data_that_does_not_fit_is_reported_whole(capsys, folder):
    (folder / "tax.json").write_text('{"income": -1, "rate": "x", "gifts": [true], "more": 1}')
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json")
    assert done.code == 1
    assert done.err.startswith("Error: the input of Tax has 4 errors\n")
    for path in ("income", "rate", "gifts[0]", "more"):
        assert f"\n  {path}: " in done.err
    assert "Traceback" not in done.err


def test_a_calculation_that_fails_says_where(capsys, folder):
    (folder / "rest.kumi").write_text(
        "schema do\n  input do\n    integer :n\n  end\n  value :rest, 1 % input.n\nend\n"
    )
    (folder / "zero.json").write_text('{"n": 0}')
    done = call(capsys, "run", "rest.kumi", "--input", "zero.json")
    assert done.code == 1
    assert done.err.startswith("Error: integer ")
    assert "ZeroDivisionError" not in done.err
    assert "in Rest.rest, Map modulo (rest.kumi:5:16)\n    5 |" in done.err


@pytest.mark.parametrize("command", ["run", "ops"])
def test_a_warning_is_shown_as_by_check(capsys, folder, command):
    (folder / "fee.kumi").write_text(
        "schema do\n  input do\n  end\n  value :fee do\n    on 1 > 2, 5\n  end\nend\n"
    )
    done = call(capsys, command, "fee.kumi")
    checked = call(capsys, "check", "fee.kumi")
    assert done.code == 0
    assert done.err == checked.err
    assert done.err.startswith("fee.kumi:4:9: warning: `fee` has no `base`")


def test_static_errors_are_shown_with_their_frames(capsys, folder):
    (folder / "bad.kumi").write_text(
        "schema do\n  input do\n  end\n  value :a, b + 1\n  value :c, fn(:summ, 1)\nend\n"
    )
    done = call(capsys, "run", "bad.kumi")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("bad.kumi:4:13: semantic error:")
    assert "    4 |   value :a, b + 1\n      |             ^\n" in done.err
    assert "bad.kumi:5:" in done.err


def test_a_class_of_a_module(capsys, folder):
    (folder / "rules_of_two.py").write_text(MODULE)
    (folder / "x.json").write_text('{"x": 3}')
    done = call(capsys, "run", "rules_of_two.py:Second", "--input", "x.json")
    assert (done.code, done.out) == (0, '{\n  "half": 1.5\n}\n')


def test_a_module_with_one_schema_needs_no_class(capsys, folder):
    (folder / "rules_of_one.py").write_text(MODULE.partition("class Second")[0])
    (folder / "x.json").write_text('{"x": 3}')
    done = call(capsys, "run", "rules_of_one.py", "--input", "x.json")
    assert done.out == '{\n  "double": 6.0\n}\n'


def test_a_module_with_two_schemas_needs_one(capsys, folder):
    (folder / "rules_of_many.py").write_text(MODULE)
    done = call(capsys, "run", "rules_of_many.py")
    assert done.code == 2
    assert "rules_of_many.py:First, rules_of_many.py:Second" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("name", "text", "spec", "message"),
    [
        ("no_such_class", MODULE, ":Secnd", "no_such_class.py has no schema 'Secnd'; did you mean `Second`?"),
        ("no_schema", "x = 1\n", "", "no_schema.py has no schema: no class derived from kumi.Schema"),
        ("it_raises", "x = 1\ny = z\n", "", "it_raises.py:2: NameError: name 'z' is not defined"),
        ("no_import", "import nothing_there\n", "", "no_import.py:1: ModuleNotFoundError: No module named 'nothing_there'"),
    ],
)  # fmt: skip
def test_a_module_without_the_schema_is_one_line(capsys, folder, name, text, spec, message):
    (folder / f"{name}.py").write_text(text)
    done = call(capsys, "run", f"{name}.py{spec}")
    assert (done.code, done.err) == (1, f"Error: {message}\n")


def test_a_module_with_a_syntax_error_is_one_line(capsys, folder):
    (folder / "not_python.py").write_text("x = 1\nclass :\n")
    done = call(capsys, "run", "not_python.py")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "not_python.py:2: " in done.err


def test_a_profile_has_the_operations_of_the_run(capsys, folder):
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--profile", "p.jsonl")
    assert (done.code, done.out) == (0, RESULT)
    assert "kumi profile p.jsonl" in done.err
    events = [json.loads(line) for line in (folder / "p.jsonl").read_text().splitlines()]
    listed = call(capsys, "ops", "tax.kumi").out
    recorded = [e for e in events if e["event"] == "vm_operation"]
    assert f"Tax: {len(recorded)} operations" in listed
    assert {e["schema"] for e in recorded} == {"Tax"}


def test_a_profile_into_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    process = start(
        "run", "tax.kumi", "-i", "tax.json", "--profile", "pipe", stdout=subprocess.PIPE
    )
    profile = (folder / "pipe").read_text()
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out, err) == (0, RESULT, "")
    assert profile.splitlines()[-1].startswith('{"event":"profile_end"')


def test_the_name_of_a_profile_is_told_as_it_was_filled_in(capsys, folder):
    done = call(capsys, "run", "tax.kumi", "-i", "tax.json", "--profile", "p-{pid}.jsonl")
    assert f"kumi profile p-{os.getpid()}.jsonl" in done.err
    assert (folder / f"p-{os.getpid()}.jsonl").exists()


def test_a_profile_that_cannot_be_written_costs_a_warning_and_no_result(capsys, folder):
    (folder / "plain").write_text("a regular file")
    done = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--profile", "plain/p.jsonl")
    assert (done.code, done.out) == (0, RESULT)
    assert "profile written" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_named_and_promises_no_profile(capsys):
    written = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--output", "/dev/full")
    assert (written.code, written.err) == (1, "Error: /dev/full: No space left on device\n")
    profiled = call(capsys, "run", "tax.kumi", "--input", "tax.json", "--profile", "/dev/full")
    assert (profiled.code, profiled.out) == (0, RESULT)
    assert "profile written" not in profiled.err


def test_without_an_input_the_option_for_it_is_named(capsys):
    done = call(capsys, "run", "tax.kumi")
    assert done.code == 1
    assert done.err.endswith("\n  = give the input with --input FILE\n")


@pytest.mark.parametrize(("given", "expected"), [(None, 10_000.0), ("7", 7.0), ("", 100.0)])
def test_a_run_that_was_asked_for_a_profile_waits_for_room(folder, given, expected):
    (folder / "m.py").write_text(
        "import os\n"
        + MODULE.partition("class Second")[0]
        + "print(os.environ.get('KUMI_PROFILE_BLOCK_MS'))\n"
    )
    command = ["run", "m.py", "-i", "-", "--profile", "p.jsonl"]
    process = start(
        *command,
        variables={"KUMI_PROFILE_BLOCK_MS": given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out, _ = process.communicate('{"x": 1}', timeout=HANG)
    assert (
        json.loads((folder / "p.jsonl").read_text().splitlines()[0])["settings"]["block_ms"]
        == expected
    )
    assert out.startswith(f"{given}\n")  # what it starts is not asked for a profile


def test_decimals_are_read_and_written_with_all_their_digits(capsys, folder):
    (folder / "s.kumi").write_text(
        "schema do input do decimal :a float :f array :xs do decimal :x end end"
        " value :same, input.a value :all, input.xs.x value :third, input.a / 3"
        " value :zero, input.f / 0 value :plain, input.f end"
    )
    digits = "0.12345678901234567890123456789"
    (folder / "s.json").write_text(f'{{"a": {digits}, "f": 0.1, "xs": [{digits}, 1.50, 2e3, "7"]}}')
    done = call(capsys, "run", "s.kumi", "--input", "s.json")
    assert f'"same": {digits},' in done.out
    assert f'"all": [{digits}, 1.5, 2000, 7],' in done.out
    assert '"third": 0.04115226300411522630041152263,' in done.out
    assert '"zero": null,\n  "plain": 0.1\n' in done.out
    assert done.err == "warning: 1 number is NaN or infinite, which JSON has not: null\n"
