"""The pytest plugin in projects of its own, each run by a pytest of its own."""

import json
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import kumi
import pytest

class Shop(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]
    total = kumi.value(kumi.sum(Input.prices * 2.0))

@pytest.mark.parametrize("number", range(6))
def test_shop(number):
    assert Shop.run(prices=[1.0, 2.0, 3.0]).total == 12.0
"""
COUNTED = """
import kumi
import pytest
from kumi import otel

class Shop(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]
    total = kumi.value(kumi.sum(Input.prices * 2.0))

class Other(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    twice = kumi.value(Input.x * 2.0)

def test_counts(kumi_profile):
    Shop.run(prices=[1.0])
    with kumi_profile() as counts:
        Shop.run(prices=[1.0, 2.0, 3.0])
        Shop.run(prices=[4.0])
        Other.run(x=1.0)
        with pytest.raises(kumi.InputError):
            Other.run(x="one")
    Shop.run(prices=[1.0])
    assert counts.runs == {"Shop": 2, "Other": 1}
    assert counts.failed == {"Other": 1}
    assert counts.operations["Map multiply"] == 3
    assert counts.operations["Map divide"] == 0
    shop = counts.of("Shop")
    assert shop.operations == {"LoadInput prices.item": 2, "Const": 2, "Map multiply": 2, "Reduce sum": 2}
    assert shop.rows == {"LoadInput prices.item": 4, "Const": 2, "Map multiply": 4, "Reduce sum": 4}
    assert not counts.of("Nobody").runs

def test_a_block_that_raises_leaves_nothing_behind(kumi_profile):
    with pytest.raises(ZeroDivisionError), kumi_profile() as counts:
        Shop.run(prices=[1.0])
        1 / 0
    assert counts.runs == {"Shop": 1}
    with kumi_profile() as counts:
        pass
    Shop.run(prices=[1.0])
    assert not counts.runs
"""
FIGHT = """
def test_fight(kumi_profile, tmp_path):
    with kumi_profile() as counts:
        with otel.profile(file=str(tmp_path / "p.jsonl")):
            otel.uninstrument()
"""


@pytest.fixture(autouse=True)
def lonely(pytester, monkeypatch):
    """A project that does not know of the one that it is tested by."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    monkeypatch.delenv("KUMI_PROFILE_OWNER", raising=False)


def events(path, kind):
    return [
        event
        for line in path.read_text().splitlines()
        if (event := json.loads(line))["event"] == kind
    ]


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_suite_is_recorded_and_its_summary_is_shown(pytester, workers):
    test = pytester.makepyfile(SUITE)
    done = pytester.runpytest_subprocess("--kumi-profile", test, *workers)
    done.assert_outcomes(passed=6)
    done.stdout.fnmatch_lines(
        [
            "*= kumi profile =*",
            "Total operations: 24 (*",
            "  Shop: 24 operations, *",
            "The profile is in *",
        ]
    )
    path = pytester.path / "kumi-profile.jsonl"
    assert len(events(path, "vm_run")) == 6
    ended = events(path, "profile_end")
    assert len(ended) == len(events(path, "profile_start")) == max(1, len(workers))


def test_the_file_may_be_named_and_an_old_one_is_kept(pytester):
    pytester.makepyfile(SUITE)
    command = [sys.executable, "-m", "pytest", "--kumi-profile=out/suite.jsonl"]
    for _ in range(2):  # in a process group of its own, as a shell starts it
        done = subprocess.run(
            command, cwd=pytester.path, process_group=0, capture_output=True, text=True
        )
        assert "\nTotal operations: 24 (" in done.stdout, done.stdout + done.stderr
    assert {path.name for path in (pytester.path / "out").iterdir()} == {
        "suite.jsonl", "suite.jsonl.old",
    }  # fmt: skip


def test_a_suite_without_schemas_says_so(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    done = pytester.runpytest_subprocess("--kumi-profile")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["No schema ran."])


@pytest.mark.parametrize("option", [[], ["--kumi-profile"]])
def test_a_block_s_counts_can_be_asserted_on(pytester, option):
    pytester.makepyfile(COUNTED)
    done = pytester.runpytest_subprocess(*option)
    done.assert_outcomes(passed=2)
    if option:  # what is counted in a block is in the profile of the suite as well
        path = pytester.path / "kumi-profile.jsonl"
        assert len(events(path, "vm_run")) == 8
        assert len([run for run in events(path, "vm_run") if run["error"]]) == 1
    else:
        assert not (pytester.path / "kumi-profile.jsonl").exists()


def test_profiling_that_begins_and_ends_within_a_block_is_told(pytester):
    pytester.makepyfile(COUNTED + FIGHT)
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*RuntimeError: profiling began or ended inside of a block*"])


def test_nothing_heavy_is_imported_until_it_is_asked_for(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_light():
            heavy = {"numpy", "opentelemetry", "duckdb", "kumi.schema", "kumi.otel"}
            assert "kumi.testing.plugin" in sys.modules
            assert not heavy & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
