"""While it begins, profiling waits for nobody who waits for it: imports, signals, locks, forks."""

import signal

import pytest
from otel_subjects import (
    Keeping,
    batched,
    of,
    read,
    run,
)
from patience import HANG
from test_otel_processes import ON, finished

from kumi import hooks, otel


def test_a_resource_detector_may_run_a_schema(tmp_path):
    """The SDK calls it in a thread, and joins that thread."""
    script = """
from opentelemetry.sdk import resources

class Detector(resources.ResourceDetector):
    def detect(self):
        run()
        return resources.Resource({"found": "yes"})

known = resources._build_resource_detectors
resources._build_resource_detectors = lambda: [*known(), Detector()]
run(3)
"""
    finished(script, tmp_path, **ON, KUMI_PROFILE_BLOCK_MS="10")
    events = read(tmp_path / "p.jsonl")
    assert len(of(events, "vm_run")) == 4
    assert events[-1]["dropped"] == {}


def test_a_module_that_the_first_run_imports_may_run_a_schema_itself(tmp_path):
    """One thread waits for the import, whose thread waits for the one that begins."""
    (tmp_path / "imported.py").write_text("import __main__\n__main__.run_while_another_begins()")
    script = """
import threading
from opentelemetry.sdk.trace import TracerProvider

class Importing(TracerProvider):
    def get_tracer(self, *args, **more):
        begins.set()
        import imported
        return super().get_tracer(*args, **more)

def run_while_another_begins():
    other.start()
    begins.wait()
    run()

begins, other = threading.Event(), threading.Thread(target=run)
otel.instrument(tracer_provider=Importing(), file="p.jsonl", block_ms=10)
kumi.compile(Taxed)
import imported
other.join()
"""
    finished(script, tmp_path)
    events = read(tmp_path / "p.jsonl")
    assert len(of(events, "vm_run")) == 2


def test_a_signal_may_run_the_first_schema_while_its_thread_imports_the_sdk(tmp_path):
    """The half imported SDK cannot be used yet: profiling starts with the next compile."""
    script = """
class AmidTheImport:
    def find_spec(self, name, path, target=None):
        if name.startswith("opentelemetry.sdk.trace.") and self in sys.meta_path:
            sys.meta_path.remove(self)
            run()

sys.meta_path.insert(0, AmidTheImport())
import opentelemetry.sdk.trace
Taxed.only("tax").run(amount=200.0, rate=0.5)
run()
"""
    done = finished(script, tmp_path, **ON)
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2
    assert "profiling failed while importing" in done.stderr


def test_a_signal_amid_its_own_threads_first_import_does_not_import_once_more(tmp_path):
    """It would wait for another thread, and that one for the import that it has interrupted."""
    script = """
import signal, sys

class Alarming:
    def find_spec(self, name, *_):
        if name == "kumi.otel.environment":
            signal.raise_signal(signal.SIGALRM)

signal.signal(signal.SIGALRM, lambda *_: run())
sys.meta_path.insert(0, Alarming())
run()
run()
"""
    assert finished(script, tmp_path, **ON).stderr == ""
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


@pytest.mark.parametrize("lock", ["_tracers_lock", "_active_span_processor._lock"])
def test_a_signal_may_interrupt_the_provider_where_it_holds_a_lock(lock, tmp_path):
    provider = batched(Keeping())
    held = provider
    for name in lock.split("."):
        held = getattr(held, name)
    with otel.profile(tracer_provider=provider, file=tmp_path / "p.jsonl"):
        with held:
            run()
        run()
    provider.force_flush()
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


def test_a_child_may_be_forked_while_another_thread_holds_a_lock_of_the_provider(tmp_path):
    script = """
import threading
from opentelemetry.sdk.trace import TracerProvider

provider = TracerProvider(shutdown_on_exit=False)
otel.instrument(tracer_provider=provider, file="p.jsonl")
run()
held, go_on = threading.Event(), threading.Event()

def hold():
    with provider._active_span_processor._lock, provider._tracers_lock:
        held.set()
        go_on.wait()

thread = threading.Thread(target=hold)
thread.start()
held.wait()
if os.fork() == 0:
    run(2)
    sys.exit(3)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 3
go_on.set()
thread.join()
"""
    finished(script, tmp_path)
    assert sorted(e["runs"]["seen"] for e in of(read(tmp_path / "p.jsonl"), "profile_end")) == [
        1,
        2,
    ]


def test_ctrl_c_while_the_first_run_waits_is_the_callers_and_costs_nothing(tmp_path):
    """It waits for a provider that does not answer; the run was not begun yet."""
    script = f"""
import signal, threading
from opentelemetry.sdk.trace import TracerProvider

class Slow(TracerProvider):
    def get_tracer(self, *args, **more):
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        go_on.wait({HANG})
        return super().get_tracer(*args, **more)

go_on = threading.Event()
otel.instrument(tracer_provider=Slow(), file="p.jsonl")
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
    assert (len(of(events, "vm_run")), events[-1]["dropped"]) == (2, {})


def test_programs_may_be_compiled_by_a_signal_while_all_are_bound_anew():
    class Program:
        def rebind(self):
            pass

    programs = [Program() for _ in range(2000)]

    def compile_one(*_):
        programs.append(Program())
        hooks.register(programs[-1])

    for program in programs:
        hooks.register(program)
    before = signal.signal(signal.SIGALRM, compile_one)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        while len(programs) < 2200:
            hooks.install(None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
