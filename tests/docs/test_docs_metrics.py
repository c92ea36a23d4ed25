"""docs/metrics.md has every instrument as the code has it, and as a reader finds it."""

import re
from pathlib import Path

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Gauge, Histogram, InMemoryMetricReader, Sum
from span_registry import REGISTRY, references

import kumi
from kumi import otel
from kumi.otel.delivery.metrics import health
from kumi.otel.delivery.metrics.components import Component
from kumi.otel.delivery.metrics.instruments import BOUNDARIES, INSTRUMENTS
from kumi.otel.delivery.sender import Sender
from kumi.otel.owner import Owner

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
ROW = re.compile(r"^\| `([\w.]+)` \| ([\w -]+) \| `(\S+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def rows():
    return {
        name: (kind, unit, tuple(re.findall(r"`([\w.]+)`", attributes)), meaning)
        for name, kind, unit, attributes, meaning in ROW.findall(PAGE)
    }


def exported(folder):
    """What a reader finds of a profile in which something fails, while it goes on."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    (folder / "s.kumi").write_text(
        "schema do\n input do\n float :a\n end\n value :b, input.a * 2.0\nend"
    )
    schema = kumi.load(folder / "s.kumi")
    with otel.profile(file=folder / "p.jsonl", ops=True, meter_provider=provider):
        schema.run(a=1.0)
        try:
            schema.run(a="x")
        except kumi.InputError:
            otel.flush()
        data = reader.get_metrics_data()
    (scope,) = data.resource_metrics[0].scope_metrics
    return {metric.name: metric for metric in scope.metrics}


def test_each_instrument_is_there_as_it_is_in_the_code():
    assert rows() == {each.name: tuple(each)[1:] for each in INSTRUMENTS}


def test_the_registry_has_those_that_are_ours_and_names_the_others():
    ours = {
        metric["name"]: (
            metric["instrument"], metric["unit"], tuple(references(metric)), metric["brief"]
        )
        for metric in REGISTRY["metrics"]
    }  # fmt: skip
    assert ours == {name: row for name, row in rows().items() if name.startswith("kumi.")}
    assert [*ours, *REGISTRY["imports"]["metrics"]] == [*rows()]


def test_a_reader_finds_just_these(tmp_path):
    found = exported(tmp_path)
    kinds = {Sum: {"counter", "up-down counter"}, Histogram: {"histogram"}, Gauge: set()}
    assert found.keys() == rows().keys()
    for name, (kind, unit, attributes, meaning) in rows().items():
        metric = found[name]
        assert (metric.unit, metric.description) == (unit, meaning)
        assert kind in kinds[type(metric.data)]
        if kind != "histogram":
            assert metric.data.is_monotonic == (kind == "counter")
        said = [set(point.attributes) for point in metric.data.data_points]
        assert set.union(*said) <= set(attributes)
        assert all(set(attributes) - one <= {"error.type"} for one in said)


def test_the_buckets_are_those_of_the_code():
    lines = PAGE.partition("**Buckets**")[2].partition("```")[2].partition("```")[0]
    assert tuple(map(float, lines.split())) == BOUNDARIES
    assert lines.split() == [str(bound) for bound in BOUNDARIES]


def test_the_components_are_called_as_they_are():
    said = re.findall(r"^\| `(kumi\.[\w.]+)` \| the", PAGE, re.MULTILINE)
    ours = [Component.of(kind).kind for kind in (Owner, Sender)]
    assert said == [*ours, health._FILE.kind]


def test_the_example_runs():
    names = {}
    exec(compile(EXAMPLE, "metrics.md", "exec"), names)
    names["provider"].shutdown()
