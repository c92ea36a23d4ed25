"""Profiling the golden programs changes nothing, and records what `kumi ops` lists.

The spans are what the registry says: named so, with what is required, and with nothing else.
"""

import json
from collections import Counter, defaultdict

import pytest
import span_registry
from golden_programs import RUN, data, load, named
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import kumi
from kumi import otel
from kumi.cli.main import main
from kumi.ir.ops import OPCODES


def outcome(schema, name):
    """What a caller sees of a run: the values, or the exception with its text and notes."""
    try:
        return repr(schema.run(data(name)).to_dict())
    except Exception as error:
        return type(error), str(error), getattr(error, "__notes__", [])


@pytest.fixture(scope="module")
def exporter():
    """What the spans went to while the programs were profiled."""
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def profiled(tmp_path_factory, exporter):
    """Each program's schema, its outcome before, during and after profiling, and the events."""
    file = tmp_path_factory.mktemp("profiled") / "p.jsonl"
    schemas = {name: load(name) for name in RUN}
    before = {name: outcome(schema, name) for name, schema in schemas.items()}
    with otel.profile(file=str(file), exporters=[exporter], ops=True):
        during = {name: outcome(schema, name) for name, schema in schemas.items()}
        with otel.phase("mine"):
            load("no_inputs")
    after = {name: outcome(schema, name) for name, schema in schemas.items()}
    events = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        events[event["event"], event.get("schema")].append(event)
    return schemas, before, during, after, events


@pytest.mark.parametrize("name", RUN)
def test_the_outcome_is_the_same(profiled, name):
    _, before, during, after, _ = profiled
    assert before[name] == during[name] == after[name]


@pytest.mark.parametrize("name", RUN)
def test_every_operation_is_recorded_once_until_one_fails(profiled, name):
    schemas, before, _, _, events = profiled
    schema = schemas[name]
    program = kumi.compile(schema)
    recorded = events["vm_operation", schema.__name__]
    count = len(program.operations)
    if not isinstance(before[name], str):
        failed = [event["index"] for event in recorded if event.get("error")]
        assert failed
        count = max(failed) + 1 if before[name][2] else program.groups[0].last
    listed = [(one.index, one.opcode.name) for one in program.operations[:count]]
    assert [(event["index"], event["operation"]) for event in recorded] == listed


def test_every_opcode_is_in_the_file_in_spans_and_in_reports(profiled, exporter, tmp_path, capsys):
    *_, events = profiled
    every = {opcode.name for opcode in OPCODES}
    recorded = [e for (kind, _), some in events.items() if kind == "vm_operation" for e in some]
    spans = [span.attributes.get("kumi.operation.name") for span in exporter.get_finished_spans()]
    assert {event["operation"] for event in recorded} == every
    assert set(spans) - {None} == every

    file = tmp_path / "again.jsonl"
    lines = [json.dumps(event) for some in events.values() for event in some]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["profile", str(file), "--detailed", "--limit", "99"])
    report = capsys.readouterr().out
    assert not end.value.code
    assert [name for name in every if f"\n  {name} " not in report] == []


@pytest.mark.parametrize("name", RUN)
def test_operations_tile_their_run_to_the_nanosecond(profiled, name):
    schemas, *_, events = profiled
    schema = schemas[name].__name__
    (run,) = events["vm_run", schema]
    reached = run["start_unix_nano"]
    for event in events["vm_operation", schema]:
        assert event["start_unix_nano"] == reached
        reached = event["end_unix_nano"]
    assert reached == run["end_unix_nano"]


@pytest.mark.parametrize("name", named(".expected.json"))
def test_rows_are_the_cells_that_an_operation_visits(profiled, name):
    schemas, *_, events = profiled
    program = kumi.compile(schemas[name])
    result = schemas[name].run(data(name))
    rows = {e["index"]: e["rows"] for e in events["vm_operation", program.schema]}
    for group in program.groups[1:]:
        if group.result is not None and group.name in result.to_dict():
            operation = program.operations[group.result]
            if operation.opcode.name != "Reduce":
                cells = flat(result[group.name], len(operation.axes))
                assert rows[group.result] == cells


def flat(value, depth):
    """How many cells `depth` levels of lists hold."""
    return sum(flat(item, depth - 1) for item in value) if depth else 1


def test_each_schema_ran_once(profiled):
    schemas, *_, events = profiled
    runs = Counter(
        {schema: len(found) for (kind, schema), found in events.items() if kind == "vm_run"}
    )
    assert runs == Counter({schema.__name__: 1 for schema in schemas.values()})


def test_each_span_is_as_the_registry_says(profiled, exporter):
    *_, events = profiled
    lines = {one["span_id"]: one for found in events.values() for one in found if "span_id" in one}
    spans = {f"{span.context.span_id:016x}": span for span in exporter.get_finished_spans()}
    assert spans.keys() == lines.keys()
    wrong, seen = [], set()
    for span_id, span in spans.items():
        line = lines[span_id]
        kind = f"kumi.{line['event'].removeprefix('vm_')}"
        wrong += span_registry.faults(kind, span, line.get("name"))
        seen |= {(kind, key) for key in span.attributes}
    assert wrong == []
    said = {(kind, key) for kind, carried in span_registry.CARRIED.items() for key in carried}
    folded = {(kind, key) for kind, key in said if key.startswith("aggregation.")}
    folded.add(("kumi.run", "kumi.run.folded"))
    assert said - seen == folded | {  # whose test is test_spans_folded.py
        ("kumi.phase", "error.type"),  # nothing goes wrong there
    }
