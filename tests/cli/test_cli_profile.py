import json
import subprocess
import sys

import pytest
from calling import call, start
from patience import HANG

FIVE_KEYS = (
    '{"event":"vm_operation","schema":"TestSchema","operation":"LoadInput","duration_ms":0.001,'
    '"timestamp":"2025-01-20T10:30:45.123Z"}\n'
    '{"event":"vm_operation","schema":"TestSchema","operation":"Map","duration_ms":0.002,'
    '"timestamp":"2025-01-20T10:30:45.125Z"}\n'
)
FIRST_LINES = (
    "Total operations: 2 (0.0030ms)\n"
    "Schemas analyzed: TestSchema\n"
    "  TestSchema: 2 operations, 0.0030ms\n"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "profile.jsonl"
    path.write_text(FIVE_KEYS)
    return path


@pytest.mark.parametrize("mode", [[], ["--summary"], ["--detailed"]])
def test_reports_begin_with_the_documented_lines(capsys, file, mode):
    done = call(capsys, "profile", file, *mode)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(FIRST_LINES)
    assert "\x1b" not in done.out


def test_raw_is_the_stream_itself_and_can_be_read_again(capsys, file, monkeypatch):
    done = call(capsys, "profile", file, "--raw")
    assert (done.code, done.out, done.err) == (0, FIVE_KEYS, "")
    again = call(capsys, "profile", "-", stdin=done.out, monkeypatch=monkeypatch)
    assert again.out.startswith(FIRST_LINES)


def test_raw_takes_filters_and_a_limit(capsys, file):
    only = call(capsys, "profile", file, "--raw", "--operation", "Map")
    assert [json.loads(line)["operation"] for line in only.out.splitlines()] == ["Map"]
    one = call(capsys, "profile", file, "--raw", "--limit", "1")
    assert [json.loads(line)["operation"] for line in one.out.splitlines()] == ["LoadInput"]
    slow = call(capsys, "profile", file, "--raw", "--min-duration", "1.5us")
    assert slow.out == only.out


def test_raw_leaves_out_what_is_malformed_and_says_so_on_stderr(capsys, file):
    file.write_text(f"nonsense\n{FIVE_KEYS}" + '{"event":"vm_operation","duration_ms":"1"}\n')
    done = call(capsys, "profile", file, "--raw")
    assert (done.code, done.out) == (0, FIVE_KEYS)
    assert done.err == f"Malformed: 2 lines, the first at {file}:1\n"


def test_raw_shows_no_control_character_that_json_would_let_pass(capsys, file):
    line = '{"event":"vm_run","schema":"a\u009b31m\u202e","duration_ms":1}\n'
    file.write_text(line, "utf-8")
    done = call(capsys, "profile", file, "--raw")
    assert "\\u009b31m\\u202e" in done.out
    assert json.loads(done.out) == json.loads(line)


def test_json_has_all_figures_in_nanoseconds(capsys, file):
    found = json.loads(call(capsys, "profile", file, "--json").out)
    assert (found["operations"], found["total_ns"]) == (2, 3000)
    assert found["schemas"] == [{"schema": "TestSchema", "count": 2, "total_ns": 3000}]
    assert [kind["operation"] for kind in found["types"]] == ["Map", "LoadInput"]
    assert found["malformed_lines"] == 0


def test_a_filter_with_a_name_that_is_not_there_is_told_what_is(capsys, file):
    done = call(capsys, "profile", file, "--schema", "TestShema", "--operation", "map")
    assert done.code == 0
    assert "No schema is called TestShema; did you mean `TestSchema`?\n" in done.err
    assert "No operation is called map; did you mean `Map`?\n" in done.err
    assert call(capsys, "profile", file, "--schema", "TestSchema").err == ""
    assert call(capsys, "profile", file, "--min-duration", "1s").err == ""


def test_filters_and_limit_reach_the_report(capsys, file):
    done = call(capsys, "profile", file, "--schema", "Other")
    assert "No operation passes the filters." in done.out
    done = call(capsys, "profile", file, "--detailed", "--limit", "1")
    assert "others (1)" in done.out


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "No such file or directory"),
        (lambda path: path.mkdir(), "a folder in which no file ends in .jsonl, "),
        (lambda path: path.write_bytes(b""), "nothing readable: it is empty"),
        (lambda path: path.write_bytes(bytes(range(256)) * 99), "lines are malformed"),
        (lambda path: path.write_bytes(b'{"event":"vm_op'), "1 line is malformed, the first at"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08\x00"), "1 line is malformed, the first at"),
    ],
)
@pytest.mark.parametrize("mode", ["--summary", "--raw", "--json"])
def test_what_cannot_be_read_is_one_line_and_exit_code_1(capsys, tmp_path, make, said, mode):
    path = tmp_path / "no \x1b file"
    make(path)
    done = call(capsys, "profile", path, mode)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: ")
    assert "no \\x1b file" in done.err
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_half_corrupt_file_is_read_and_what_is_lost_is_said(capsys, file):
    file.write_text(FIVE_KEYS + "\x00\x01\n" + FIVE_KEYS[:200])
    done = call(capsys, "profile", file)
    assert done.code == 0
    assert done.out.startswith("Total operations: 3 (0.0040ms)\n")
    assert f"Malformed: 2 lines, the first at {file}:3\n" in done.out


