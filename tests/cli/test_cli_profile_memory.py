"""What `kumi profile` holds in memory, and that it leaves the process as it was."""

import gc
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from backports import zstd
from calling import call

from kumi.profiles.open_profiles import SMALL

MEGABYTE = 1 << 20
WITH_PEAK = """
import sys
from pathlib import Path
from kumi.cli.main import main
try:
    main(["profile", *sys.argv[1:]])
finally:
    print(Path("/proc/self/status").read_text(), file=sys.stderr)
"""


WIDTH = 440


def stamped(number, said):
    """A line of the run with this number, whose first keys are these, as wide as all others."""
    began = 1737369045123000000 + 1000 * number
    took = number % 900
    ids = f'"trace_id":"{number:032x}","span_id":"{number:016x}","parent_span_id":"{1:016x}"'
    measured = f'"duration_ms":0.{took:06},"timestamp":"2025-01-20T10:30:45.123Z"'
    whole = said.format(measured=measured, run=f'"run":"5b8aa5a2{number:08x}"')
    first = f'{whole},{ids},"start_unix_nano":'
    last = f'{began},"end_unix_nano":{began + took}}}\n'
    return (first + last.rjust(WIDTH - len(first))).encode()


def operation(number, declaration="total"):
    """An operation of a run, as our writers write it."""
    said = (
        f'{{{{"event":"vm_operation","schema":"Shop","operation":"Map",{{measured}},'
        f'"declaration":"{declaration}","index":7,"function":"add","rows":{number % 7},{{run}},'
        '"program":"12ab"'
    )
    return stamped(number, said)


def run(number):
    """A run, whose operation stands behind it."""
    said = (
        '{{"event":"vm_run","schema":"Shop",{measured},"program":"12ab","operations":1,"cases":1,'
        '"kept":"all","status":"ok","error":null,{run}'
    )
    return stamped(number, said) + operation(number)


def runs(size):
    """Runs of so many bytes together, and how many they are."""
    found = [run(number) for number in range(size // len(run(1)))]
    return b"".join(found), len(found)


def peak(*arguments):
    """The bytes that a process of its own held at most, and the figures."""
    done = subprocess.run(
        [sys.executable, "-c", WITH_PEAK, *map(str, arguments), "--json"],
        capture_output=True,
        check=True,
    )
    kilobytes = int(done.stderr.split(b"VmHWM:")[1].split()[0])
    return kilobytes * 1024, json.loads(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says what it was")
@pytest.mark.parametrize("suffix", ["", ".zst"])
@pytest.mark.parametrize("times", [0.9, 5])
def test_memory_is_bounded_below_the_size_where_the_engine_changes_and_above(
    tmp_path, times, suffix
):
    path = tmp_path / f"p.jsonl{suffix}"
    text, count = runs(int(SMALL * times))
    path.write_bytes(zstd.compress(text) if suffix else text)
    most, found = peak(path)
    assert found["operations"] == count
    assert most < 100 * MEGABYTE


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("there", ["a profile", "nothing", "no profile"])
def test_garbage_is_collected_afterwards_as_before(capsys, tmp_path, was_on, there):
    path = tmp_path / "p.jsonl"
    if there != "nothing":
        path.write_bytes(operation(1) if there == "a profile" else b"PK\x03\x04")
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        done = call(capsys, "profile", path)
        is_on = gc.isenabled()
    finally:
        (gc.enable if before else gc.disable)()
    assert done.code == (0 if there == "a profile" else 1)
    assert is_on == was_on


@pytest.mark.parametrize("alike_first", [True, False])
def test_a_packed_file_says_the_same_whatever_its_beginning_lets_expect(
    capsys, tmp_path, alike_first
):
    """Lines that pack a hundred times better than others, before them or behind them."""
    rnd = random.Random(1)
    alike = operation(5) * 12_000
    other = b"".join(operation(number, rnd.randbytes(400).hex()) for number in range(6_000))
    text = alike + other if alike_first else other + alike
    assert len(text) < SMALL
    plain, packed = tmp_path / "p.jsonl", tmp_path / "p.jsonl.zst"
    plain.write_bytes(text)
    packed.write_bytes(zstd.compress(text))
    expected, found = (call(capsys, "profile", path, "--json").out for path in (plain, packed))
    assert json.loads(found) == json.loads(expected)
    assert json.loads(found)["operations"] == 18_000
