import json
import subprocess

import pytest
from calling import DATA, TAX, call, start
from patience import HANG

ABS = TAX.replace("fn(:sum, input.gifts.gift)", "fn(:sum, fn(:abs, input.gifts.gift))")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with recordings: three of a schema, and three of the same with one more operation."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "in.json").write_text(DATA)
    for side, text in (("old", TAX), ("new", ABS)):
        (folder / "tax.kumi").write_text(text)
        for number in range(3):
            run = start(
                "run", "tax.kumi", "--input", "in.json", "--profile", f"{side}-{number}.jsonl",
                cwd=folder, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            _, err = run.communicate(timeout=HANG)
            assert not run.returncode, err
    return folder


@pytest.fixture
def names(recorded, monkeypatch):
    monkeypatch.chdir(recorded)
    return [[f"{side}-{number}.jsonl" for number in range(3)] for side in ("old", "new")]


def test_two_profiles(capsys, names):
    done = call(capsys, "compare", "old-0.jsonl", "new-0.jsonl", "--fail-on", "operations")
    assert done.code == 3
    assert done.out.splitlines()[0] == "Of 8 operations 1 new."
    assert "One recording a side." in done.out
    assert "Fewer than 5 runs: " in done.out
    assert "Results" not in done.out
    assert done.err == "--fail-on operations: Tax.given Map abs: is new\n"


def test_the_same_profile_twice_trips_nothing(capsys, names):
    done = call(
        capsys, "compare", "old-0.jsonl", "old-0.jsonl",
        "--fail-on", "operations", "--fail-on", "time=5%",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "No difference found in 7 operations."


def test_an_operation_that_is_gone_trips_the_gate_as_well(capsys, names):
    done = call(capsys, "compare", "new-0.jsonl", "old-0.jsonl", "--fail-on", "operations")
    assert (done.code, done.err) == (3, "--fail-on operations: Tax.given Map abs: is gone\n")


@pytest.mark.parametrize(
    "order",
    [
        lambda old, new: [*new, "--base", *old],
        lambda old, new: ["--base", *old, "--json", *new],
        lambda old, new: [word for file in old for word in ("--base", file)] + new,
        lambda old, new: [new[0], "--base", old[0], "--limit", "3", *new[1:], "--base", *old[1:]],
    ],
)
def test_several_recordings_a_side_however_they_are_given(capsys, names, order):
    arguments = order(*names)
    json_too = [] if "--json" in arguments else ["--json"]
    done = call(capsys, "compare", *arguments, *json_too)
    found = json.loads(done.out)
    assert (done.code, found["kind"]) == (0, "profiles")
    assert found["old"] == {
        "label": ", ".join(names[0]), "measurements": 3, "failed_runs": 0, "remarks": [],
    }  # fmt: skip
    assert found["new"]["label"] == ", ".join(names[1])
    assert found["schemas"][0]["old_runs"] == 3
    assert [one["operand"] for one in found["operations"] if one["counts"]] == ["abs"]


def test_one_of_each_side_by_the_option(capsys, names):
    done = call(capsys, "compare", "--base", "old-0.jsonl", "new-0.jsonl")
    assert (done.code, done.out.splitlines()[0]) == (0, "Of 8 operations 1 new.")


def test_a_side_may_not_have_more_recordings_than_the_other(capsys, names):
    old, new = names
    done = call(capsys, "compare", *new, "--base", *old[1:])
    assert done.code == 2
    assert "2 of the old side and 3 of the new one" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "Error: other.jsonl: No such file or directory\n"),
        ("", "Error: other.jsonl: nothing readable: it is empty\n"),
        (
            "x\n",
            "Error: other.jsonl: nothing readable: 1 line is malformed, the first at other.jsonl:1\n",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(capsys, names, recorded, text, said):
    other = recorded / "other.jsonl"
    other.unlink(missing_ok=True)
    if text is not None:
        other.write_text(text)
    done = call(capsys, "compare", "old-0.jsonl", "other.jsonl")
    assert (done.code, done.out, done.err) == (1, "", said)


def test_names_from_a_file_steer_no_terminal(capsys, tmp_path):
    line = '{"event":"vm_operation","schema":"A\\u001b[31m","operation":"Map","duration_ms":1}\n'
    (tmp_path / "a").write_text(line)
    (tmp_path / "b").write_text(line * 2)
    done = call(capsys, "compare", tmp_path / "a", tmp_path / "b", "--fail-on", "operations")
    assert done.code == 3
    assert "\x1b" not in done.out + done.err
    assert "ran 1 -> 2 times" in done.err
