"""The registry keeps to the rules of its format, and has what the code has, no more and no less."""

import re

import pytest
from span_registry import (
    ATTRIBUTES,
    CARRIED,
    GROUPS,
    IN_EVENTS,
    MANIFEST,
    METRICS,
    OWN,
    REGISTRY,
    SPANS,
    THEIRS,
    members,
    type_of,
    type_of_value,
)

import kumi
from kumi.spans import attributes
from kumi.spans.span_fields import ATTRIBUTES as TABLES
from kumi.spans.span_fields import SUMMARIES

ALWAYS = ("brief", "stability")
OPTIONAL = ("note", "annotations", "deprecated")
REFINED = (
    "brief",
    "note",
    "examples",
    "stability",
    "requirement_level",
    "annotations",
    "deprecated",
)
FORMAT = {
    "file": (("file_format",), ("attributes", "attribute_groups", "spans", "metrics", "events",
        "entities", "imports", "span_refinements", "metric_refinements", "event_refinements",
        "entity_refinements")),
    "attribute": (("key", "type", *ALWAYS), ("examples", *OPTIONAL)),
    "members": (("members",), ()),
    "member": (("id",), ("value", *ALWAYS, *OPTIONAL)),
    "internal group": (("id", "visibility"), ("attributes",)),
    "public group": (("id", "visibility", *ALWAYS), ("attributes", *OPTIONAL)),
    "span": (("type", "kind", "name", *ALWAYS),
        ("attributes", "requirement_level", "entity_associations", *OPTIONAL)),
    "name of a span": (("note",), ()),
    "metric": (("name", "instrument", "unit", *ALWAYS),
        ("attributes", "requirement_level", "entity_associations", *OPTIONAL)),
    "reference": (("ref",), REFINED),
    "reference of a span": (("ref",), (*REFINED, "sampling_relevant")),
    "reference to a group": (("ref_group",), ()),
    "manifest": (("schema_url",), ("file_format", "description", "stability", "dependencies")),
    "imports": ((), ("attribute_groups", "entities", "events", "metrics", "spans")),
    "dependency": (("schema_url",), ("registry_path",)),
}  # fmt: skip
"""What each part of a definition must have, and what it may: semconv.schema.v2.json of Weaver."""
VALUES = {
    "file_format": {"definition/2", "definition_manifest/2.0"},
    "kind": {"internal", "client", "server", "producer", "consumer"},
    "instrument": {"counter", "updowncounter", "gauge", "histogram"},
    "visibility": {"internal", "public"},
    "stability": {"development", "alpha", "beta", "release_candidate", "stable", "deprecated"},
}
PRIMITIVE = {"string", "int", "double", "boolean", "any"}
TYPES = PRIMITIVE | {f"{one}[]" for one in PRIMITIVE - {"any"}}
LEVELS = {"required", "recommended", "opt_in"}
CONDITIONAL = {"conditionally_required", "recommended", "opt_in"}


def parts():
    """Every mapping of both files with the rule that it is under."""
    yield "file", REGISTRY
    yield "imports", REGISTRY["imports"]
    yield "manifest", MANIFEST
    yield from (("dependency", one) for one in MANIFEST["dependencies"])
    for one in REGISTRY["attributes"]:
        yield "attribute", one
        if isinstance(one["type"], dict):
            yield "members", one["type"]
            yield from (("member", member) for member in one["type"]["members"])
    for one in REGISTRY["attribute_groups"]:
        yield f"{one['visibility']} group", one
        yield from referring(one, "reference")
    for one in REGISTRY["spans"]:
        yield from (("span", one), ("name of a span", one["name"]))
        yield from referring(one, "reference of a span")
    for one in REGISTRY["metrics"]:
        yield "metric", one
        yield from referring(one, "reference")


def referring(signal, rule):
    for one in signal.get("attributes", ()):
        yield ("reference to a group" if "ref_group" in one else rule), one


PARTS = [*parts()]


@pytest.mark.parametrize(
    ("rule", "part"), PARTS, ids=[f"{rule} {number}" for number, (rule, _) in enumerate(PARTS)]
)
def test_each_part_is_as_the_format_wants_it(rule, part):
    must, may = FORMAT[rule]
    assert {*must} <= part.keys() <= {*must, *may}
    for key, values in VALUES.items():
        assert part.get(key, next(iter(values))) in values
    for key in ("brief", "note", "key", "id", "type", "ref", "ref_group", "unit", "schema_url"):
        assert isinstance(part.get(key, ""), str) or (rule, key) == ("attribute", "type")
    assert part.get("brief", ".").strip().endswith(".")


def test_requirement_levels():
    for rule, part in PARTS:
        if rule.startswith("reference") and "requirement_level" in part:
            level = part["requirement_level"]
            if isinstance(level, dict):
                ((name, condition),) = level.items()
                assert name in CONDITIONAL
                assert isinstance(condition, str)
            else:
                assert level in LEVELS


def test_types_and_the_examples_that_are_of_them():
    for key, one in ATTRIBUTES.items():
        assert type_of(key) in TYPES
        values = one.get("examples") or [*members(key)]
        assert {type_of_value(value) for value in values} == {type_of(key)}


def test_each_thing_is_said_once_and_used():
    identified = {"attributes": "key", "attribute_groups": "id", "spans": "type", "metrics": "name"}
    for named, name in identified.items():
        found = [one[name] for one in REGISTRY[named]]
        assert len({*found}) == len(found)
    used = {part.get("ref") or part.get("ref_group") for rule, part in PARTS if "reference" in rule}
    internal = {name for name, group in GROUPS.items() if group["visibility"] == "internal"}
    assert OWN.keys() | internal <= used
    assert {name for name in used if name.startswith("attributes.")} <= internal


def test_names_are_lower_case_with_dots_and_none_is_the_room_of_another():
    names = [*OWN, *SPANS, *METRICS]
    pattern = r"(kumi|aggregation)(\.[a-z][a-z0-9_]*)+"
    assert [one for one in names if not re.fullmatch(pattern, one)] == []
    assert [one for one in OWN for other in OWN if other.startswith(f"{one}.")] == []


def test_what_it_does_not_define_is_opentelemetrys():
    assert not [key for key in THEIRS if key.startswith("kumi.")]
    (dependency,) = MANIFEST["dependencies"]
    assert dependency["schema_url"] == attributes.SCHEMA_URL
    version = attributes.SCHEMA_URL.rpartition("/")[2]
    assert dependency["registry_path"].endswith(f"/v{version}.zip[model]")


def test_its_version_is_the_packages():
    assert MANIFEST["schema_url"].endswith(f"/{kumi.__version__}")


def test_each_constant_is_in_it_and_has_what_it_has():
    constants = {value for name, value in vars(attributes).items() if name.isupper()}
    others = {attributes.SCOPE_NAME, attributes.SCHEMA_URL, *IN_EVENTS}
    assert constants - others == ATTRIBUTES.keys()
    assert others <= constants


@pytest.mark.parametrize("kind", TABLES)
def test_each_span_has_there_what_the_table_of_fields_gives_it(kind):
    carried = CARRIED[f"kumi.{kind.removeprefix('vm_')}"]
    own = {key for key, _ in (*TABLES[kind], *SUMMARIES[kind])}
    in_part = {attributes.RUN_FOLDED} if kind == "vm_run" else set()
    assert own | in_part | {attributes.ERROR_TYPE} == carried.keys()
    assert SPANS.keys() == {f"kumi.{one.removeprefix('vm_')}" for one in (*TABLES, "phase")}
