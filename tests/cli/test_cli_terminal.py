"""Reports on a real terminal, and where there is none."""

import hashlib
import json
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from calling import TAX, start
from patience import HANG
from terminals import on_terminal, without_colours

PROC = Path("/proc")
WIDTHS = [60, 80, 200]
LONG = "AVeryLongSchemaNameAsGeneratorsOfCodeLikeToGiveThemToEverybody"
LONG_PATH = "companies.company.departments.department.employees.employee.annual_salary_in_cents"


def operation(schema, name, ns, declaration, function=None, index=0):
    return {
        "event": "vm_operation", "schema": schema, "operation": name, "duration_ms": ns / 1e6,
        "timestamp": "2025-01-20T10:30:45.123Z", "declaration": declaration, "index": index,
        "function": function, "run": "5b8aa5a200000001", "program": "1f",
    }  # fmt: skip


EVENTS = [
    {
        "event": "program", "program": "1f", "schema": LONG,
        "operations": [["inputs", "LoadInput", None, None, [], 1, LONG_PATH]],
    },
    operation(LONG, "LoadInput", 12_345_678, "inputs"),
    operation(LONG, "Map", 2_345_678, "the_average_salary_over_all_departments", "multiply", 1),
    operation("計算スキーマ", "Map", 345_678, "合計金額", "add", 1),
    operation("Short", "Reduce", 45_678, "total", "sum", 2),
    {"event": "vm_run", "schema": LONG, "duration_ms": 15, "run": "5b8aa5a200000001"},
    {"event": "vm_run", "schema": "Short", "duration_ms": 2, "run": "5b8aa5a200000002"},
    {"event": "memory", "rss_bytes": 10 << 20, "timestamp": "2025-01-20T10:30:45.123Z"},
    {"event": "memory", "rss_bytes": 12 << 20, "timestamp": "2025-01-20T10:30:46.123Z"},
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "profile.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in EVENTS), "utf-8")
    return path


def piped(*arguments, **options):
    process = start(*arguments, stdout=subprocess.PIPE, encoding="utf-8", **options)
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, err) == (0, "")
    return out


def taken(line):
    """Columns of a terminal; the wide letters of these tests are Japanese."""
    return len(line) + len(re.findall("[\u3040-\u30ff\u4e00-\u9fff]", line))


def widest(text):
    return max(map(taken, text.splitlines()))


def after_the_first_lines(text):
    return text[text.index("\n\n") :]


@pytest.mark.parametrize("mode", ["--summary", "--detailed"])
@pytest.mark.parametrize("columns", WIDTHS)
def test_a_report_fits_the_terminal_and_loses_no_figure(file, columns, mode):
    plain = piped("profile", file, mode)
    done = on_terminal(columns, "profile", file, mode)
    shown = without_colours(done.out)
    assert done.code == 0
    assert widest(after_the_first_lines(shown)) <= columns
    figures = r"\d[\d.,]*(?: %| ?[mµn]?s\b)"
    assert sorted(re.findall(figures, shown)) == sorted(re.findall(figures, plain))


@pytest.mark.parametrize("report", ["--tree", "--source", "--by=schema,declaration,operation"])
@pytest.mark.parametrize("columns", [60, 80])
def test_other_reports_fit_it_too(file, columns, report):
    plain = piped("profile", file, report)
    done = on_terminal(columns, "profile", file, report)
    shown = without_colours(done.out)
    assert done.code == 0
    assert widest(shown) <= columns
    figures = r"\d[\d.,]*(?: %| ?[mµn]?s\b)"
    assert sorted(re.findall(figures, shown)) == sorted(re.findall(figures, plain))


def test_a_hot_line_has_a_colour_on_a_terminal_and_none_where_none_is_wanted(tmp_path):
    source = tmp_path / "long.kumi"
    source.write_text("schema do\n  value :hot, 1.0 + 2.0\nend\n")
    program = {
        "event": "program", "program": "1f", "schema": "Long", "path": str(source),
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "declarations": [],
        "operations": [["hot", "Map", "add", None, [], 2]],
    }  # fmt: skip
    path = tmp_path / "profile.jsonl"
    events = [program, operation("Long", "Map", 5000, "hot", "add")]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    coloured = on_terminal(80, "profile", path, "--source").out
    [hot] = [line for line in coloured.splitlines() if ":hot" in line]
    assert hot.startswith("\x1b[")
    assert without_colours(hot).startswith("   5 µs       1      0 ####    2    value :hot, 1.0")
    assert "\x1b[" not in on_terminal(80, "profile", path, "--source", NO_COLOR="1").out


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_documented_lines_are_the_same_on_every_terminal(file, columns):
    first = piped("profile", file).partition("\n\n")[0]
    shown = without_colours(on_terminal(columns, "profile", file).out)
    assert shown.startswith(first + "\n\n")
    assert f"Schemas analyzed: {LONG}, 計算スキーマ, Short\n" in shown


