"""What a profiled process leaves in its event file, and when."""

import gzip
import json
import logging
import threading
import time

import pytest
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from otel_subjects import (
    OPERATIONS,
    SPANS,
    Keeping,
    Taxed,
    batched,
    eventually,
    of,
    read,
    run,
    spans_of,
)
from patience import HANG

import kumi
from kumi import otel


def test_a_file_begins_and_ends_with_its_process(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True):
        run(3)
    events = read(path)
    start, end = events[0], events[-1]
    assert (start["event"], end["event"]) == ("profile_start", "profile_end")
    assert start["process"] == end["process"]
    assert start["settings"]["ops"] is True
    assert start["clock"]["cost_ns"] > 0
    assert end["runs"] == {"seen": 3, "all": 3}
    spans = {"recorded": 3 * SPANS, "written": 3 * SPANS, "sampled": 0}
    assert end["spans"] == spans | {"sent": 0, "handed": 0, "folded": 0}
    assert end["dropped"] == {}
    assert len(spans_of(events)) == 3 * SPANS
    assert len(of(events, "vm_operation")) == 3 * OPERATIONS


def test_a_compressed_file_is_not_streamed_but_gets_a_frame_every_tenth_of_a_second(
    tmp_path, caplog
):
    path = tmp_path / "p.jsonl.gz"
    begun = time.monotonic()
    with otel.profile(file=path, stream=True):
        run(400)
        tenths = 10 * (time.monotonic() - begun)
        eventually(lambda: len(_runs_of_compressed(path)) == 400)
    others = 7  # profile_start, phases, pauses, the program, the first runs, the last, profile_end
    assert path.read_bytes().count(gzip.compress(b"")[:3]) <= tenths + others
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if "0.1 s" in line and str(path) in line] == said


def _runs_of_compressed(path):
    try:
        lines = gzip.decompress(path.read_bytes()).splitlines() if path.exists() else ()
    except EOFError:  # a frame is being written
        return ()
    return of(map(json.loads, lines), "vm_run")


