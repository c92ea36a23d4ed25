"""The filters of `kumi profile`: what they leave, and what is said where that is nothing."""

import json

import pytest
from calling import call

LINES = [
    {
        "event": "profile_start",
        "process": "5b8aa5a2",
        "service": "shop",
        "resource": {"team": "blue"},
        "timestamp": "2025-01-20T10:30:44.000Z",
    },
    {
        "event": "program",
        "program": "1",
        "schema": "Shop",
        "declarations": [["total", "value", 3, None]],
    },
    *(
        {
            "event": "vm_operation",
            "schema": "Shop",
            "operation": "Map",
            "duration_ms": 0.001,
            "timestamp": f"2025-01-20T10:30:{second}.000Z",
            "declaration": name,
            "origin": "Rates" if name == "rate" else None,
            "run": f"5b8aa5a2000000{second}",
        }
        for second in (45, 50)
        for name in ("total", "rate")
    ),
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "profile.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


FILTERS = [
    (["--service", "shop"], 4),
    (["--origin", "Rates"], 2),
    (["--run", "5b8aa5a200000045"], 2),
    (["--resource", "team=blue", "--resource", "team=red"], 4),
    (["--since", "2025-01-20T10:30:46"], 2),
    (["--until", "2025-01-20T12:30:46+02:00"], 2),
    (["--since", "-2s"], 2),
    (["--since", "+0.5s", "--until", "+2s", "--origin", "Shop"], 1),
]


@pytest.mark.parametrize(("arguments", "operations"), FILTERS)
def test_each_filter_chooses_for_reports_for_the_stream_and_for_files(
    capsys, file, tmp_path, arguments, operations
):
    assert json.loads(call(capsys, "profile", file, "--json", *arguments).out)["operations"] == (
        operations
    )
    assert len(call(capsys, "profile", file, "--raw", *arguments).out.splitlines()) == operations
    written = tmp_path / "written.json"
    assert call(capsys, "profile", file, "-o", written, *arguments).code == 0
    assert json.loads(written.read_text())["operations"] == operations


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--service", "shp"], "No service is called shp; did you mean `shop`?"),
        (["--origin", "Rate"], "No origin is called Rate; did you mean `Rates`?"),
        (["--run", "7"], "No run is called 7; available: 5b8aa5a200000045, 5b8aa5a200000050"),
        (
            ["--resource", "team=blu"],
            "No resource attribute is called team=blu; did you mean `team=blue`?",
        ),
        (
            ["--since", "2026-01-01"],
            "The profile is from 2025-01-20T10:30:44.000Z to 2025-01-20T10:30:50.000Z",
        ),
    ],
)
def test_where_nothing_is_left_it_says_what_there_is(capsys, file, arguments, told):
    done = call(capsys, "profile", file, *arguments)
    assert done.code == 0
    assert "No operation passes the filters." in done.out
    assert done.err == told + "\n"


def test_where_a_profile_has_no_such_names_it_says_that(capsys, tmp_path):
    path = tmp_path / "profile.jsonl"
    path.write_text('{"event":"vm_run","schema":"Shop","duration_ms":1}\n')
    done = call(capsys, "profile", path, "--service", "shop", "--schema", "Shop")
    assert done.err == "No service is named in this profile, shop neither\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--since", "soon"], "'soon' is no time such as"),
        (["--until", "+soon"], "'soon' is no duration such as"),
        (["--resource", "team"], "is no KEY=VALUE"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_wrong_usage(capsys, file, arguments, told):
    done = call(capsys, "profile", file, *arguments)
    assert done.code == 2
    assert told in done.err
