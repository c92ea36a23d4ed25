"""While it works, profiling waits for nobody who waits for it: exporters, signals, forks, writers."""

import fcntl
import os
import sys
import threading

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from otel_subjects import (
    SPANS,
    Keeping,
    batched,
    eventually,
    of,
    provider_of,
    read,
    run,
)
from patience import HANG
from test_otel_processes import finished

from kumi import hooks, otel

# Exporters of the user's.


def test_an_exporter_may_flush_in_the_middle_of_an_export():
    class Flushing(Keeping):
        def export(self, spans):
            flushed.append(otel.flush(HANG))
            return super().export(spans)

    flushed, exporter = [], Flushing()
    with otel.profile(exporters=[exporter]):
        run()
        assert otel.flush(HANG / 2)
        assert set(flushed) == {False}


def test_an_exporter_that_exits_loses_its_spans_and_none_of_the_next():
    class Exiting(Keeping):
        def export(self, spans):
            if not calls:
                calls.append(1)
                sys.exit(3)
            return super().export(spans)

    calls, exporter = [], Exiting()
    with otel.profile(exporters=[exporter]):
        run()
        assert otel.flush(HANG)
        before = len(exporter.spans)
        run()
        assert otel.flush(HANG)
    assert len(exporter.spans) == before + 4  # the run and its groups


def test_what_a_stuck_id_generator_has_in_hand_is_counted(tmp_path):
    class Stuck(RandomIdGenerator):
        stuck = False

        def generate_span_id(self):
            if self.stuck:
                entered.set()
                go_on.wait(HANG)
            return super().generate_span_id()

    entered, go_on = threading.Event(), threading.Event()
    provider = provider_of(id_generator=Stuck())
    with otel.profile(tracer_provider=provider, file=tmp_path / "p.jsonl", ops=True, exit_ms=10):
        run()
        otel.flush()
        provider.id_generator.stuck = True
        run(3)
        threading.Thread(target=otel.flush, daemon=True).start()
        assert entered.wait(HANG)
        run(2)
    go_on.set()
    end = of(read(tmp_path / "p.jsonl"), "profile_end")[0]
    assert (end["spans"]["written"], end["dropped"]) == (SPANS, {"exit": 5 * SPANS})


def test_what_a_stuck_id_generator_has_in_hand_for_traces_is_counted(tmp_path):
    """A run that is too large for its trace takes ids thrice: its own, and those of summaries."""

    class Stuck(RandomIdGenerator):
        calls, stuck_at = 0, None

        def generate_span_id(self):
            self.calls += 1
            if self.calls == self.stuck_at:
                entered.set()
                go_on.wait(HANG)
            return super().generate_span_id()

    entered, go_on = threading.Event(), threading.Event()
    ids, path = Stuck(), tmp_path / "p.jsonl"
    provider = batched(Keeping(), id_generator=ids)
    with otel.profile(tracer_provider=provider, file=path, ops=True, exit_ms=200, max_spans=5):
        run()
        otel.flush()
        ids.stuck_at = ids.calls + 3
        run()
        threading.Thread(target=otel.flush, daemon=True).start()
        assert entered.wait(HANG)
    go_on.set()
    end = of(read(path), "profile_end")[-1]
    spans = end["spans"]
    assert (spans["written"], end["dropped"]) == (2 * SPANS, {"traces_exit": SPANS})
    assert spans["sampled"] == spans["handed"] + spans["folded"] + SPANS


def test_what_was_counted_in_the_place_of_a_stuck_owner_waits_no_more(tmp_path):
    """A SIGTERM does so. Other threads go on, and what finds no room then is counted as well."""

    class Stuck(RandomIdGenerator):
        def generate_span_id(self):
            entered.set()
            go_on.wait(HANG)
            return super().generate_span_id()

    entered, go_on = threading.Event(), threading.Event()
    provider, path = provider_of(id_generator=Stuck()), tmp_path / "p.jsonl"
    with otel.profile(tracer_provider=provider, file=path, exit_ms=10, block_ms=1):
        run()
        assert entered.wait(HANG)
        run(3)
        hooks.watcher().finish()
        waiting = list(hooks.watcher()._work.channels.waiting())
        go_on.set()
    assert waiting == []
    end = of(read(path), "profile_end")[-1]
    assert (end["runs"]["seen"], end["dropped"]) == (4, {"exit": 4 * 4})  # the run and its groups


# Ctrl-C and forks while the owner works.


