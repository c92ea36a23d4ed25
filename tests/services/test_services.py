"""Real servers, workers and scripts, started and ended as they are: no run is lost on the way."""

from __future__ import annotations

import pytest
import service_profile as profile
from service_rows import CASES
from service_running import carried_out, works
from service_ways import collector

pytestmark = pytest.mark.service


@pytest.mark.parametrize(("row", "way"), CASES, ids=[f"{row.name} [{way}]" for row, way in CASES])
def test_every_run_arrives(row, way, tmp_path):
    if row.needs and not works(row.needs):
        pytest.skip(f"`{row.needs}` does not work here")
    with collector(way) as received:
        row.collector(received)
        service = carried_out(row, way, tmp_path, received)
    done, said, events = service.done(), service.said(), profile.events(tmp_path)

    assert not profile.frames_of_ours(said), said
    assert said.count("Traceback") == row.tracebacks, said
    assert service.process.returncode == row.code, said
    assert service.runs_done() >= row.runs, said
    assert len({line["pid"] for line in done}) >= row.processes
    assert row.profiled or not events
    check_file(row, done, events, said)
    if way != "file":
        check_traces(row, done, events, received)
    assert not row.says_nothing or "profile.jsonl" not in said, said


def check_file(row, done, events, said):
    runs = [event["run"] for event in profile.of(events, "vm_run")]
    assert len(set(runs)) == len(runs), "runs that are in the file twice"
    if row.recorded:
        compare("in the file", profile.in_files(events), profile.expected(done), events, said)
    elif row.profiled:
        assert len(runs) == sum(line["runs"] for line in done) or profile.lost(events) or said
    assert not row.ends or not profile.without_an_end(events), said


def check_traces(row, done, events, received):
    found, wanted = profile.delivered(received, done), profile.expected(done, traced=(True,))
    if row.recorded and not (row.cut_short and profile.lost(events)):
        compare("delivered", found, wanted, events, "")
    span_ids = [(span.trace_id, span.span_id) for span in received.spans()]
    assert len(set(span_ids)) == len(span_ids), "spans that were delivered twice"
    assert row.messages is None or len(received.messages) <= row.messages


def compare(what, found, wanted, events, said):
    """Each run is there, once, below its request."""
    assert found == wanted, (
        f"{what}: {profile.summary(found)}, done: {profile.summary(wanted)}; "
        f"counted as lost: {dict(profile.lost(events))}\n{said[-3000:]}"
    )
