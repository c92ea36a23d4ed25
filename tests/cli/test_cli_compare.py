"""Schemas are measured for real, in processes of their own; nothing is asked of how long it took."""

import json
import os
import signal
import subprocess
import time

import pytest
from calling import DATA, TAX, call, start
from patience import HANG

ABS = TAX.replace("fn(:sum, input.gifts.gift)", "fn(:sum, fn(:abs, input.gifts.gift))")
PRICING = """\
import kumi
from rates import RATE

print("imported")

class Shop(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]

    double = kumi.value(Input.x * RATE)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with two schemas and an input."""
    (tmp_path / "old.kumi").write_text(TAX)
    (tmp_path / "new.kumi").write_text(ABS)
    (tmp_path / "in.json").write_text(DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(*arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    done = subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def measured(capsys, *arguments):
    return call(capsys, "compare", *arguments, "--input", "in.json", "--processes", "1")


def test_two_schemas_are_compared_operation_by_operation(capsys, folder):
    done = measured(capsys, "old.kumi", "new.kumi", "--fail-on", "operations")
    assert done.code == 3
    assert "1 new" in done.out.splitlines()[0]
    assert "Results are equal." in done.out
    assert "\nOld: old.kumi, new: new.kumi\nMeasured in 1 fresh process," in done.out
    [row] = [line for line in done.out.splitlines() if "is new" in line]
    assert row.split()[:4] == ["New", "given", "Map", "abs"]
    assert done.err == "--fail-on operations: New.given Map abs: is new\n"


IMPORTING = """\
schema do
  import :rate, from: Rates
  input do
    float :x
  end
  value :due, rate(of: input.x)
end
"""
RATES = "schema do input do float :of end value :rate, input.of * {} end"


def test_what_lies_in_another_folder_can_be_imported(capsys, folder):
    for name, factor in (("rules", 2.0), ("others", 3.0)):
        (folder / name).mkdir()
        (folder / name / "rates.kumi").write_text(RATES.format(factor))
    (folder / "due.kumi").write_text(IMPORTING)
    (folder / "in.json").write_text('{"x": 4.0}')
    done = measured(capsys, "due.kumi", "due.kumi", "--folder", "rules")
    assert (done.code, done.err) == (0, "")
    assert "Results are equal." in done.out
    done = measured(capsys, "due.kumi", "due.kumi")
    assert done.code == 1
    assert "`Rates`" in done.err


def test_of_a_revision_a_folder_is_as_it_was(capsys, folder):
    (folder / "rules").mkdir()
    (folder / "rules" / "rates.kumi").write_text(RATES.format(2.0))
    (folder / "due.kumi").write_text(IMPORTING)
    (folder / "in.json").write_text('{"x": 4.0}')
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "a")
    (folder / "rules" / "rates.kumi").write_text(RATES.format(3.0))
    done = measured(capsys, "git:HEAD:due.kumi", "due.kumi", "--folder", "rules")
    assert (done.code, done.err) == (0, "")
    assert "8.0" in done.out
    assert "12.0" in done.out


def test_folders_are_for_schemas(capsys, folder):
    done = call(capsys, "compare", "a.jsonl", "b.jsonl", "--folder", "rules")
    assert done.code == 2
    assert "--folder is for schemas" in done.err


def test_json_has_each_process_of_each_operation(capsys, folder):
    done = call(
        capsys, "compare", "old.kumi", "old.kumi", "--json", "--processes", "2",
        "--input", "in.json", "--fail-on", "operations",
    )  # fmt: skip
    found = json.loads(done.out)
    assert (done.code, found["kind"], found["results_differ"]) == (0, "schemas", None)
    assert found["gates"] == [{"gate": "operations", "tripped": False, "why": []}]
    timed = [one for one in found["operations"] if one["verdict"]]
    assert {one["operation"] for one in timed} == {"LoadInput", "Map", "Reduce"}
    for one in timed:
        assert len(one["old_figures"]["medians_ns"]) == len(one["new_figures"]["medians_ns"]) == 2
    loaded = next(one for one in found["operations"] if one["operand"] == "gifts.gift")
    assert loaded["new_figures"]["rows"] == 2


@pytest.fixture
def revisions(folder):
    """A module and what it imports, in a folder of a repository; the import has changed since."""
    (folder / "app").mkdir()
    (folder / "app" / "pricing.py").write_text(PRICING)
    (folder / "app" / "rates.py").write_text("RATE = 2.0\n")
    (folder / "in.json").write_text('{"x": 4.0}')
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    (folder / "app" / "rates.py").write_text("RATE = 3.0\n")
    return folder


def test_a_file_of_a_revision_comes_with_what_it_imports(capsys, revisions, monkeypatch):
    status = ["status", "--porcelain", "--branch", "--", ".", ":!*__pycache__*"]  # Python's own
    before = git(*status)
    done = measured(capsys, "git:HEAD:app/pricing.py:Shop", "app/pricing.py")
    assert done.code == 0
    assert "Results differ, first at double: 8.0 -> 12.0." in done.out
    assert git(*status) == before
    monkeypatch.chdir(revisions / "app")
    done = call(
        capsys, "compare", "pricing:Shop", "git:HEAD:pricing.py",
        "--processes", "1", "--input", "../in.json",
    )  # fmt: skip
    assert "Results differ, first at double: 12.0 -> 8.0." in done.out


def test_a_mistake_in_a_revision_is_shown_with_its_name(capsys, revisions):
    (revisions / "old.kumi").write_text(TAX.replace("income *", "incom *"))
    git("commit", "-qam", "two")
    done = measured(capsys, "git:HEAD:old.kumi", "new.kumi")
    assert done.code == 1
    assert done.err.startswith("git:HEAD:old.kumi:10:")


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("git:HEAD:app/no.kumi", "Error: HEAD has no file app/no.kumi\n"),
        ("git:HEAD:../old.kumi", "Error: HEAD has no file ../old.kumi\n"),
        ("git:nowhere:old.kumi", "Error: git knows no revision 'nowhere'\n"),
        ("git:--all:old.kumi", "Error: git knows no revision '--all'\n"),
        ("git:HEAD", "Error: git:HEAD: write git:REV:path, such as git:main:tax.kumi\n"),
        ("no.kumi", "Error: no.kumi: No such file or directory\n"),
        ("no.module:Shop", "Error: no.module: No module named 'no'\n"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(capsys, revisions, old, said):
    done = measured(capsys, old, "new.kumi")
    assert (done.code, done.out, done.err) == (1, "", said)


def test_outside_of_a_repository_there_are_no_revisions(capsys, folder):
    done = measured(capsys, "git:HEAD:old.kumi", "new.kumi")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "not a git repository" in done.err


def test_a_module_that_ends_the_process_is_told(capsys, folder):
    (folder / "app.py").write_text("import os\nos._exit(0)\n")
    done = measured(capsys, "old.kumi", "app.py")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Error: measuring ended with exit code 0, and no answer\n"


def test_an_input_that_does_not_fit_says_whose_it_is(capsys, folder):
    (folder / "in.json").write_text("{}")
    done = measured(capsys, "old.kumi", "new.kumi")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: old.kumi: the input of Old has 3 errors\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["old.kumi"],
        ["old.kumi", "new.kumi", "old.kumi"],
        ["old.kumi", "profile.jsonl"],
        ["old.kumi", "new.kumi", "--fail-on", "time=2%"],
        ["old.kumi", "new.kumi", "--processes", "0"],
        ["a.jsonl", "b.jsonl"],
        ["a.jsonl", "b.jsonl", "--base", "c.jsonl"],
        [],
    ],
)
def test_wrong_usage(capsys, folder, arguments):
    done = call(capsys, "compare", *arguments, "--input", "in.json")
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err


