"""A program that seeds `random` draws the same numbers, profiled or not."""

import random

import pytest
from opentelemetry.sdk.trace.sampling import Sampler, TraceIdRatioBased
from otel_subjects import Keeping, batched, python, run

import kumi
from kumi import otel

SEEDED = """
import random
random.seed(4)

import kumi
from kumi import otel

class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]

    gross = kumi.value(Input.hours * 20.0)

with otel.phase("night"):
    Pay.run(hours=8.0)
otel.flush(1.0)
print(random.random())
"""
NOBODY = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "KUMI_PROFILE_EXIT_MS": "10"}


class Failing(Sampler):
    def should_sample(self, *args, **kwargs):
        raise ValueError("no")

    def get_description(self):
        return "fails"


def schema():
    """One that is compiled anew: its phases are recorded as well."""

    class Fresh(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float]

        y = kumi.value(Input.x * 2.0)

    return Fresh


@pytest.mark.parametrize("sampler", [None, TraceIdRatioBased(0.5), Failing()])
def test_nothing_is_drawn_while_runs_and_phases_are_recorded(tmp_path, sampler):
    provider = batched(Keeping(), sampler=sampler)
    before = random.getstate()
    with otel.profile(file=tmp_path / "p.jsonl", tracer_provider=provider, ops=True):
        with otel.phase("night"):
            schema().run(x=1.0)
            run(3)
        assert otel.flush()
    assert random.getstate() == before


@pytest.mark.parametrize(
    "environment",
    [
        {"KUMI_PROFILE_FILE": "p.jsonl"},
        {"KUMI_PROFILE_FILE": "p.jsonl", "KUMI_PROFILE_STREAM": "1"},
        NOBODY,
        NOBODY | {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"},
    ],
    ids=["file", "stream", "traces", "sampled"],
)
def test_a_seeded_script_has_the_same_result(tmp_path, environment):
    plain = python(SEEDED, tmp_path)
    profiled = python(SEEDED, tmp_path, KUMI_PROFILE="1", **environment)

    assert plain.stdout == profiled.stdout != ""


FORKED = """
import os
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from kumi.spans.ids import span_id, trace_id_source

def show():
    print(span_id(RandomIdGenerator()).hex(), trace_id_source(RandomIdGenerator())(), flush=True)

for _ in range(2):
    if not os.fork():
        show()
        os._exit(0)
    os.wait()
show()
"""


def test_forked_children_make_ids_of_their_own(tmp_path):
    shown = python(FORKED, tmp_path).stdout.split()

    assert len(set(shown)) == len(shown) == 6
