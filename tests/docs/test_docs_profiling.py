"""docs/profiling.md names all of `kumi.otel`, and its example runs."""

import json
import re
from pathlib import Path

from kumi import otel

PAGE = (Path(__file__).parents[2] / "docs" / "profiling.md").read_text(encoding="utf-8")


def test_each_function_is_there():
    table = PAGE.partition("| `kumi.otel` | |")[2].partition("\n\n")[0]
    first = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]

    assert set(re.findall(r"`(\w+)", "".join(first))) | {"start_from_environment"} == {
        *otel.__all__
    }


def test_the_example_records_its_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    exec(compile(code, "profiling.md", "exec"), {"__name__": "profiling"})

    found = [json.loads(line) for line in (tmp_path / "pay.jsonl").read_text().splitlines()]
    assert [event["schema"] for event in found if event["event"] == "vm_run"] == ["Pay"]
    assert "night" in [event["name"] for event in found if event["event"] == "phase"]
