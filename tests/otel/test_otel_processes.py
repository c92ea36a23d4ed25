"""Forks, exits and dead collectors, in processes of their own."""

import json
import os
from collections import Counter

import pytest
from otel_subjects import SPANS, of, python, read, spans_of
from patience import HANG, NO_WAITING_FOR_LOCKS_IN_VAIN

SCHEMA = f"""
{NO_WAITING_FOR_LOCKS_IN_VAIN}
import os, sys, time
import kumi
from kumi import otel

class Taxed(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
        rate: kumi.Field[float]

    tax = kumi.value(Input.amount * Input.rate)
    total = kumi.value(Input.amount + tax)

def run(times=1):
    for _ in range(times):
        assert Taxed.run(amount=200.0, rate=0.5).total == 300.0

def until_written(runs):
    def written():
        return open("p.jsonl", "rb").read() if os.path.exists("p.jsonl") else b""
    while written().count(b'{{"event":"vm_run"') < runs:
        time.sleep(0.1)
"""
ON = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1", "KUMI_PROFILE_FILE": "p.jsonl"}


def finished(script, folder, **environment):
    done = python(SCHEMA + script, folder, **environment)
    assert done.returncode == 0, done.stderr
    return done


def test_a_script_knows_nothing_and_is_profiled(tmp_path):
    done = finished("run(3)", tmp_path, **ON)
    events = read(tmp_path / "p.jsonl")
    assert (events[0]["event"], events[-1]["event"]) == ("profile_start", "profile_end")
    assert events[-1]["spans"]["written"] == 3 * SPANS
    assert done.stderr == ""


def test_off_nothing_of_it_is_imported(tmp_path):
    script = """
run(3)
with otel.phase("x"):
    pass
otel.flush()
assert not [name for name in sys.modules if name.startswith("opentelemetry")], sys.modules
assert not os.path.exists("p.jsonl")
"""
    finished(script, tmp_path, **ON | {"KUMI_PROFILE": "0"})


def test_an_unhandled_error_and_an_exit_code_leave_a_whole_file(tmp_path):
    done = python(SCHEMA + "run(3)\nTaxed.run(amount='x', rate=1.0)", tmp_path, **ON)
    assert done.returncode == 1
    assert "InputError" in done.stderr
    assert read(tmp_path / "p.jsonl")[-1]["runs"]["seen"] == 4
    assert python(SCHEMA + "run(3)\nsys.exit(3)", tmp_path, **ON).returncode == 3
    assert read(tmp_path / "p.jsonl")[-1]["event"] == "profile_end"


FORKS = """
run(5)
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        run(7)
        sys.exit(0)
    children.append(child)
run(3)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.parametrize("stream", ["0", "1"])
def test_forked_children_write_their_own_part_of_the_file(tmp_path, stream):
    finished(FORKS, tmp_path, **ON, KUMI_PROFILE_STREAM=stream)
    events = read(tmp_path / "p.jsonl")
    starts, ends = of(events, "profile_start"), of(events, "profile_end")
    assert len(starts) == 3
    assert len({start["process"] for start in starts}) == 3
    assert {end["process"] for end in ends} == {start["process"] for start in starts}
    assert sorted(end["runs"]["seen"] for end in ends) == [7, 7, 8]
    runs = of(events, "vm_run")
    assert len(runs) == len({event["run"] for event in runs}) == 22
    spans = [event["span_id"] for event in of(events, "vm_run", "vm_declaration", "vm_operation")]
    assert len(spans) == len(set(spans)) == 22 * SPANS
    assert len(of(events, "program")) == 3
    known = {start["process"] for start in starts}
    assert {event["run"][:8] for event in runs} == known


def test_a_fork_while_the_route_of_the_first_run_is_decided(tmp_path):
    """The child begins by itself."""
    script = f"""
import threading
from opentelemetry.sdk.trace import TracerProvider

class Slow(TracerProvider):
    def get_tracer(self, *args, **more):
        if os.getpid() == parent:
            deciding.set()
            go_on.wait({HANG})
        return super().get_tracer(*args, **more)

parent, deciding, go_on = os.getpid(), threading.Event(), threading.Event()
otel.instrument(tracer_provider=Slow(), file="p.jsonl", persistent=True)
thread = threading.Thread(target=run)
thread.start()
deciding.wait({HANG})
if os.fork() == 0:
    run(2)
    sys.exit(3)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 3
