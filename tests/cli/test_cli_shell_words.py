"""The commands that are shown as the next ones are there for whoever types them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from calling import DATA, TAX
from patience import HANG

SCRIPT = Path(sys.executable).with_name("kumi")
PROGRAM = "import kumi\nkumi.load('tax.kumi').run(income=1.0, rate=0.5, gifts=[])\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tax.kumi").write_text(TAX)
    (tmp_path / "in.json").write_text(DATA)
    (tmp_path / "app.py").write_text(PROGRAM)
    return tmp_path


CALLS = [
    ["run", "tax.kumi", "-i", "in.json", "--profile", "p.jsonl"],
    ["record", "-o", "p.jsonl", "app.py"],
    ["demo", "-o", "p.jsonl"],
]


@pytest.mark.parametrize("arguments", CALLS, ids=["run", "record", "demo"])
@pytest.mark.parametrize("is_found", [True, False])
def test_the_next_command_is_called_as_this_one_was(folder, arguments, is_found):
    path = f"{SCRIPT.parent}{os.pathsep}{os.defpath}" if is_found else os.defpath
    done = subprocess.run(
        [SCRIPT, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=HANG,
    )

    shown = "kumi" if is_found else shlex.quote(str(SCRIPT))
    assert f" {shown} profile p.jsonl" in done.stdout + done.stderr
