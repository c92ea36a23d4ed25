"""The registry of what spans of ours carry, as tests read it, and what is wrong with a span by it."""

import re
from importlib.resources import files

import yaml
from sdk_twins import Answering

from kumi.ir.ops import BY_NAME
from kumi.spans.attributes import SCOPE_NAME

FOLDER = files("kumi.spans") / "registry"
REGISTRY = yaml.safe_load((FOLDER / "registry.yaml").read_text(encoding="utf-8"))
MANIFEST = yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))
GROUPS = {group["id"]: group for group in REGISTRY["attribute_groups"]}
SPANS = {span["type"]: span for span in REGISTRY["spans"]}
METRICS = {metric["name"]: metric for metric in REGISTRY["metrics"]}
OWN = {attribute["key"]: attribute for attribute in REGISTRY["attributes"]}
_TYPES = {str: "string", int: "int", float: "double", bool: "boolean"}


def references(signal):
    """The attributes that a span or group refers to, by key, those of its groups among them."""
    found = {}
    for one in signal["attributes"]:
        if "ref_group" in one:
            found |= references(GROUPS[one["ref_group"]])
        else:
            found[one["ref"]] = one
    return found


OF_SUMMARIES, NOT_OF_SUMMARIES = "of a summary", "not of a summary"
FOLDED = " (folded)"
CARRIED = {kind: references(span) for kind, span in SPANS.items()}
IN_EVENTS = {"exception": references(GROUPS["kumi.exception"])}
THEIRS = {
    key: one
    for carried in (*CARRIED.values(), *IN_EVENTS.values())
    for key, one in carried.items()
    if key not in OWN
}
"""Attributes of OpenTelemetry's own conventions, as ours refer to them."""
ATTRIBUTES = OWN | THEIRS


def members(key):
    """The values of an attribute that has a fixed few, and what is said of each; else nothing."""
    kind = ATTRIBUTES[key].get("type")
    return {one["value"]: one for one in kind["members"]} if isinstance(kind, dict) else {}


def type_of(key):
    """The type of an attribute; where it is defined elsewhere, that of our example."""
    if members(key):
        return "string"
    return ATTRIBUTES[key].get("type") or type_of_value(ATTRIBUTES[key]["examples"][0])


def type_of_value(value):
    """The type of a value, as registries call it."""
    if isinstance(value, tuple | list):
        return f"{type_of_value(value[0])}[]"
    return _TYPES.get(type(value), type(value).__name__)


def required(kind, attributes):
    """What a span of this kind must have, which depends on whether it is a summary."""
    own = OF_SUMMARIES if attributes.get("aggregation.is_summary") else NOT_OF_SUMMARIES
    levels = ("required", {"conditionally_required": own})
    return {key for key, one in CARRIED[kind].items() if one["requirement_level"] in levels}


def name_of(kind, attributes, phase=None):
    """What a span of this kind with these attributes is called, by the first pattern that fits."""
    patterns = re.findall("`(.*?)`", SPANS[kind]["name"]["note"])
    folded = FOLDED if attributes.get("aggregation.is_summary") else ""
    for pattern in [one for one in patterns if one != FOLDED]:
        filled = pattern
        for key, value in {**attributes, "phase": phase}.items():
            filled = filled.replace(f"{{{key}}}", str(value))
        if "{" not in filled:
            return filled + folded
    return None


def kind_of(name):
    """The kind of a span of ours, which its name tells."""
    first, _, rest = name.partition(" ")
    if first == "run" and rest:
        return "kumi.run"
    if first in BY_NAME:
        return "kumi.operation"
    return "kumi.declaration" if re.match(r"\w+\.", name) else "kumi.phase"


def strangers(carried, attributes):
    """What is not among the attributes that are carried, or not so."""
    for key, value in attributes.items():
        if key not in carried:
            yield f"has {key}"
        elif type_of_value(value) != type_of(key):
            yield f"{key} is no {type_of(key)}: {value!r}"
        elif members(key) and value not in members(key):
            yield f"{key} is never {value!r}"


def too_much(kind, name, attributes, events):
    """What a span has that the registry does not have of its kind; events are names and attributes.

    It may have less, under span limits. What a sampler gave to a root is nothing of ours.
    """
    given = Answering.given - ATTRIBUTES.keys() if kind in ("kumi.run", "kumi.phase") else ()
    own = {key: value for key, value in attributes.items() if key not in given}
    found = [*strangers(CARRIED[kind], own)]
    for event, about in events:
        known = event in IN_EVENTS
        found += strangers(IN_EVENTS[event], about) if known else [f"has an event {event}"]
    return [f"{name}: {one}" for one in found]


def wrong_among(spans):
    """What is wrong with those of the SDK's spans that are ours, as far as limits leave them."""
    ours = [span for span in spans if span.instrumentation_scope.name == SCOPE_NAME]
    return [one for span in ours for one in _too_much(kind_of(span.name), span)]


def _too_much(kind, span):
    events = [(event.name, event.attributes) for event in span.events]
    return too_much(kind, span.name, span.attributes, events)


def faults(kind, span, phase=None):
    """All that is wrong with one of the SDK's spans from which nothing was left out."""
    name, raised = name_of(kind, span.attributes, phase), not span.status.is_unset
    found = [] if span.name == name else [f"is not called {name}"]
    found += [f"lacks {key}" for key in required(kind, span.attributes) - span.attributes.keys()]
    found += [] if raised == ("error.type" in span.attributes) else ["has error.type, or raised"]
    found += [] if span.kind.name.lower() == SPANS[kind]["kind"] else [f"is {span.kind.name}"]
    return [f"{span.name}: {one}" for one in found] + _too_much(kind, span)


def hold(resource_spans):
    """Fails where something is wrong with those of the spans of OTLP messages that are ours."""
    wrong = [
        one
        for group in resource_spans
        for scope in group.scope_spans
        if scope.scope.name == SCOPE_NAME
        for span in scope.spans
        for one in _too_much_sent(span)
    ]
    assert not wrong, wrong


def _too_much_sent(span):
    events = [(event.name, _plain(event.attributes)) for event in span.events]
    return too_much(kind_of(span.name), span.name, _plain(span.attributes), events)


def _plain(pairs):
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(one) for one in value.array_value.values)
    return kind and getattr(value, kind)