@pytest.mark.parametrize(
    "arguments",
    [[], ["--min-duration", "soon"], ["--limit", "0"], ["--no-such-option"], ["--raw", "--json"]],
)
def test_wrong_usage_exits_2(capsys, file, arguments):
    files = [file] if arguments else []
    assert call(capsys, "profile", *files, *arguments).code == 2


@pytest.mark.parametrize("many", [1, 1_500], ids=["small", "large"])
@pytest.mark.parametrize("longest", ["9223372036854775808ns", f"{'9' * 60}s", "9" * 400])
def test_nothing_takes_as_long_as_can_be_asked_for(capsys, tmp_path, many, longest):
    path = tmp_path / "p.jsonl"
    path.write_text(FIVE_KEYS * 3 * many)
    done = call(capsys, "profile", path, "--min-duration", longest)
    assert done.code == 0
    assert done.out.startswith("Total operations: 0 (0.0000ms)\n")


def test_a_file_is_never_executed(tmp_path, capsys):
    path = tmp_path / "profile.py"
    path.write_text("raise SystemExit('executed')\n")
    done = call(capsys, "profile", path)
    assert done.code == 1
    assert "line is malformed" in done.err


def test_a_pipe_that_is_closed_early_is_met_in_silence(file):
    file.write_text(FIVE_KEYS * 20_000)
    process = start("profile", file, "--raw", stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=HANG) == 141


def test_an_ascii_terminal_is_no_obstacle(file, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    file.write_text(FIVE_KEYS.replace("TestSchema", "Tést"), "utf-8")
    process = start("profile", file, stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, err) == (0, "")
    assert "Schemas analyzed: T\\xe9st\n" in out


def test_a_small_file_needs_no_slow_import(file):
    code = (
        "import sys\n"
        "from kumi.cli.main import main\n"
        f"try: main(['profile', {str(file)!r}])\n"
        "except SystemExit: pass\n"
        "heavy = ['numpy', 'duckdb', 'rich', 'opentelemetry', 'tempfile', 'kumi.schema']\n"
        "print('imported:', [name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG
    )
    assert done.stdout.endswith("imported: []\n"), done.stderr


def test_calibrated_is_for_reports_and_not_for_the_raw_stream(capsys, file):
    done = call(capsys, "profile", file, "--calibrated")
    assert done.code == 0
    assert "Clock: no cost is known of 2 operations" in done.out
    assert call(capsys, "profile", file, "--calibrated", "--raw").code == 2
