"""What is replayed is what was sent when it was recorded, field by field."""

import json
from collections import Counter

import pytest
from calling import call
from jsonl_of import ordinary_profile
from recordings import long_profile, loose, recorded, spans_of
from span_views import by_id

BAD_INPUT = "bad input: "


def without_bad_inputs(spans):
    """The spans without Kumi's words for bad input, which name the place in the data."""
    return {key: span | _without_bad_input(span) for key, span in spans.items()}


def _without_bad_input(span):
    code, message = span["status"]
    if not message.startswith(BAD_INPUT):
        return {}
    events = [
        (time, name, about | {"exception.message": ""}) for time, name, about in span["events"]
    ]
    return {"status": (code, BAD_INPUT), "events": events}


def without_messages(spans):
    """The spans without the text of what went wrong."""
    return {
        key: span | {"status": span["status"][0], "events": [name for _, name, _ in span["events"]]}
        for key, span in spans.items()
    }


def test_every_golden_program_is_sent_as_it_was(golden, receiver, capsys):
    path, sent = golden
    done = call(capsys, "replay", path, "--endpoint", receiver.endpoint)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Sent {len(sent):,} spans to {receiver.endpoint}/v1/traces\n"
    assert without_bad_inputs(by_id(receiver.resource_spans())) == without_bad_inputs(sent)
    assert any(span["status"][1].startswith("ZeroDivisionError in Map") for span in sent.values())


def test_lines_that_somebody_else_wrote_mean_the_same(golden):
    path, sent = golden
    found, _ = spans_of(loose(path))
    assert without_bad_inputs(found) == without_bad_inputs(sent)


def test_runs_and_declarations_without_operations(tmp_path):
    path, sent = recorded(tmp_path / "p.jsonl", ops=False)
    for each in (path, loose(path)):
        found, _ = spans_of(each)
        assert without_messages(found) == without_messages(sent)


def test_real_spans_are_sent_with_the_ids_that_they_had(tmp_path):
    path, sent = recorded(tmp_path / "p.jsonl", traces="native_operations")
    found, _ = spans_of(path)
    assert any(span["status"][1] for span in sent.values())
    replayed = {key: found[key] for key in sent}
    assert without_messages(replayed) == without_messages(sent)


def test_blocks_are_read_as_blocks(long, monkeypatch):
    """Else the lines would be read one by one, which is equal and slow."""
    from kumi.replay import lone_lines

    expected, _ = spans_of(loose(long))
    monkeypatch.setattr(lone_lines, "RunSpans", None)
    found, tally = spans_of(long)
    assert found == expected
    assert tally.counts.events["vm_run"] == 800


def test_ordinary_spans_with_all_that_they_carry(tmp_path, receiver):
    path, sent = ordinary_profile(tmp_path / "spans.jsonl", receiver)
    found, _ = spans_of(path)
    assert found == sent
    assert len(found) == 3


def test_a_program_that_no_line_describes_leaves_attributes_out(golden, tmp_path):
    path, sent = golden
    lines = path.read_bytes().splitlines(keepends=True)
    bare = tmp_path / "bare.jsonl"
    bare.write_bytes(b"".join(line for line in lines if b'"event":"program"' not in line))
    found, _ = spans_of(bare)
    assert found.keys() == sent.keys()
    for key, span in found.items():
        assert span["attributes"].items() <= sent[key]["attributes"].items()
        assert span["start_time_unix_nano"] == sent[key]["start_time_unix_nano"]


def test_a_process_that_no_line_describes_is_what_the_environment_says(long, tmp_path, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "from-outside")
    bare = tmp_path / "bare.jsonl"
    bare.write_bytes(long.read_bytes().partition(b"\n")[2])
    from kumi.replay import described

    described._unknown.cache_clear()
    found, _ = spans_of(bare)
    described._unknown.cache_clear()
    assert {span["resource"]["service.name"] for span in found.values()} == {"from-outside"}


def test_the_scope_is_that_of_the_version_that_recorded(long, tmp_path):
    from kumi.version import __version__

    older = tmp_path / "older.jsonl"
    older.write_text(long.read_text().replace(f'"kumi":"{__version__}"', '"kumi":"0.0.7"', 1))
    assert {span["scope"] for span in spans_of(older)[0].values()} == {("kumi", "0.0.7")}


@pytest.mark.parametrize(
    "line",
    [
        {"event": "vm_run", "schema": "A", "duration_ms": 1},
        {"event": "phase", "name": "x", "duration_ms": 1, "trace_id": "0" * 32},
        {"event": "span", "name": "x", "trace_id": "1" * 32, "span_id": "1" * 16},
        {"event": "vm_operation", "operation": "Map", "duration_ms": 1, "trace_id": "1" * 31},
    ],
)
def test_a_line_without_ids_or_times_is_counted_and_not_sent(line, long, tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(long.read_text() + json.dumps(line) + "\n")
    found, tally = spans_of(path)
    assert found == spans_of(long)[0]
    assert tally.incomplete == 1


def test_what_other_versions_may_say_does_not_stop_it(tmp_path):
    """A later version has opcodes, keys and kinds that this one does not know."""
    ids = {"trace_id": "1" * 32, "span_id": "2" * 16, "parent_span_id": None}
    times = {"start_unix_nano": 1790000000000000000, "end_unix_nano": 1790000000000000005}
    said = {"schema": "A", "declaration": "d", "operation": "Warp", "function": "f", "rows": 7}
    described = {
        "event": "program", "program": "p", "schema": "A", "path": "a.kumi",
        "declarations": [["d", "value", 3, None]],
        "operations": [["d", "Warp", "f", "f", ["x"], 4, None]],
    }  # fmt: skip
    line = {"event": "vm_operation", **said, "index": 0, "program": "p", **ids, **times}
    path = tmp_path / "p.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in (described, line)))
    found, _ = spans_of(path)
    assert found["2" * 16]["name"] == "Warp f"
    assert found["2" * 16]["attributes"]["code.line.number"] == 4
    assert found["2" * 16]["attributes"]["kumi.operation.axes"] == ("x",)


def test_runs_that_a_rule_kept_as_the_run_alone(tmp_path, monkeypatch):
    """Most runs are one line, between some that are whole."""
    from kumi.replay import lone_lines

    path = long_profile(tmp_path / "p.jsonl", runs=300, slow_ms="1.2x")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    kept = Counter(line["kept"] for line in lines if line["event"] == "vm_run")
    assert kept["none"] > 30
    expected, _ = spans_of(loose(path))
    monkeypatch.setattr(lone_lines, "RunSpans", None)
    assert spans_of(path)[0] == expected
