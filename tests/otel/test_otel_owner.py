"""The thread that owns a profile: it rests, gathers, works soon, and is in nobody's way."""

import gc
import re
import sys
import threading
import time
from pathlib import Path

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span
from otel_subjects import (
    SPANS,
    Blocky,
    Keeping,
    batched,
    eventually,
    of,
    provider_of,
    python,
    read,
    run,
    spans_of,
)
from patience import HANG
from test_otel_processes import ON, SCHEMA, finished

import kumi
from kumi import otel


def owner():
    return [each for each in threading.enumerate() if each.name == "kumi-owner"][-1]


def times_woken(thread):
    """How often the system has let a thread run that had been waiting."""
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def test_at_rest_it_does_not_wake_up(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run()
        eventually(lambda: len(of(read(path), "vm_run")) == 1)
        threading.Event().wait(0.3)
        before = times_woken(owner())
        threading.Event().wait(1)
        assert times_woken(owner()) == before
        run()
        eventually(lambda: len(of(read(path), "vm_run")) == 2)


def test_it_wakes_up_for_summaries_that_wait_and_then_rests_again():
    exporter = Blocky()
    caller = NonRecordingSpan(SpanContext(0xABC, 0xDEF, False, TraceFlags(1)))
    with otel.profile(exporters=[exporter], ops=True, max_spans=SPANS), use_span(caller):
        run(3)
        eventually(lambda: any(block.sums is not None for block in exporter.blocks))
        threading.Event().wait(0.3)
        before = times_woken(owner())
        threading.Event().wait(1.5)
        assert times_woken(owner()) == before


def test_the_switch_interval_is_as_it_was_and_stays_what_others_make_it(tmp_path):
    before = sys.getswitchinterval()
    with otel.profile(file=tmp_path / "p.jsonl", stream=True):
        run(50)
        otel.flush()
        eventually(lambda: sys.getswitchinterval() == before)
        sys.setswitchinterval(0.01)
        run(50)
        otel.flush()
        eventually(lambda: sys.getswitchinterval() == 0.01)
    sys.setswitchinterval(before)


def test_what_is_ready_of_all_programs_goes_together(tmp_path):
    class Counting(Blocky):
        calls = 0

        def export_blocks(self, blocks):
            self.calls += 1
            return super().export_blocks(blocks)

    text = "schema do\n input do\n  float :x\n end\n value :y, input.x + {}.0\nend\n"
    schemas = []
    for number in range(40):
        path = tmp_path / f"many_{number}.kumi"
        path.write_text(text.format(number))
        schemas.append(kumi.load(path))
    exporter = Counting()
    with otel.profile(exporters=[exporter], file=tmp_path / "p.jsonl", ops=True):
        schemas[0].run(x=1.0)
        otel.flush()
        before = exporter.calls
        for schema in schemas:
            schema.run(x=1.0)
        otel.flush()
        assert len(exporter.blocks) == 41
        assert exporter.calls - before < 10
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 41


def test_a_garbage_collection_is_a_pause_of_the_file(tmp_path):
    path = tmp_path / "p.jsonl"
    garbage = [[number] for number in range(300_000)]
    with otel.profile(file=path):
        run()
        gc.collect()
        run()
    pauses = [event for event in of(read(path), "pause") if event["cause"] == "gc"]
    assert any(event["generation"] == 2 and event["duration_ms"] >= 0.1 for event in pauses)
    for event in pauses:
        assert event["end_unix_nano"] > event["start_unix_nano"]
    assert len(garbage) == 300_000
    assert not [hook for hook in gc.callbacks if "Pauses" in repr(hook)]


def test_what_a_processor_was_handed_is_not_what_was_sent(tmp_path):
    handed, sent = tmp_path / "handed.jsonl", tmp_path / "sent.jsonl"
    with otel.profile(tracer_provider=batched(Keeping()), file=handed):
        run(3)
    with otel.profile(exporters=[Keeping()], file=sent):
        run(3)
    for path, key in ((handed, "handed"), (sent, "sent")):
        spans = read(path)[-1]["spans"]
        assert spans["sampled"] == spans[key] > 0
        assert spans["handed"] + spans["sent"] == spans["sampled"]


def test_a_stuck_exporter_is_said_with_its_loss_where_there_is_no_file(caplog):
    class Stuck(Keeping):
        def export(self, spans):
            go_on.wait(HANG)
            return super().export(spans)

    go_on = threading.Event()
    with otel.profile(exporters=[Stuck()], exit_ms=3000, ops=True):
        run(5)
    go_on.set()
    said_here = [record.getMessage() for record in caplog.records]
    # A thread that another test has left behind may say why its own spans are not sent.
    (said,) = [line for line in said_here if "not sent" in line and "Stuck" in line]
    lost = re.fullmatch(r"(\d+) spans were not sent: .*Stuck: traces_exit \1", said)
    assert int(lost[1]) >= 5 * SPANS  # and phases


def test_where_it_cannot_be_found_out_where_traces_go_the_file_is_written_all_the_same(tmp_path):
    script = """
from opentelemetry.sdk.resources import Resource

def refused(*asked, **more):
    raise ValueError("no resource today")

Resource.create = refused
run(3)
"""
    done = finished(script, tmp_path, **ON)
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 3
    assert "profiling failed while finding out where traces go" in done.stderr


def test_a_first_run_waits_no_longer_than_any_for_a_detector(tmp_path):
    """It is recorded, and written when the detector has come to its end."""
    script = f"""
import threading
from opentelemetry.sdk import resources

class Detector(resources.ResourceDetector):
    def detect(self):
        ran.wait({HANG})
        return resources.Resource({{"found": "late"}})

ran = threading.Event()
known = resources._build_resource_detectors
resources._build_resource_detectors = lambda: [*known(), Detector()]
run(3)
ran.set()
"""
    finished(script, tmp_path, **ON, KUMI_PROFILE_BLOCK_MS="20")
    events = read(tmp_path / "p.jsonl")
    assert len(of(events, "vm_run")) == 3
    assert events[-1]["dropped"] == {}


def test_without_threads_all_is_written_at_exit(tmp_path):
    script = """
import threading

def refused(thread):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refused
run(3)
"""
    finished(script, tmp_path, **ON)
    events = read(tmp_path / "p.jsonl")
    assert (len(of(events, "vm_run")), events[-1]["event"]) == (3, "profile_end")


def test_a_sigterm_writes_what_was_recorded_and_ends_the_process_as_it_does(tmp_path):
    script = """
import signal
run(300)
signal.raise_signal(signal.SIGTERM)
"""
    done = python(SCHEMA + script, tmp_path, **ON)
    events = read(tmp_path / "p.jsonl")
    assert done.returncode == -15
    assert (len(of(events, "vm_run")), events[-1]["event"]) == (300, "profile_end")


def test_runs_after_a_sigterm_that_does_not_end_the_process_are_written_at_once(tmp_path):
    """As in the first process of a container; here the second SIGTERM is not meant."""
    script = """
import signal
from kumi.otel import sigterm
kill, os.kill = os.kill, lambda *asked: None
run(2)
signal.raise_signal(signal.SIGTERM)
run(3)
kill(os.getpid(), signal.SIGKILL)
"""
    done = python(SCHEMA + script, tmp_path, **ON)
    events = read(tmp_path / "p.jsonl")
    assert done.returncode == -9
    assert len(of(events, "vm_run")) == 5


def test_an_end_amid_the_work_finds_what_a_program_that_is_gone_has_left(tmp_path):
    class Held(RandomIdGenerator):
        holds = False

        def generate_span_id(self):
            if self.holds:
                inside.set()
                go_on.wait(HANG)
                time.sleep(0.0002)  # so that the end is asked for while there is more to do
            return super().generate_span_id()

    inside, go_on, path = threading.Event(), threading.Event(), tmp_path / "p.jsonl"
    provider = provider_of(id_generator=Held())
    otel.instrument(tracer_provider=provider, file=path)
    run()
    otel.flush()
    threading.Event().wait(0.3)  # it is at rest, and begins when the program is gone
    provider.id_generator.holds = True
    run(1500)
    otel.pause()  # nobody holds the functions any more
    assert inside.wait(HANG)
    ending = threading.Thread(target=otel.uninstrument)
    ending.start()
    threading.Timer(0.2, go_on.set).start()
    ending.join()
    events = read(path)
    assert (len(of(events, "vm_run")), events[-1]["event"]) == (1501, "profile_end")
    assert events[-1]["spans"]["written"] == len(spans_of(events))


def test_why_nothing_was_sent_is_said_while_there_are_attempts_to_come(tmp_path):
    exports = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "KUMI_PROFILE_EXIT_MS": "1000"}
    done = finished("run(3)", tmp_path, **ON, **exports)
    (said,) = [line for line in done.stderr.splitlines() if "were not sent" in line]
    assert "refused" in said
    assert "traces_exit" in said
