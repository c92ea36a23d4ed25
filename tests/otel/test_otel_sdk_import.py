"""What the environment's exporters and limits need is there before another thread needs it."""

import pytest
from otel_subjects import python

LIMITS = [
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
]

PROVIDER = """
import os, sys
from kumi.otel.sdk_import import without_wrong_limits
assert not [name for name in sys.modules if name.startswith("opentelemetry.sdk")]
with without_wrong_limits():
    from kumi.otel import environment
provider = environment.private_provider()
print(provider._span_limits.max_span_attributes, provider._span_limits.max_attribute_length)
"""

PREPARED = """
import sys
from kumi.otel import environment
environment.prepare()
before = set(sys.modules)
environment.private_provider(), environment.exporters()
print(sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("value", ["many", "-5", "1.5"])
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_that_is_none_is_one_line_and_the_sdks_default(name, value, tmp_path):
    done = python(PROVIDER, tmp_path, **{name: value})
    assert (done.returncode, done.stdout) == (0, "128 None\n")
    assert done.stderr == (
        f"{name}={value} is not accepted (a whole number, 0 or more): using the default\n"
    )


def test_one_wrong_limit_leaves_the_others(tmp_path):
    wrong, right = {LIMITS[4]: "many"}, {LIMITS[1]: "18", LIMITS[6]: ""}
    done = python(PROVIDER, tmp_path, **wrong, **right)
    assert (done.returncode, done.stdout) == (0, "128 18\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"},
        {"OTEL_TRACES_EXPORTER": "console,kumi_otlp,kumi_jsonl,nonsense"},
        {"OTEL_TRACES_SAMPLER": "parentbased_always_on", "OTEL_PYTHON_ID_GENERATOR": "random"},
        {"OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process,os"},
    ],
)
def test_after_preparing_nothing_is_imported_any_more(variables, tmp_path):
    done = python(PREPARED, tmp_path, **variables)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_resource_detector_that_is_not_installed_is_one_line(tmp_path):
    done = python(PROVIDER, tmp_path, OTEL_EXPERIMENTAL_RESOURCE_DETECTORS="process,elsewhere")
    assert (done.returncode, done.stdout) == (0, "128 None\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS=process,elsewhere is not accepted")
    assert line.endswith("going on without elsewhere")
