"""No name, wherever it comes from, steers the terminal that a message is shown on."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest
from calling import DATA, MODULE, TAX, call, start
from patience import HANG

EVIL = "a\x1b[31m\n\x9b2J\u202eb\x7f"
SHOWN = r"a\x1b[31m\n\x9b2J\u202eb\x7f"

CALLS = {
    "check a schema": ["check", f"{EVIL}.kumi"],
    "check a wrong schema": ["check", f"wrong{EVIL}.kumi"],
    "check a module": ["check", f"{EVIL}.py"],
    "check a module that fails": ["check", f"fails{EVIL}.py"],
    "check a module that is no Python": ["check", f"syntax{EVIL}.py"],
    "check what is missing": ["check", f"no{EVIL}.kumi", f"no{EVIL}.py"],
    "ops": ["ops", f"{EVIL}.kumi"],
    "ops of one of two": ["ops", f"{EVIL}.py"],
    "a class that is missing": ["ops", f"{EVIL}.py:{EVIL}"],
    "only what is missing": ["ops", f"{EVIL}.kumi", "--only", EVIL],
    "names without only": ["ops", f"{EVIL}.kumi", EVIL],
    "no input": ["run", f"{EVIL}.kumi"],
    "a missing input": ["run", f"{EVIL}.kumi", "--input", f"no{EVIL}.json"],
    "an input that is no JSON": ["run", f"{EVIL}.kumi", "--input", f"{EVIL}.kumi"],
    "a run that raises": ["run", f"zero{EVIL}.kumi", "-i", "tax.json"],
    "an output that cannot be": ["run", f"{EVIL}.kumi", "-i", "tax.json", "-o", f"{EVIL}/x"],
    "run with a profile": ["run", f"{EVIL}.kumi", "-i", "tax.json", "--profile", f"{EVIL}.jsonl"],
    "a profile that is missing": ["profile", f"no{EVIL}.jsonl"],
    "a profile that is none": ["profile", f"{EVIL}.kumi"],
    "a filter that finds nothing": ["profile", "some.jsonl", "--schema", EVIL],
    "a duration that is none": ["profile", "some.jsonl", "--min-duration", EVIL],
    "a script that is missing": ["record", f"no{EVIL}.py"],
    "a script that is a schema": ["record", f"{EVIL}.kumi"],
    "a module that is missing": ["record", "-m", f"no{EVIL}"],
    "a demo that goes nowhere": ["demo", "-o", f"some.jsonl/{EVIL}"],
    "no such command": [EVIL],
    "no such option": ["run", f"--{EVIL}"],
    "too many arguments": ["demo", EVIL],
    "no such number": ["profile", "some.jsonl", "--limit", EVIL],
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        f"{EVIL}.kumi": TAX,
        f"wrong{EVIL}.kumi": TAX.replace("input.rate", "input.rates"),
        f"zero{EVIL}.kumi": TAX.replace("input.rate", "(1 % 0)"),
        f"{EVIL}.py": MODULE,
        f"fails{EVIL}.py": "import kumi\nraise ValueError('\\x1b[2J')",
        f"syntax{EVIL}.py": "class",
        "tax.json": DATA,
        "some.jsonl": '{"event":"vm_run","schema":"S","duration_ms":1}\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def steering(text):
    return [letter for letter in text if not (letter.isprintable() or letter in "\n\t")]


@pytest.mark.parametrize("arguments", CALLS.values(), ids=CALLS)
def test_a_name_with_control_characters_is_shown_escaped(capsys, arguments):
    done = call(capsys, *arguments)
    said = done.out + done.err
    assert steering(said) == []
    assert "a\\x1b[31m\n" not in said
    assert "\\x1b" in said or arguments[0] in {"run", "profile"}  # not every message has the name
    assert EVIL not in said


def test_carets_stand_below_what_they_mean(capsys):
    done = call(capsys, "check", f"wrong{EVIL}.kumi")
    message, line, carets, _ = done.err.splitlines()
    assert message.startswith(f"wrong{SHOWN}.kumi:10:")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "input.rates"


def test_a_recorded_program_and_its_report(folder):
    (folder / f"{EVIL}.py").write_text(MODULE + "First.run(x=1.0)\n")
    command = ["record", "-o", f"{EVIL}.jsonl", f"{EVIL}.py"]
    process = start(*command, stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, err) == (0, "")
    assert steering(out) == []
    assert f"The profile is in {SHOWN}.jsonl." in out


@pytest.mark.skipif(not shutil.which("bash"), reason="the notation is that of bash and zsh")
def test_the_command_that_is_told_next_can_be_typed(capsys, folder):
    name = f"it's \\{EVIL}.jsonl"
    done = call(capsys, "run", f"{EVIL}.kumi", "-i", "tax.json", "--profile", name)
    _, command = done.err.strip().split("next: ")
    command = command.replace("kumi", f"{shlex.quote(sys.executable)} -m kumi", 1)
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert run.stdout.startswith("Total operations: ")
    assert steering(command) == []
    assert (folder / name).is_file()


def test_the_result_says_the_same_without_steering(capsys, folder):
    (folder / "s.kumi").write_text(
        "schema do input do string :s end value :a, input.s end", "utf-8"
    )
    text = "\x1b\x7f\x9b2J é 日 \u202e"
    (folder / "s.json").write_text(json.dumps({"s": text}))
    done = call(capsys, "run", "s.kumi", "--input", "s.json")
    assert steering(done.out) == []
    assert json.loads(done.out) == {"a": text}
    assert "é 日" in done.out