def test_schemas_need_an_input(capsys, folder):
    done = call(capsys, "compare", "old.kumi", "new.kumi")
    assert done.code == 2
    assert "--input FILE" in done.err


def test_ctrl_c_leaves_no_process_and_no_file(revisions, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (revisions / "in.json").write_text(DATA)
    running = start(
        "compare", "git:HEAD:old.kumi", "new.kumi", "--input", "in.json", "--processes", "1000",
        variables={"TMPDIR": str(scratch)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: children(running.pid))
    running.send_signal(signal.SIGINT)  # to the command alone, not to its group
    out, err = running.communicate(timeout=HANG)
    assert (running.returncode, out, err.strip()) == (130, "", "")
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
    assert list(scratch.iterdir()) == []


def children(pid):
    """The Python processes that a process has started."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "args=", "--ppid", str(pid)], capture_output=True, text=True
    )
    return [line for line in found.stdout.splitlines() if "compared_process" in line]


def wait_for(condition):
    end = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_profile_that_the_environment_asks_for_is_not_made(folder):
    done = start(
        "compare", "old.kumi", "old.kumi", "--input", "in.json", "--processes", "1",
        variables={"KUMI_PROFILE": "1", "KUMI_PROFILE_FILE": str(folder / "p.jsonl")},
        stdout=subprocess.PIPE,
    )  # fmt: skip
    out, err = done.communicate(timeout=HANG)
    assert (done.returncode, err) == (0, "")
    assert out.splitlines()[1] == "Results are equal."
    assert not (folder / "p.jsonl").exists()