def test_ctrl_c_while_a_streamed_run_waits_is_the_callers_and_loses_nothing(tmp_path):
    script = f"""
import signal, threading
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

class Slow(RandomIdGenerator):
    interrupts = False

    def generate_span_id(self):
        if self.interrupts:
            self.interrupts = False
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            go_on.wait({HANG})
        return super().generate_span_id()

go_on = threading.Event()
provider = TracerProvider(id_generator=Slow())
otel.instrument(tracer_provider=provider, file="p.jsonl", stream=True)
run()
provider.id_generator.interrupts = True
try:
    run()
except KeyboardInterrupt:
    print("interrupted")
go_on.set()
run(2)
"""
    done = finished(script, tmp_path)
    events = read(tmp_path / "p.jsonl")
    assert done.stdout == "interrupted\n"
    assert (len(of(events, "vm_run")), events[-1]["dropped"]) == (4, {})


def test_ctrl_c_while_profiling_ends_cuts_nothing_short(tmp_path, collector):
    """Not the second time it is pressed, either, where the end has come by then."""
    script = """
import atexit, signal, threading
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

class Pressed(SpanExporter):
    def export(self, spans):
        return SpanExportResult.SUCCESS

    def shutdown(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

otel.instrument(exporters=[Pressed()], file="p.jsonl")
run(100)
"""
    done = finished(script, tmp_path)
    events = read(tmp_path / "p.jsonl")
    assert done.stderr == ""
    assert (len(of(events, "vm_run")), events[-1]["event"]) == (100, "profile_end")


def test_a_signals_handler_that_outlasts_what_a_run_may_wait_makes_it_wait_no_longer(tmp_path):
    script = f"""
import signal, threading
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

class Stuck(RandomIdGenerator):
    holds = False

    def generate_span_id(self):
        if self.holds:
            go_on.wait({HANG})
        return super().generate_span_id()

go_on = threading.Event()
provider = TracerProvider(id_generator=Stuck())
otel.instrument(tracer_provider=provider, file="p.jsonl", stream=True, block_ms=100)
run()
otel.flush()
provider.id_generator.holds = True
signal.signal(signal.SIGALRM, lambda *_: time.sleep(0.3))
signal.setitimer(signal.ITIMER_REAL, 0.03)
run()
go_on.set()
"""
    finished(script, tmp_path)
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


def test_a_child_that_is_forked_amid_the_owners_work_leaves_that_run_to_its_parent(tmp_path):
    script = f"""
import threading
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

class Held(RandomIdGenerator):
    holds = False

    def generate_span_id(self):
        if self.holds and os.getpid() == parent:
            inside.set()
            go_on.wait({HANG})
        return super().generate_span_id()

parent, inside, go_on = os.getpid(), threading.Event(), threading.Event()
provider = TracerProvider(id_generator=Held())
otel.instrument(tracer_provider=provider, file="p.jsonl", ops=True)
run()
otel.flush()
provider.id_generator.holds = True
run(2)
inside.wait()
interval = sys.getswitchinterval()
child = os.fork()
if child == 0:
    assert sys.getswitchinterval() > interval
    run(4)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
provider.id_generator.holds = False
go_on.set()
"""
    finished(script, tmp_path)
    events = read(tmp_path / "p.jsonl")
    assert sorted(end["runs"]["seen"] for end in of(events, "profile_end")) == [3, 4]
    runs = [event["run"] for event in of(events, "vm_run")]
    assert len(runs) == len(set(runs)) == 7


# The file's other writers.


def test_a_streamed_run_waits_for_a_neighbour_no_longer_than_it_may_and_loses_nothing(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, stream=True, block_ms=10):
        run()
        got, put = os.pipe()
        done, finish = os.pipe()
        if os.fork() == 0:
            with path.open("ab") as file:
                fcntl.lockf(file, fcntl.LOCK_EX)
                os.write(put, b"x")
                os.read(done, 1)
            os._exit(0)
        os.read(got, 1)
        run(2)
        os.write(finish, b"x")
        os.wait()
        eventually(lambda: len(of(read(path), "vm_run")) == 3)
    end = read(path)[-1]
    assert end["dropped"] == {}
    assert end["waited_ms"] > 0


# Nothing is lost without a count.


def test_phases_that_find_no_room_are_counted(tmp_path):
    with otel.profile(file=tmp_path / "p.jsonl"):
        for _ in range(30_000):
            with otel.phase("mine"):
                pass
    events = read(tmp_path / "p.jsonl")
    phases = [event for event in of(events, "phase") if event["name"] == "mine"]
    assert len(phases) + sum(events[-1]["dropped"].values()) == 30_000


def test_a_flush_without_time_is_over_at_once():
    with otel.profile(exporters=[Keeping()]):
        run()
        assert otel.flush(-1) in (True, False)
        assert otel.flush(-5) in (True, False)
