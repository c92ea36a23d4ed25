import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from calling import TAX, call, start
from patience import HANG

import kumi
from kumi.cli.main import COMMANDS


def test_help_lists_the_commands_with_examples(capsys):
    done = call(capsys, "--help")
    assert done.code == 0
    assert "kumi run tax.kumi --input tax.json" in done.out
    for name, purpose in COMMANDS.items():
        assert f"  {name} " in done.out
        assert purpose in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_by_example(capsys, name):
    done = call(capsys, name, "--help")
    assert done.code == 0
    assert f"Usage: kumi {name}" in done.out
    assert "Examples:" in done.out
    assert f"  kumi {name}" in done.out


def test_help_imports_nothing_that_is_slow():
    code = (
        "import sys\n"
        "from kumi.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ['numpy', 'duckdb', 'rich', 'opentelemetry.sdk', 'kumi.schema']\n"
        "print('imported:', [name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG
    )
    assert "imported: []" in done.stdout


def test_version(capsys):
    assert call(capsys, "--version").out == f"kumi, version {kumi.__version__}\n"


@pytest.mark.parametrize("arguments", [["prof"], ["chekc", "x.kumi"]])
def test_a_misspelt_command_is_wrong_usage_with_a_suggestion(capsys, arguments):
    done = call(capsys, *arguments)
    assert done.code == 2
    assert "did you mean `" in done.err
    assert "Usage: kumi" in done.err


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "--nope"], ["check"], ["ops"], ["run", "a", "b"]]
)
def test_wrong_usage_exits_with_2_and_points_to_the_help(capsys, arguments):
    done = call(capsys, *arguments)
    assert done.code == 2
    assert "--help' for help" in done.err


def test_interrupting_leaves_no_traceback(tmp_path):
    module = tmp_path / "slow.py"
    module.write_text(f"import time\nprint('ready', flush=True)\ntime.sleep({HANG})\n")
    process = start("check", module, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_reader_that_left_is_no_error_to_speak_of(tmp_path):
    schema = tmp_path / "tax.kumi"
    schema.write_text(TAX)
    reader, writer = os.pipe()
    os.close(reader)
    process = start("ops", schema, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=HANG)
    assert err == ""
    assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize(
    ("command", "closed", "code"),
    [
        ("ops tax.kumi", ">&-", 0),
        ("profile -", "<&-", 1),
        ("run tax.kumi --input -", "<&-", 1),
        ("run nope.kumi", "2>&-", 1),
    ],
)
def test_streams_that_are_closed_are_as_if_to_nowhere(tmp_path, command, closed, code):
    (tmp_path / "tax.kumi").write_text(TAX)
    line = f"{shlex.quote(sys.executable)} -m kumi {command} {closed}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["ops", "record"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_finds_no_room_is_one_line(tmp_path, monkeypatch, command, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "quiet.py").write_text("")
    subject = {"ops": "tax.kumi", "record": "quiet.py"}[command]
    with Path("/dev/full").open("w") as full:
        process = start(command, subject, stdout=full, cwd=tmp_path)
        _, err = process.communicate(timeout=HANG)
    assert err == "Error: standard output: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no /dev/zero")
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["profile", "/dev/zero"], "profile"),
        (["profile", "/dev/urandom", "--raw"], "profile"),
        (["check", "/dev/zero"], "schema"),
        (["run", "tax.kumi", "--input", "/dev/zero"], "input"),
    ],
)
def test_a_device_that_never_ends_is_not_read(capsys, tmp_path, monkeypatch, arguments, what):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tax.kumi").write_text(TAX)
    done = call(capsys, *arguments)
    device = next(word for word in arguments if word.startswith("/dev"))
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Error: {device}: a device, which need not end, is no {what}\n"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no /dev/zero")
def test_a_pipe_without_an_end_of_its_first_line_is_no_profile():
    with Path("/dev/zero").open("rb") as zeros:
        process = start("profile", "-", stdin=zeros, stdout=subprocess.PIPE)
        _, said = process.communicate(timeout=HANG)
    device = "standard input: a device, which need not end, is no profile"
    assert (process.returncode, said) == (1, f"Error: {device}\n")
    process = start("profile", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with suppress(BrokenPipeError):
        while True:
            process.stdin.write("0" * 1_000_000)
    process.wait(timeout=HANG)
    line = "standard input: no profile: its first line has no end in 16 MiB"
    assert (process.returncode, process.stderr.read()) == (1, f"Error: {line}\n")
