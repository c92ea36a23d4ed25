"""A service goes on while its profile is rotated: each file says for itself what it is about."""

from __future__ import annotations

import pytest
from scripts import TWO_SCHEMAS, events, run_script

ROTATIONS = {
    "create": "os.rename('p.jsonl', 'old.jsonl'); open('p.jsonl', 'w').close()",
    "nocreate": "os.rename('p.jsonl', 'old.jsonl')",
    "copytruncate": "shutil.copy('p.jsonl', 'old.jsonl'); os.truncate('p.jsonl', 0)",
}


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_the_new_file_begins_as_the_old_one_did(tmp_path, rotation):
    script = tmp_path / "script.py"
    script.write_text(f"""
import logging, os, shutil
logging.basicConfig(level=logging.INFO)
{TWO_SCHEMAS}
kumi.otel.flush()
{ROTATIONS[rotation]}
for _ in range(3):
    SchemaA.run(income=50_000.0, rate=0.2)
    kumi.otel.flush()
SchemaB.run(prices=[1.0])
""")
    done = run_script(script, tmp_path, KUMI_PROFILE="1", KUMI_PROFILE_FILE="p.jsonl")
    assert done.returncode == 0
    assert done.stderr.count("opened anew") == 1
    old, new = events(tmp_path / "old.jsonl"), events(tmp_path / "p.jsonl")
    assert [event["schema"] for event in old if event["event"] == "vm_run"] == [
        "SchemaA",
        "SchemaB",
    ]
    others = ("vm_declaration", "pause")
    kinds = [event["event"] for event in new if event["event"] not in others]
    assert kinds == [
        "profile_start",
        "program",
        *["vm_run"] * 3,
        "program",
        "vm_run",
        "profile_end",
    ]
    assert old[0]["process"] == new[0]["process"] == new[-1]["process"]