def test_without_ops_there_are_runs_and_declarations_only(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run()
    kinds = [event["event"] for event in spans_of(read(path))]
    assert kinds == ["vm_run"] + 3 * ["vm_declaration"]


def test_a_program_is_described_once_before_its_first_run(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, stream=True):
        run(2)
        Taxed.only("tax").run(amount=1.0, rate=1.0)
        run(1)
    events = of(read(path), "program", "vm_run")
    assert [e["event"] for e in events] == [
        "program",
        "vm_run",
        "vm_run",
        "program",
        "vm_run",
        "vm_run",
    ]
    described = {e["program"] for e in of(events, "program")}
    assert {e["program"] for e in of(events, "vm_run")} == described


def test_streamed_events_are_in_the_file_when_the_run_returns(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, stream=True):
        for count in range(1, 4):
            run()
            assert len(spans_of(read(path))) == count * SPANS
        with pytest.raises(kumi.InputError):
            Taxed.run(amount="a", rate=1.0)
        assert of(read(path), "vm_run")[-1]["status"] == "error"


def test_streamed_events_of_threads_are_there_when_their_run_returns(tmp_path):
    path, missing = tmp_path / "p.jsonl", []

    def work():
        for count in range(1, 21):
            run()
            ours = of(read(path), "vm_run")
            missing.append(len(ours) < count)

    with otel.profile(file=path, stream=True):
        threads = [threading.Thread(target=work) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert not any(missing)
    assert len(of(read(path), "vm_run")) == 80


def test_a_streamed_run_waits_for_a_stuck_drain_no_longer_than_it_may(tmp_path):
    path = tmp_path / "p.jsonl"
    stuck, run_returned, waited = threading.Event(), threading.Event(), []

    class Stuck(RandomIdGenerator):
        def generate_span_id(self):
            if not stuck.is_set():
                stuck.set()
                waited.append(run_returned.wait(HANG))
            return super().generate_span_id()

    provider = batched(Keeping(), id_generator=Stuck())
    with otel.profile(tracer_provider=provider, file=path, stream=True, block_ms=20):
        other = threading.Thread(target=run)
        other.start()
        assert stuck.wait(HANG)
        run()
        run_returned.set()
        other.join()
        eventually(lambda: waited == [True])
        eventually(lambda: len(of(read(path), "vm_run")) == 2)


def test_without_streaming_the_owner_writes_by_itself(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        for runs in (1, 2, 3):
            run()
            eventually(lambda: path.exists() and len(of(read(path), "vm_run")) == runs)


def test_flush_writes_at_once(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run(300)
        assert otel.flush(HANG)
        assert len(of(read(path), "vm_run")) == 300


def test_a_failed_run_stands_in_its_place(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run()
        with pytest.raises(kumi.InputError):
            Taxed.run(amount="x", rate=1.0)
        run()
    runs = of(read(path), "vm_run")
    assert [event["status"] for event in runs] == ["ok", "error", "ok"]
    assert runs[1]["error"] == "kumi.errors.InputError"
    numbers = [event["run"] for event in runs]
    assert numbers == sorted(numbers)


def test_many_runs_of_many_threads_are_all_counted(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True):
        threads = [threading.Thread(target=run, args=(1500,)) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    events = read(path)
    assert len(of(events, "vm_run")) == 6_000
    assert len({event["run"] for event in of(events, "vm_run")}) == 6_000
    assert events[-1]["spans"]["written"] == 6_000 * SPANS
    assert events[-1]["dropped"] == {}


def test_without_patience_what_finds_no_room_is_dropped_and_counted(tmp_path):
    path, all_ran = tmp_path / "p.jsonl", threading.Event()

    class Stuck(RandomIdGenerator):
        def generate_span_id(self):
            all_ran.wait(HANG)  # the worker does
            return super().generate_span_id()

    provider = batched(Keeping(), id_generator=Stuck())
    with otel.profile(tracer_provider=provider, file=path, block_ms=0):
        run(10_001)
        all_ran.set()
    events = read(path)
    end = events[-1]
    written = len(spans_of(events))
    assert end["dropped"]["queue_full"] > 0
    assert written + end["dropped"]["queue_full"] == 10_001 * 4


def test_neither_file_nor_destination_is_one_warning_and_unprofiled(caplog):
    with otel.profile():
        run(2)
        eventually(lambda: caplog.records)
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert "KUMI_PROFILE_FILE" in record.getMessage()
        assert "keep" not in Taxed._default.call.__code__.co_names


def test_a_compile_decides_nothing(tmp_path, caplog):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        fresh = _fresh()
        fresh.check()
        otel.flush()
        assert not path.exists()
        fresh.run(x=1.0)
    phases = [event["name"] for event in of(read(path), "phase")]
    assert phases[-1] == "compile"
    assert set(phases) >= {"parse", "analyze", "lower", "codegen", "compile"}


def _fresh():
    class Fresh(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float]

        y = kumi.value(Input.x + 1.0)

    return Fresh


def test_compile_phases_are_one_trace_and_lie_inside(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        _fresh().run(x=1.0)
    phases = {event["name"]: event for event in of(read(path), "phase")}
    whole = phases.pop("compile")
    assert whole["schema"] == "Fresh"
    for part in phases.values():
        assert part["trace_id"] == whole["trace_id"]
        assert part["parent_span_id"] == whole["span_id"]
        assert whole["start_unix_nano"] <= part["start_unix_nano"]
        assert part["end_unix_nano"] <= whole["end_unix_nano"]


def test_a_users_phase_is_timed_also_when_it_raises(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path), pytest.raises(KeyError), otel.phase("load"):
        raise KeyError("x")
    (phase,) = of(read(path), "phase")
    assert (phase["name"], phase["error"]) == ("load", "KeyError")


def test_a_phase_without_profiling_is_nothing():
    @otel.phase("load")
    def load():
        return 1

    assert load() == 1


def test_memory_is_looked_at_in_the_beginning_in_the_end_and_when_asked(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, memory=True):
        run()
        otel.memory_snapshot("half-way")
    looks = of(read(path), "memory")
    assert [look["label"] for look in looks] == ["start", "half-way", "end"]
    for look in looks:
        assert look["rss_bytes"] > 1_000_000
        assert look["allocated_blocks"] > 0


def test_memory_is_not_looked_at_unless_asked(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run()
        otel.memory_snapshot("half-way")
    assert not of(read(path), "memory")


def test_original_messages_only_where_values_are_wanted(tmp_path):
    from otel_subjects import Keeping

    for values, shown in ((False, False), (True, True)):
        exporter = Keeping()
        profiled = otel.profile(exporters=[exporter], ops=True, values=values)
        with profiled, pytest.raises(kumi.InputError):
            Taxed.run(amount="secret", rate=1.0)
        messages = [
            event.attributes["exception.message"]
            for span in exporter.spans for event in span.events
        ]  # fmt: skip
        assert len(messages) == 1
        assert ("input of Taxed has 1 error" in messages[0]) is shown


def test_an_unwritable_file_costs_two_warnings_and_no_run(tmp_path, caplog):
    """One when it happens, and one in the end, with what was lost."""
    (tmp_path / "file").write_text("")
    with otel.profile(file=tmp_path / "file" / "p.jsonl", stream=True, ops=True):
        run(3)
    said = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(said) == 2
    assert f"{3 * SPANS} of {3 * SPANS} spans are not in" in said[1]
    assert f"file_error {3 * SPANS}" in said[1]


def test_a_foreign_file_is_left_alone(tmp_path, caplog):
    path = tmp_path / "notes.txt"
    path.write_text("mine\n")
    with otel.profile(file=path):
        run(3)
    assert path.read_text() == "mine\n"
    assert len(caplog.records) == 1


def test_max_bytes_stops_the_file_and_the_rest_is_counted(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, max_bytes=100_000):
        run(1000)
    events = read(path)
    assert path.stat().st_size <= 100_000
    assert events[-1]["event"] == "profile_end"
    assert events[-1]["dropped"]["file_limit"] == 1000 * SPANS - events[-1]["spans"]["written"]


def test_what_the_worker_has_to_say_is_said_before_profiling_is_over(tmp_path):
    began, said = [], []

    class Slow(logging.Handler):
        def emit(self, record):
            began.append(record)
            time.sleep(0.5)
            said.append(record)

    class Broken(RandomIdGenerator):
        def generate_span_id(self):
            raise ValueError

    handler = Slow()
    logging.getLogger("kumi.otel").addHandler(handler)
    try:
        provider = batched(Keeping(), id_generator=Broken())
        with otel.profile(tracer_provider=provider, file=tmp_path / "p.jsonl"):
            run()
            eventually(lambda: began)
    finally:
        logging.getLogger("kumi.otel").removeHandler(handler)
    assert said == began