go_on.set()
thread.join()
"""
    finished(script, tmp_path)
    events = read(tmp_path / "p.jsonl")
    runs = Counter(event["run"][:8] for event in of(events, "vm_run"))
    assert sorted(runs.values()) == [1, 2]
    assert len(of(events, "profile_end")) == len(runs)


def test_a_fork_amid_the_work_of_threads_hangs_nobody(tmp_path):
    script = f"""
import threading
stop = False
run(1)
def work():
    while not stop:
        run(10)
        time.sleep(0.001)
threads = [threading.Thread(target=work) for _ in range(3)]
[thread.start() for thread in threads]
for _ in range(10):
    child = os.fork()
    if not child:
        run(20)
        otel.flush({HANG})
        os._exit(0)
    deadline = time.monotonic() + {HANG}
    while not os.waitpid(child, os.WNOHANG)[0]:
        assert time.monotonic() < deadline, "the child hangs"
        time.sleep(0.002)
stop = True
[thread.join() for thread in threads]
"""
    finished(script, tmp_path, **ON)
    events = read(tmp_path / "p.jsonl")
    assert len({event["process"] for event in of(events, "profile_start")}) == 11
    runs = [event["run"] for event in of(events, "vm_run")]
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_lose_nothing(tmp_path, method):
    script = f"""
import multiprocessing

if __name__ == "__main__":
    run(1)
    context = multiprocessing.get_context({method!r})
    children = [context.Process(target=run, args=(4,)) for _ in range(2)]
    [child.start() for child in children]
    [child.join() for child in children]
    assert [child.exitcode for child in children] == [0, 0]
"""
    finished(script, tmp_path, **ON, TMPDIR="/tmp")  # paths of sockets have to be short
    events = read(tmp_path / "p.jsonl")
    assert sorted(end["runs"]["seen"] for end in of(events, "profile_end")) == [1, 4, 4]


def test_a_script_under_a_name_that_is_no_text_is_profiled(tmp_path, collector):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    done = finished("run()", folder, **ON, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
    assert done.stderr == ""
    assert len(spans_of(read(folder / "p.jsonl"))) == SPANS
    assert sum(span.name == "run Taxed" for _, span in collector.spans) == 1


def test_spans_of_forked_children_arrive_under_their_own_resource(tmp_path, collector):
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    settings = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1"}
    finished(FORKS, tmp_path, **settings, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
    runs = [(instance, span) for instance, span in collector.spans if span.name == "run Taxed"]
    assert sorted(Counter(instance for instance, _ in runs).values()) == [7, 7, 8]
    ids = [span.span_id for _, span in collector.spans]
    assert len(ids) == len(set(ids)) >= 22 * SPANS


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
@pytest.mark.parametrize("collector", ["deaf", "dead"])
def test_exit_waits_no_longer_than_its_deadline(tmp_path, deaf, collector, protocol):
    script = """
import atexit
run(2000)
until_written(2000)
begun = time.monotonic()
atexit._run_exitfuncs()
print(time.monotonic() - begun)
"""
    endpoint = deaf if collector == "deaf" else "http://127.0.0.1:9"
    exports = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "KUMI_PROFILE_EXIT_MS": "300",
    }  # fmt: skip
    done = finished(script, tmp_path, **ON, **exports)
    assert float(done.stdout) < HANG / 5  # an exporter of its own would try for HANG
    end = read(tmp_path / "p.jsonl")[-1]
    assert end["event"] == "profile_end"
    assert end["spans"]["written"] == 2000 * SPANS
    assert sum(end["dropped"].values()) >= 2000 * SPANS
    assert f" spans were not sent: {endpoint}" in done.stderr


def test_exit_waits_for_no_neighbour_at_the_file_past_its_deadline(tmp_path):
    """The script's child holds the lock of the file, as a writer does that was stopped."""
    script = """
import atexit, fcntl, signal
run()
otel.flush()
got, put = os.pipe()
parent, child = os.getpid(), os.fork()
if child == 0:
    with open("p.jsonl", "ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        os.write(put, b"x")
        while os.getppid() == parent:
            time.sleep(0.1)
os.read(got, 1)
run()
begun = time.monotonic()
atexit._run_exitfuncs()
print(time.monotonic() - begun)
os.kill(child, signal.SIGKILL)
"""
    done = finished(script, tmp_path, **ON, KUMI_PROFILE_EXIT_MS="100")
    assert float(done.stdout) < HANG / 5  # any other write waits here for HANG


