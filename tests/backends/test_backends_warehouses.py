"""Spark and ClickHouse make the same figures of a profile as one machine does, integer by integer."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from application import orders, profiled, stock_http
from collector_server import running_collector
from otel_traces import make_table
from otlp_receivers import grpc_receiver
from running_programs import eventually

import kumi
import kumi.profiles
from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.warehouses.remote_engine import RemoteEngine
from kumi.profiles.warehouses.spark import counted_by_spark
from kumi.spans import frames

sys.path.insert(0, str(Path(__file__).parent.parent / "profiles"))

import profile_files as made

pytestmark = pytest.mark.engines

CLUSTER = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",  # it plans anew after each stage: some 100 are tiny here
    "spark.sql.codegen.wholeStage": "false",  # and so takes compiling longer than computing
}
KUMI = Path(sys.executable).parent / "kumi"
TIMED = ("vm_operation", "vm_declaration", "vm_run", "phase")
NOT_IN_SPANS = ("operand", "path", "line", "causes", "run")
"""What `program` and `pause` events say, and of which run an operation was: spans do not."""


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
        rate: kumi.Field[float]

    gross = kumi.value(Input.hours * Input.rate)
    net = kumi.value(gross - gross * 0.3)


@pytest.fixture(scope="module")
def spark():
    """Two workers with a processor each, in processes of their own.

    Java is forked, so this comes before any gRPC server that the tests start.
    """
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: make engines")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer, and there is none here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        session = builder.config(map=CLUSTER).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def clickhouse():
    pytest.importorskip("chdb", reason="chdb is not installed: make engines")
    connect = pytest.importorskip("clickhouse_connect")
    with connect.get_client(interface="chdb") as client:
        yield client


@pytest.fixture(scope="module")
def recorded(collector_binary, tmp_path_factory):
    """One profile: the event file, and the collector that got its spans as well."""
    folder = tmp_path_factory.mktemp("recorded")
    path = folder / "profile.jsonl"
    schema, given = orders(Path(__file__).parent / "schemas")
    with (
        grpc_receiver() as jaeger,
        grpc_receiver() as tempo,
        running_collector(
            collector_binary, folder, jaeger=jaeger.endpoint, tempo=tempo.endpoint
        ) as collector,
    ):
        with profiled(path, stock_http(collector.otlp_http)):
            for number in range(60):
                schema.run(given | {"rate": 1.0 + number})
                Pay.run(hours=38.5, rate=20.0 + number)
            for _ in range(3):
                with pytest.raises(kumi.InputError):
                    schema.run(given | {"rate": "x"})
        timed = [line for line in path.open() if json.loads(line)["event"] in TIMED]
        eventually(lambda: spans_of(collector), is_enough=lambda found: found >= len(timed))
        yield path, collector


def spans_of(collector):
    groups = collector.resource_spans()
    return sum(len(scope.spans) for group in groups for scope in group.scope_spans)


def without(names, said):
    """A document without these keys, wherever they stand."""
    if isinstance(said, dict):
        return {key: without(names, value) for key, value in said.items() if key not in names}
    return [without(names, each) for each in said] if isinstance(said, list) else said


def figures(document):
    """All that spans say."""
    kept = ["operations", "total_ns", "schemas", "runs", "failures", "types", "hotspots"]
    kept += ["declarations", "phases", "answer"]
    return without(NOT_IN_SPANS, {name: document[name] for name in kept})


def of_operations(document):
    """What operations alone say."""
    found = figures(document)
    kept = {name: found[name] for name in ("operations", "total_ns", "types", "hotspots")}
    return {**kept, "typical_ns": found["answer"]["typical_ns"]}


def test_file_compressed_parquet_otlp_spark_and_clickhouse_say_the_same_integers(
    spark, clickhouse, recorded, tmp_path
):
    path, collector = recorded
    compressed, parquet = tmp_path / "profile.jsonl.zst", tmp_path / "profile.parquet"
    compressed.write_bytes(frames.by_name(str(compressed)).compress(path.read_bytes()))
    subprocess.run([KUMI, "profile", path, "-o", parquet], check=True)
    make_table(clickhouse, "otel_traces", collector.resource_spans())

    whole = kumi.profiles.read(path).to_dict()
    from_spans = kumi.profiles.read(collector.file).to_dict()
    assert whole["operations"] > 1000
    assert kumi.profiles.read(compressed).to_dict() == whole
    assert kumi.profiles.read_spark(spark, str(path)).to_dict() == whole
    assert figures(from_spans) == figures(whole)
    assert kumi.profiles.read_clickhouse(clickhouse).to_dict() == from_spans
    assert of_operations(kumi.profiles.read(parquet).to_dict()) == of_operations(whole)


ODD = [
    b"\xef\xbb\xbf", made.text(made.start(), made.operation()).encode(),
    b"\n   \n\r\n", made.text(made.operation(ns=300_000, run=None, start_unix_nano=None)).encode(),
    made.text(made.operation(ns=300_000, run="5b8aa5a300000001"), made.run(cpu_ms=1.5)).encode(),
    made.text(made.operation("it's", rows=2**62), made.operation("back\\slash", rows=2**62)).encode(),
    made.text(made.operation('quo"te', ns=0, rows=0), made.operation("\u00e9", index=None)).encode(),
    made.text(made.phase("parse", 50), made.declaration(), made.run(error="ValueError")).encode(),
    made.text(made.memory(5, "2025"), made.end({"exit": 2}), {"event": "of_others"}).encode(),
    made.text(made.operation(rows=1.5), made.run(ns=-5), made.operation(name=None)).encode(),
    b'{"event":"vm_run","schema":"A","duration_ms":0.0000005}\r\n',
    b'{"event":"vm_run","schema":"\\ud800","duration_ms":1}\n',
    b'{"event":"vm_run","schema":"\xff","duration_ms":1}\n',
    b'["event"]\nnull\n\x00\x00\n{"event":5}\n',
    b'{"event":"vm_run","x":"' + b"y" * (17 << 20) + b'"}\n',
    b'{"event":"vm_operation","schema":"Sh',
]  # fmt: skip
"""A damaged file, and names that mean something in SQL."""


def test_spark_counts_a_damaged_file_as_it_is_counted_here(spark, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"".join(ODD))
    made.written(tmp_path, made.operation(ns=2000), made.run(), name="b.jsonl")
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    names = ["it's", "back\\slash", 'quo"te', "Shop"]
    for filters in ({}, {"schema": names, "operation": "Map", "declaration": "total", "min_ns": 1}):
        here = kumi.profiles.read(*files, **filters).to_dict()
        there = kumi.profiles.read_spark(spark, str(tmp_path / "*.jsonl"), **filters).to_dict()
        assert there == here | {"first_malformed": None}
    assert there["malformed_lines"] > 8


def test_spark_takes_the_clock_out_as_it_is_taken_out_here(spark, tmp_path):
    events = [made.start(cost=50.0), *[made.operation(ns=ns) for ns in range(40, 80)]]
    path = str(made.written(tmp_path, *events, made.operation(name="Ref"), made.run()))
    with counted_by_spark(spark, [path]) as counted:
        there = breakdown(RemoteEngine(counted, Filters(min_ns=45)), calibrated=True)
    assert there == read_breakdown([path], Filters(min_ns=45), calibrated=True)


def test_what_spark_cannot_read_is_said(spark, tmp_path):
    with pytest.raises(kumi.profiles.UnreadableError, match=r"PATH_NOT_FOUND.*missing"):
        kumi.profiles.read_spark(spark, str(tmp_path / "missing"))
    torn = gzip.compress(made.text(*[made.operation(ns=ns) for ns in range(3000)]).encode())[:-99]
    (tmp_path / "torn.gz").write_bytes(torn)
    with pytest.raises(kumi.profiles.UnreadableError, match=r"FAILED_READ_FILE.*torn\.gz"):
        kumi.profiles.read_spark(spark, str(tmp_path / "torn.gz"))
    (tmp_path / "text").write_text("no event\n")
    with pytest.raises(kumi.profiles.UnreadableError, match=r"1 line is malformed$"):
        kumi.profiles.read_spark(spark, str(tmp_path / "text"))


def test_a_worker_that_lacks_a_module_is_told_what_it_needs(spark, tmp_path, monkeypatch):
    monkeypatch.setattr("kumi.profiles.warehouses.spark.count_lines", only_here)
    path = made.written(tmp_path, made.run())
    needed = rf"ModuleNotFoundError: .*{__name__}.* \(workers need kumi\[spark\]\)$"
    with pytest.raises(kumi.profiles.UnreadableError, match=needed):
        kumi.profiles.read_spark(spark, str(path))


def only_here(batches):
    """What workers of Spark cannot import: the module of a test."""
    return batches


def test_clickhouse_filters_by_names_and_by_a_condition(recorded, clickhouse):
    _, collector = recorded
    clickhouse.command("CREATE DATABASE IF NOT EXISTS traces")
    make_table(clickhouse, "traces.filtered", collector.resource_spans())
    for filters in ({"schema": ["Pay", "a'b\\c"]}, {"operation": "Map", "min_ns": 500}):
        here = kumi.profiles.read(collector.file, **filters)
        there = kumi.profiles.read_clickhouse(clickhouse, "traces.filtered", **filters)
        assert there.to_dict() == here.to_dict()
    runs = "SpanAttributes['kumi.run.operations'] != '' AND Duration > 0 OR 1 = 0"
    some = kumi.profiles.read_clickhouse(clickhouse, "traces.filtered", schema="Pay", where=runs)
    assert [(run["schema"], run["count"]) for run in some.to_dict()["runs"]] == [("Pay", 60)]
    assert str(some).startswith("Total operations: 0")
    with pytest.raises(NotImplementedError, match="are not here"):
        some.to_arrow()


def test_what_clickhouse_cannot_read_is_said(clickhouse):
    with pytest.raises(kumi.profiles.UnreadableError, match="UNKNOWN_TABLE"):
        kumi.profiles.read_clickhouse(clickhouse, 'no"such`table')
    make_table(clickhouse, "nothing", [])
    with pytest.raises(
        kumi.profiles.UnreadableError, match="nothing: nothing readable: it is empty"
    ):
        kumi.profiles.read_clickhouse(clickhouse, "nothing")


EXAMPLES = re.findall(
    r"```python\n(.*?)```",
    (Path(__file__).parents[2] / "docs" / "past-one-machine.md").read_text("utf-8"),
    re.DOTALL,
)


def test_the_lines_of_the_page_run(spark, clickhouse, recorded, capsys):
    path, collector = recorded
    if not clickhouse.query("EXISTS otel_traces").result_rows[0][0]:
        make_table(clickhouse, "otel_traces", collector.resource_spans())
    by_spark, by_clickhouse = EXAMPLES
    by_spark = by_spark.replace("s3a://profiles/2025-01-*/*.jsonl", str(path))
    by_clickhouse = by_clickhouse.replace(
        'clickhouse_connect.get_client(host="clickhouse", username="default")', "server"
    )
    exec(by_spark.replace("OrderPricing", "Pay"), {})
    exec(by_clickhouse, {"server": clickhouse})
    first, second = re.findall(r"^Schemas analyzed: (.*)$", capsys.readouterr().out, re.MULTILINE)
    assert (first, second) == ("Pay", "ShopOrders, Pay")


def test_nothing_of_ours_is_left_behind(clickhouse, spark):
    assert clickhouse.query("SHOW TEMPORARY TABLES").result_rows == []
    assert [table for table in spark.catalog.listTables() if table.isTemporary] == []
