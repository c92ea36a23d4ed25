"""ClickHouse and Spark's workers tell what was imported as one machine does."""

import json
import sys
from pathlib import Path

import pytest
from otel_traces import make_table

import kumi.profiles
from kumi.profiles.warehouses.spark_lines import KEYS, LineCounter

sys.path.insert(0, str(Path(__file__).parent.parent / "endtoend"))

from imported_schemas import recorded, written

pytestmark = pytest.mark.engines


@pytest.mark.parametrize("origin", [(), "Tax", ["Order", "Shipping"]])
def test_spans_in_clickhouse_are_filtered_by_origin(tmp_path, origin):
    pytest.importorskip("chdb", reason="chdb is not installed: make engines")
    connect = pytest.importorskip("clickhouse_connect")
    path = tmp_path / "p.jsonl"
    groups = []
    recorded(path, written(tmp_path), groups=groups)
    here = kumi.profiles.read(path, origin=origin).to_dict()
    with connect.get_client(interface="chdb") as client:
        make_table(client, "otel_traces", groups)
        there = kumi.profiles.read_clickhouse(client, origin=origin).to_dict()
        client.command("DROP TABLE otel_traces")
    for name in ("operations", "total_ns", "schemas", "declarations", "types"):
        assert there[name] == here[name]
    assert there["operations"]


def test_workers_of_spark_count_by_origin(tmp_path):
    path = tmp_path / "p.jsonl"
    events, _ = recorded(path, written(tmp_path))
    counter = LineCounter()
    for line in path.read_bytes().splitlines():
        counter.add(line)
    rows = [dict(zip(KEYS, row, strict=False)) for row in counter.taken()]
    origins = {row["origin"] for row in rows if row["kind"] == "vm_operation"}
    assert origins == {None, "Tax", "Shipping"}
    assert {json.dumps(event.get("origin")) for event in events} >= set(map(json.dumps, origins))
