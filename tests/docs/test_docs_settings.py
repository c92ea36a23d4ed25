"""docs/settings.md has every setting as the code has it, and its lines do what they say."""

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from otlp_receivers import http_receiver
from patience import HANG

from kumi.otel import settings
from kumi.otel.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
LINES = re.findall(r"^KUMI_PROFILE=1 .*$", PAGE, re.MULTILINE)
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
APP = """
import kumi
from pathlib import Path

class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
    gross = kumi.value(Input.hours * 20.0)

file = Path("profile.jsonl")
for _ in range(3):
    Pay.run(hours=38.5)
    print(file.read_text().count("vm_run") if file.exists() else 0)
"""


def test_each_setting_is_there_as_it_is_in_the_code():
    row = r"^\| `(KUMI_PROFILE\w*)` \| `?(\w*)`? \| (\S+) \| ([^|]+) \|"
    found = {line[0]: line[1:] for line in re.findall(row, PAGE, re.MULTILINE)}
    assert found.pop("KUMI_PROFILE") == ("", "off", "boolean")
    assert found == {
        f"KUMI_PROFILE_{one.name.upper()}": (one.name, shown(one.default), accepted(one.name))
        for one in fields(Settings)
    }


def shown(default):
    """A default as the page writes it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default).removesuffix(".0")


def accepted(name):
    kind = settings._KINDS[name]
    return "boolean" if kind is settings._BOOLEAN else kind.accepted


def test_what_a_boolean_is():
    assert f"A boolean is {settings._BOOLEAN.accepted}, " in PAGE


def test_each_variable_of_opentelemetry_that_is_read_is_there():
    folders = [ROOT / "kumi" / "otel", ROOT / "kumi" / "spans", ROOT / "exporters"]
    code = "".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    table = PAGE.partition("## Variables of OpenTelemetry")[2]
    for name in re.findall(r'"(OTEL_\w+)"', code):
        assert name.replace("OTLP_TRACES_", "OTLP_") in table
    for name in re.findall(r'_said\("(\w+)"', code):
        assert f"_{name}`" in table


def run(line, folder):
    """A line of the page, where `app.py` is; what the program prints."""
    (folder / "app.py").write_text(APP, "utf-8")
    done = subprocess.run(
        ["sh", "-c", line.replace("python app.py", '"$PYTHON" app.py')],
        cwd=folder, env=os.environ | {"PYTHON": sys.executable, "OTEL_SERVICE_NAME": "pay"},
        capture_output=True, text=True, timeout=HANG,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def runs(folder):
    """Recorded runs by the name of the file, process ids as N."""
    files = [path for path in folder.rglob("*jsonl*") if path.is_file()]
    counts = [path.read_text("utf-8").count('"event":"vm_run"') for path in files]
    return sorted(zip([re.sub(r"\d+", "N", path.name) for path in files], counts, strict=True))


@pytest.mark.parametrize(
    ("number", "twice"),
    [
        (0, [("profile.jsonl", 6)]),
        (1, [("profile.jsonl", 3)]),
        (2, [("profile.jsonl", 3), ("profile.jsonl.old", 3)]),
        (3, [("pay-N.jsonl", 3)] * 2),
        (4, [("profile.jsonl", 3), ("profile.jsonl.old", 3)]),
    ],
)
def test_a_line_does_what_it_says(tmp_path, number, twice):
    printed = [run(LINES[number], tmp_path) for _ in range(2)]
    assert runs(tmp_path) == twice
    if "STREAM" in LINES[number]:
        assert printed == [["1", "2", "3"]] * 2


def test_the_line_for_a_collector_sends_the_runs_and_writes_no_file(tmp_path):
    with http_receiver() as received:
        run(LINES[5].replace("http://localhost:4318", received.endpoint), tmp_path)
    names = [span.name for span in received.spans()]
    assert names.count("run Pay") == names.count("Map multiply") == 3
    assert runs(tmp_path) == []
    assert len(LINES) == 6


def test_the_example_goes_through_the_applications_provider(tmp_path):
    (tmp_path / "service.py").write_text(EXAMPLE, "utf-8")
    done = subprocess.run(
        [sys.executable, "service.py"], cwd=tmp_path, capture_output=True, text=True, timeout=HANG
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.replace("}\n{", "},{")
    spans = {span["name"]: span for span in json.loads(f"[{shown}]")}
    assert spans["run Pay"]["parent_id"] == spans["request"]["context"]["span_id"]
    assert spans["Pay.gross"]["parent_id"] == spans["run Pay"]["context"]["span_id"]
