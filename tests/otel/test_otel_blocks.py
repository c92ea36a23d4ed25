"""Blocks of profiling: nested, at the same time, one after the other, paused, and off again."""

import sys
import threading

from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler
from otel_subjects import (
    Keeping,
    Taxed,
    eventually,
    of,
    provider_of,
    read,
    run,
    spans_of,
)
from patience import HANG

from kumi import otel


def test_pause_leaves_runs_out_and_resume_takes_them_in_again(tmp_path):
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path):
        run(1)
        otel.pause()
        run(2)
        otel.resume()
        run(3)
    assert len(of(read(path), "vm_run")) == 4


def test_nested_and_concurrent_blocks_share_one_profile(tmp_path):
    path = tmp_path / "p.jsonl"
    inside, go_on = threading.Event(), threading.Event()

    def other():
        with otel.profile():
            inside.set()
            go_on.wait(HANG)
            run()

    thread = threading.Thread(target=other)
    with otel.profile(file=path):
        thread.start()
        inside.wait(HANG)
        with otel.profile():
            run()
        run()
    go_on.set()
    thread.join()
    events = read(path)
    assert len(of(events, "vm_run")) == 3
    assert len(of(events, "profile_start", "profile_end")) == 2


def test_a_block_that_begins_while_the_last_one_ends_loses_nothing(tmp_path):
    path, threads, blocks = tmp_path / "p.jsonl", 4, 25
    interval = sys.getswitchinterval()

    def work():
        for _ in range(blocks):
            with otel.profile(file=path):
                run()

    sys.setswitchinterval(1e-5)
    try:
        together = [threading.Thread(target=work) for _ in range(threads)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(of(read(path), "vm_run")) == threads * blocks


def test_a_block_inside_of_instrument_ends_nothing(tmp_path):
    path = tmp_path / "p.jsonl"
    otel.instrument(file=path)
    with otel.profile():
        run()
    run()
    otel.uninstrument()
    assert len(of(read(path), "vm_run")) == 2


def test_profile_is_a_decorator(tmp_path):
    path = tmp_path / "p.jsonl"

    @otel.profile(file=path, persistent=True)
    def work():
        run()

    work()
    work()
    assert len(of(read(path), "vm_run")) == 2


def test_off_again_programs_run_as_if_it_had_never_been_on(tmp_path):
    run()
    before = Taxed._default.call
    with otel.profile(file=tmp_path / "p.jsonl"):
        run()
        assert Taxed._default.call != before
    assert Taxed._default.call == before


# Runs in flight.


class Held(Sampler):
    """Holds a run of the thread `held` up where it begins."""

    def __init__(self):
        self.begun, self.go_on = threading.Event(), threading.Event()

    def should_sample(self, *asked, **more):
        if threading.current_thread().name == "held":
            self.begun.set()
            self.go_on.wait(HANG)
        return ALWAYS_ON.should_sample(*asked, **more)

    def get_description(self):
        return "Held"


def test_a_run_that_is_written_while_profiling_ends_stands_before_the_last_line(
    tmp_path, set_provider
):
    class Last(Keeping):
        """Is shut down when all has been drained, and before profiling is over."""

        def shutdown(self):
            sampler.go_on.set()
            thread.join(HANG)

    sampler = Held()
    set_provider(provider_of(sampler=sampler))
    thread = threading.Thread(target=run, name="held")
    with otel.profile(exporters=[Last()], file=tmp_path / "p.jsonl", exit_ms=HANG * 1000):
        run()
        thread.start()
        assert sampler.begun.wait(HANG)
    events = read(tmp_path / "p.jsonl")
    assert (len(of(events, "vm_run")), events[-1]["event"]) == (2, "profile_end")
    assert events[-1]["spans"]["written"] == len(spans_of(events))


def test_a_run_that_ends_after_profiling_did_is_written_then(tmp_path, set_provider):
    """Its function still knows where it goes, and a last line of its own comes after it."""
    sampler, path = Held(), tmp_path / "p.jsonl"
    set_provider(provider_of(sampler=sampler))
    thread = threading.Thread(target=run, name="held")
    with otel.profile(exporters=[Keeping()], file=path):
        run()
        thread.start()
        assert sampler.begun.wait(HANG)
    assert len(of(read(path), "vm_run")) == 1
    sampler.go_on.set()
    thread.join()
    eventually(
        lambda: read(path)[-1]["event"] == "profile_end" and len(of(read(path), "vm_run")) == 2
    )
    assert read(path)[-1]["spans"]["written"] == len(spans_of(read(path)))