def test_a_pipe_gets_whole_names_in_plain_text(file, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    plain = piped("profile", file, "--detailed")
    for name in (LONG, LONG_PATH, "the_average_salary_over_all_departments", "合計金額"):
        assert name in plain
    assert "…" not in plain
    assert "\x1b" not in plain


def test_columns_line_up_under_names_of_wide_letters(file):
    for text in (piped("profile", file), on_terminal(200, "profile", file).out):
        table = without_colours(text).partition("Map operations")[2].partition("\n\n")[0]
        _, heading, *rows = table.splitlines()
        assert {taken(row) for row in rows} == {taken(heading)}


def test_a_wide_terminal_is_like_a_pipe(file):
    assert without_colours(on_terminal(1000, "profile", file).out) == piped("profile", file)


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_only_on_a_terminal_that_wants_it(file, variables, coloured):
    shown = on_terminal(60, "profile", file, **variables).out
    assert ("\x1b[" in shown) is coloured
    assert widest(after_the_first_lines(without_colours(shown))) <= 60


def test_a_terminal_that_does_not_say_how_wide_it_is_has_80_columns(file):
    shown = without_colours(on_terminal(0, "profile", file).out)
    assert 70 < widest(after_the_first_lines(shown)) <= 80


@pytest.mark.parametrize("command", ["profile", "ops", "check"])
def test_a_terminal_of_one_column_is_no_obstacle(file, tmp_path, command):
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "bad.kumi").write_text(TAX.replace("input.rate", "input.rat"))
    subject = {"profile": file, "ops": "tax.kumi", "check": "bad.kumi"}[command]
    done = on_terminal(1, command, subject, cwd=tmp_path)
    assert "Traceback" not in done.out
    assert done.code == (1 if command == "check" else 0)


def test_columns_of_the_environment_count(file):
    shown = without_colours(on_terminal(200, "profile", file, COLUMNS="60").out)
    assert widest(after_the_first_lines(shown)) <= 60


@pytest.mark.parametrize("columns", WIDTHS)
def test_operations_fit_and_none_is_cut(tmp_path, columns):
    path = tmp_path / "tax.kumi"
    path.write_text(TAX.replace("gift", "a_gift_to_somebody").replace("gifts", "all_gifts"))
    plain = piped("ops", path)
    shown = on_terminal(columns, "ops", path.name, cwd=tmp_path).out
    assert widest(shown) <= columns
    assert shown.split()[6:] == plain.replace(str(path), path.name).split()[6:]
    kinds = [line.index(" line ") for line in shown.splitlines() if re.search("a  +line", line)]
    assert len(set(kinds)) <= 1


@pytest.mark.parametrize("columns", WIDTHS)
def test_an_error_fits_and_its_caret_stands_under_the_place(tmp_path, columns):
    terms = " + ".join(["input.income"] * 12)
    text = TAX.replace("input.income * input.rate", f"{terms} + input.incme + {terms}")
    (tmp_path / "tax.kumi").write_text(text)
    done = on_terminal(columns, "check", "tax.kumi", cwd=tmp_path)
    lines = done.out.splitlines()
    assert done.code == 1
    assert widest(done.out) <= columns
    (caret,) = [number for number, line in enumerate(lines) if "^" in line]
    marked = slice(lines[caret].index("^"), lines[caret].rindex("^") + 1)
    assert lines[caret - 1][marked] == "input.incme"


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_demo_fits_but_for_what_is_to_be_copied(tmp_path, columns):
    done = on_terminal(columns, "demo", cwd=tmp_path)
    shown = without_colours(done.out)
    assert done.code == 0
    assert "\nTotal operations: " in shown
    commands = re.findall(r"^  kumi .*\n", shown, re.MULTILINE)
    assert len(commands) == 3
    assert widest("".join(shown.split("".join(commands)))) <= columns


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("mode", ["--summary", "--detailed", "--raw", "--json"])
def test_a_report_that_finds_no_room_is_one_line(file, mode):
    with Path("/dev/full").open("w") as full:
        process = start("profile", file, mode, stdout=full)
        _, err = process.communicate(timeout=HANG)
    assert err == "Error: standard output: No space left on device\n"
    assert process.returncode == 1


@pytest.mark.skipif(not PROC.exists(), reason="looks into /proc")
def test_interrupting_the_reading_of_a_pipe(file, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = start("profile", "-", stdin=subprocess.PIPE)
    process.stdin.write(file.read_text("utf-8") * 2000)  # more than is kept in memory
    process.stdin.flush()
    until(lambda: "\nState:\tS" in (PROC / f"{process.pid}/status").read_text(), process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=HANG) == 130
    assert process.stderr.read().strip() == ""
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not PROC.exists(), reason="looks into /proc")
@pytest.mark.parametrize("mode", ["--summary", "--raw"])
def test_interrupting_the_reading_of_a_large_file(file, mode):
    file.write_text(file.read_text("utf-8") * 10_000, "utf-8")
    for _ in range(20):  # where this process is looked after badly, it may come too late
        process = start("profile", file, mode, stdout=subprocess.DEVNULL)
        until(lambda: str(file) in opened_by(process), process)
        process.send_signal(signal.SIGINT)
        if process.wait(timeout=HANG) == 130:
            break
    assert (process.returncode, process.stderr.read().strip()) == (130, "")


def until(condition, process):
    """Wait for a condition, as long as the process runs."""
    while process.poll() is None and not condition():
        time.sleep(0.001)


def opened_by(process):
    """The files that a process has open; it may close them, and end, at any time."""
    found = set()
    with suppress(OSError):
        for link in (PROC / f"{process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(str(link.readlink()))
    return found
