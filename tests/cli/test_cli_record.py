import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from calling import MODULE, start
from patience import HANG

BLOCK_MS = "KUMI_PROFILE_BLOCK_MS"
SCRIPT = MODULE + (
    "import sys\n"
    "from helper import given\n"
    "print(First.run(x=3.0).double, *sys.argv, __name__, given)\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text(SCRIPT)
    (tmp_path / "helper.py").write_text("given = 'beside it'\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def record(*arguments, **options):
    process = start("record", *arguments, stdout=subprocess.PIPE, **options)
    out, err = process.communicate(timeout=HANG)
    return process.returncode, out, err


def events(path):
    return [json.loads(line)["event"] for line in path.read_text().splitlines()]


def started(path):
    return json.loads(path.read_text().splitlines()[0])["settings"]


def test_the_program_runs_as_python_runs_it_and_the_report_follows(folder):
    code, out, err = record("app.py", "--json", "-x", "a b")
    assert (code, err) == (0, "")
    plain = subprocess.run(
        [sys.executable, "app.py", "--json", "-x", "a b"], capture_output=True, text=True
    )
    said = "6.0 app.py --json -x a b __main__ beside it\n"
    assert plain.stdout == said
    assert out.startswith(said + "Total operations: 3 (")
    assert "  First: 3 operations, " in out
    assert "\nScript " in out
    assert out.endswith(
        "The profile is in kumi-profile.jsonl. Next:\n"
        "  kumi profile kumi-profile.jsonl --detailed\n  kumi profile kumi-profile.jsonl --raw\n"
    )
    assert events(folder / "kumi-profile.jsonl")[-1] == "profile_end"


def test_a_module_beside_the_program_is_not_taken_for_one_of_ours(folder):
    for name in ("queue", "statistics", "tempfile"):
        (folder / f"{name}.py").write_text("raise ImportError('not yours')\n")
    (folder / "app.py").write_text("print(1)\n")
    options = ["--quiet", "-o", folder / "p.jsonl"]
    assert record(*options, folder / "app.py", cwd="/") == (0, "1\n", "")


def test_a_module_and_a_package_run_too(folder):
    (folder / "tool").mkdir()
    (folder / "tool" / "__main__.py").write_text("from app import First\nFirst.run(x=1.0)\n")
    code, out, err = record("-o", "a b.jsonl", "--quiet", "-m", "tool", "--json")
    assert (code, err) == (0, "")
    assert out == "6.0 " + str(folder / "tool" / "__main__.py") + " --json app beside it\n"
    assert events(folder / "a b.jsonl").count("vm_run") == 2


def without_generated(traceback):
    """A profiled program's generated code has other lines."""
    return re.sub(r'File "<kumi.*', "", traceback)


@pytest.mark.parametrize(
    ("last", "code", "said"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit('no more')", 1, "no more\n"),
        ("raise KeyboardInterrupt", 130, None),
        ("First.run(x='three')", 1, None),
        ("def f():\n    1/0\nf()", 1, None),
    ],
)
def test_the_exit_code_and_traceback_are_the_programs_own(folder, last, code, said):
    (folder / "app.py").write_text(f"{SCRIPT}{last}\n")
    got, out, err = record("app.py")
    plain = subprocess.run([sys.executable, "app.py"], capture_output=True, text=True)
    assert got == code
    assert without_generated(err) == without_generated(plain.stderr)
    assert said is None or err == said
    assert re.search("  First: [34] operations, ", out)


def test_a_program_with_a_mistake_in_its_syntax(folder):
    (folder / "app.py").write_text("x = = 1\n")
    code, _, err = record("app.py", "--quiet")
    plain = subprocess.run([sys.executable, "app.py"], capture_output=True, text=True)
    assert code == 1
    assert err.startswith(plain.stderr)


@pytest.mark.parametrize("mistake", ["def f(:\n", "x = 1\0\n", "# -*- coding: none -*-\nx = 1\n"])
def test_a_program_that_is_no_python_leaves_the_last_profile_alone(folder, mistake):
    assert record("app.py")[0] == 0
    before = (folder / "kumi-profile.jsonl").read_bytes()
    (folder / "app.py").write_text(mistake)
    code, out, err = record("app.py")
    assert (code, out) == (1, "")
    assert err.rstrip().splitlines()[-1].startswith(("SyntaxError: ", "ValueError: "))
    assert (folder / "kumi-profile.jsonl").read_bytes() == before
    assert not list(folder.glob("*.old"))


@pytest.mark.parametrize(("given", "expected"), [({}, "10000"), ({BLOCK_MS: "7"}, "7")])
def test_runs_of_the_program_and_its_children_wait_for_room(folder, given, expected):
    child = "import os; print(os.environ.get('KUMI_PROFILE_BLOCK_MS'))"
    (folder / "app.py").write_text(
        f"{SCRIPT}import subprocess\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
    )
    _, out, _ = record("--quiet", "app.py", variables={BLOCK_MS: None} | given)
    assert expected in out.splitlines()
    assert started(folder / "kumi-profile.jsonl")["block_ms"] == float(expected)


def test_threads_and_exit_handlers_are_in_the_report(folder):
    late = (
        "import atexit, threading, time\n"
        "def work():\n    time.sleep(0.2)\n    First.run(x=1.0)\n"
        "threading.Thread(target=work).start()\n"
        "atexit.register(lambda: First.run(x=2.0))\n"
    )
    (folder / "app.py").write_text(SCRIPT + late)
    code, out, _ = record("--json", "app.py")
    assert code == 0
    report = json.loads(out.partition("\n")[2])
    assert report["runs"][0]["count"] == 3
    assert report["script_ns"] > 0


def test_a_forked_child_that_exits_makes_no_report_of_its_own(folder):
    fork = (
        "import os\n"
        "if child := os.fork():\n    os.waitpid(child, 0)\n"
        "else:\n    First.run(x=1.0)\n    sys.exit()\n"
    )
    (folder / "app.py").write_text(SCRIPT + fork)
    code, out, _ = record("app.py")
    assert code == 0
    assert out.count("Total operations: 6 (") == 1
    assert out.count("Total operations") == 1


WORKERS = MODULE + (
    "from concurrent.futures import ProcessPoolExecutor\n"
    "from multiprocessing import get_context\n"
    "import sys\n"
    "def work(x):\n    return First.run(x=x).double\n"
    "if __name__ == '__main__':\n"
    "    with ProcessPoolExecutor(2, get_context(sys.argv[1])) as pool:\n"
    "        print(*pool.map(work, [1.0, 2.0, 3.0, 4.0]))\n"
)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_are_in_the_report_though_the_program_itself_runs_no_schema(folder, method):
    (folder / "app.py").write_text(WORKERS)
    for _ in "ab":
        code, out, err = record("app.py", method)
        assert (code, err) == (0, "")
        assert out.startswith("2.0 4.0 6.0 8.0\nTotal operations: 12 (")


@pytest.mark.parametrize(
    ("closing", "told"),
    [
        ("sys.stdout.close()", False),
        ("sys.stdout = None", True),
        ("import io; sys.stdout = io.StringIO()", True),
    ],
)
def test_whatever_the_program_does_to_standard_output(folder, closing, told):
    (folder / "app.py").write_text(SCRIPT + closing + "\n")
    code, out, err = record("app.py")
    assert code == 0
    assert ("Total operations: 3 (" in out) is told
    assert ("closed its standard output" in err) is not told
    assert "Traceback" not in err


def test_a_profile_that_goes_into_a_pipe_has_no_report(folder):
    code, out, err = record("-o", "/dev/stdout", "app.py")
    assert (code, err) == (0, "")
    assert out.count('"event":"vm_operation"') == 3
    assert "Total operations" not in out


def test_a_profile_that_cannot_be_written_is_no_reason_not_to_run(folder):
    code, out, err = record("-o", "app.py/p.jsonl", "app.py")
    assert (code, out.split()[0]) == (0, "6.0")
    assert err.splitlines()[-1].startswith("Nothing was recorded: ")


def test_modes_of_the_file(folder):
    for options, runs in (([], 1), ([], 1), (["--persistent"], 2), (["--truncate"], 1)):
        assert record("--quiet", *options, "app.py")[0] == 0
        assert events(folder / "kumi-profile.jsonl").count("vm_run") == runs
    assert (folder / "kumi-profile.jsonl.old").exists()
    plain = [sys.executable, "-m", "kumi", "record", "--quiet", "app.py"]
    persistent = os.environ | {"KUMI_PROFILE_PERSISTENT": "1"}
    subprocess.run(plain, env=persistent, check=True, process_group=0)
    assert events(folder / "kumi-profile.jsonl").count("vm_run") == 2
    assert record("--no-ops", "--memory", "--stream", "--truncate", "app.py")[0] == 0
    assert "vm_operation" not in events(folder / "kumi-profile.jsonl")


def test_the_profile_keeps_its_place_when_the_program_changes_folder(folder):
    (folder / "app.py").write_text(f"{SCRIPT}import os\nos.chdir('/')\n")
    code, out, err = record("-o", "new/p-{pid}.jsonl", "--detailed", "app.py")
    assert err == ""
    [path] = (folder / "new").iterdir()
    assert code == 0
    assert "Hotspots" in out
    shown = shlex.quote(str(path))
    assert out.endswith(f"  kumi profile {shown} --summary\n  kumi profile {shown} --raw\n")


def test_a_schema_is_no_program_and_the_command_for_it_is_named(folder):
    (folder / "tax.kumi").write_text("schema do\nend")
    code, _, err = record("tax.kumi")
    assert code == 2
    assert "kumi run tax.kumi --profile FILE" in err


@pytest.mark.parametrize(
    "program", [["none.py"], ["-m", "no_such_module"], ["-m", "none.at.all"], []]
)
def test_a_program_that_is_not_there_is_wrong_usage(folder, program):
    code, out, err = record(*program)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert not (folder / "kumi-profile.jsonl").exists()