def test_a_deadline_that_is_longer_than_any_is_no_deadline(tmp_path):
    done = finished(
        "run()\nassert otel.flush(float('inf'))", tmp_path, **ON, KUMI_PROFILE_EXIT_MS="1e300"
    )
    assert read(tmp_path / "p.jsonl")[-1]["event"] == "profile_end"
    assert done.stderr == ""


def test_with_a_dead_collector_runs_are_not_held_up_for_long(tmp_path, deaf):
    script = """
run(10)
begun = time.perf_counter()
run(40_000)
print(time.perf_counter() - begun)
until_written(40_010)
"""
    exports = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": deaf, "KUMI_PROFILE_EXIT_MS": "100",
        "KUMI_PROFILE_BLOCK_MS": "20000",
    }  # fmt: skip
    done = finished(script, tmp_path, **ON, **exports)
    text = (tmp_path / "p.jsonl").read_text()
    assert text.count('{"event":"vm_run"') == 40_010, "the file has them all"
    end = json.loads(text.splitlines()[-1])
    assert end["dropped"]["traces_queue_full"] > 0
    assert float(done.stdout) < HANG / 2  # one message after the other would wait for HANG


def test_interrupted_by_a_signal_that_runs_a_schema(tmp_path):
    """From the first run on, and in the middle of what another signal runs; not without end."""
    script = """
import itertools, signal
runs, interruptions, inside = itertools.count(), 0, 0
def soon():
    signal.setitimer(signal.ITIMER_REAL, 0.001 if interruptions < 500 else 0)
def interrupted(*_):
    global interruptions, inside
    interruptions, inside = interruptions + 1, inside + 1
    if inside < 3:
        soon()
    next(runs), run()
    inside -= 1
    soon()
kumi.compile(Taxed)
signal.signal(signal.SIGALRM, interrupted)
soon()
while interruptions < 500:
    next(runs), run()
print(next(runs))
"""
    patience = {"KUMI_PROFILE_BLOCK_MS": "100"}  # a drain may wait for what is interrupted
    finish = finished(script, tmp_path, **ON, **patience, KUMI_PROFILE_STREAM="1")
    ran = int(finish.stdout)
    events = read(tmp_path / "p.jsonl")
    runs = [event["run"] for event in of(events, "vm_run")]
    end = events[-1]
    assert len(runs) == len(set(runs)) == end["runs"]["seen"]
    assert ran == len(runs) + end["dropped"].get("beginning", 0)


def test_signals_keep_their_handlers(tmp_path):
    script = """
import signal
before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
run(1)
assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == before
"""
    finished(script, tmp_path, **ON)


def test_a_provider_set_after_the_first_run_takes_over_from_the_environments(tmp_path):
    script = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
run(3)
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
run(1)
otel.flush()
run(5)
provider.force_flush()
names = [span.name for span in exporter.get_finished_spans()]
print(names.count("run Taxed"))
"""
    exports = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "KUMI_PROFILE_EXIT_MS": "100"}
    done = finished(script, tmp_path, **ON, **exports)
    assert int(done.stdout) >= 5


def test_the_settings_of_the_environment_are_in_the_file(tmp_path):
    finished("run()", tmp_path, **ON, KUMI_PROFILE_BLOCK_MS="7", OTEL_SERVICE_NAME="shop")
    start = json.loads((tmp_path / "p.jsonl").read_text().splitlines()[0])
    assert start["settings"]["block_ms"] == 7.0
    assert start["service"] == start["resource"]["service.name"] == "shop"


@pytest.mark.parametrize("profiled", ["0", "1"])
def test_an_interrupted_script_dies_of_the_signal_as_ever(tmp_path, profiled):
    script = """
import signal

class Doubled(kumi.Schema):
    class Input(kumi.Record):
        numbers: kumi.Array[float]

    doubles = kumi.value(Input.numbers * 2.0)

Doubled.run(numbers=[1.0])
signal.raise_signal(signal.SIGINT)
"""
    done = python(SCHEMA + script, tmp_path, **ON | {"KUMI_PROFILE": profiled})
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert done.returncode == -2
