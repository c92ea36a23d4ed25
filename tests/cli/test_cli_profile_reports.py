"""`kumi profile --source`, `--tree`, `--by` and `--sort`, over a profile of a real program."""

import json

import pytest
from calling import MODULE, call, start


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "schemas.py").write_text(MODULE)
    runs = "from schemas import First, Second\nFirst.run({'x': 1.0})\nSecond.run({'x': 1.0})\n"
    (folder / "app.py").write_text(runs)
    process = start("record", "--quiet", "app.py", cwd=folder, variables={"COLUMNS": None})
    assert process.wait() == 0, process.stderr.read()
    return folder / "kumi-profile.jsonl"


def test_source_shows_the_class_that_ran(capsys, recorded):
    done = call(capsys, "profile", recorded, "--source", "--schema", "First")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("First: ")
    assert lines[3].endswith("  3  class First(kumi.Schema):")
    assert lines[-4].endswith("  6      double = kumi.value(Input.x * 2.0)")
    assert "Second" not in done.out


def test_source_says_when_it_changed(capsys, recorded):
    module = recorded.parent / "schemas.py"
    module.write_text(MODULE + "\n")
    try:
        done = call(capsys, "profile", recorded, "--source", "--schema", "First")
    finally:
        module.write_text(MODULE)
    assert "the source has changed since" in done.out
    assert "class First" not in done.out


def test_all_of_them_are_data_with_json(capsys, recorded):
    found = json.loads(call(capsys, "profile", recorded, "--json").out)
    trees = json.loads(call(capsys, "profile", recorded, "--tree", "--json").out)["schemas"]
    sources = json.loads(call(capsys, "profile", recorded, "--source", "--json").out)["schemas"]
    groups = json.loads(call(capsys, "profile", recorded, "--by", "schema", "--json").out)["groups"]
    assert {tree["schema"] for tree in trees} == {"First", "Second"}
    for each in (sources, groups):
        assert sum(schema["total_ns"] for schema in each) == found["total_ns"]


def test_the_tree_of_what_passes(capsys, recorded):
    done = call(capsys, "profile", recorded, "--tree", "--schema", "Second", "--operation", "Map")
    assert [line[45:] for line in done.out.splitlines()[1:4]] == [
        "  run Second",
        "    half",
        "      Map divide",
    ]
    done = call(capsys, "profile", recorded, "--tree", "--schema", "Secnd")
    assert done.out == "Nothing in this profile passes the filters.\n"
    assert "did you mean `Second`?" in done.err


def test_groups_by_several_keys_and_sorted(capsys, recorded):
    done = call(capsys, "profile", recorded, "--by", "schema,operation", "--sort", "name")
    rows = [tuple(line.split()[:2]) for line in done.out.splitlines()[2:8]]
    assert rows == [
        (schema, operation)
        for schema in ("First", "Second")
        for operation in ("Const", "LoadInput", "Map")
    ]


def test_sort_is_the_order_of_every_table(capsys, recorded):
    done = call(capsys, "profile", recorded, "--json", "--sort", "name")
    schemas = [spot["schema"] for spot in json.loads(done.out)["hotspots"]]
    assert schemas == sorted(schemas)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--sort", "p59"], "'p59' is no key to sort by; did you mean p99?"),
        (["--by", "colour"], "'colour' is no key to group by; there are schema, origin,"),
        (["--by", "schema", "--tree"], "--by is a report of its own; leave --tree out"),
        (["--raw", "--sort", "name"], "--sort is for tables"),
        (["--tree", "--detailed"], "--tree and --detailed are two reports; ask for one of them"),
        (["--raw", "--tree", "--raw"], "--raw and --tree are two reports"),
        (["--source", "--sort", "name"], "--sort is for tables"),
    ],
)
def test_what_cannot_be_is_wrong_usage(capsys, recorded, arguments, told):
    done = call(capsys, "profile", recorded, *arguments)
    assert done.code == 2
    assert told in done.err
