"""docs/attributes.md has what the registry has. Run this file to write the page anew."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from span_registry import (  # noqa: E402 - where it is run by itself, its neighbours are to be found
    ATTRIBUTES,
    CARRIED,
    GROUPS,
    IN_EVENTS,
    SPANS,
    members,
    name_of,
    type_of,
)

from kumi.spans.attributes import SCHEMA_URL  # noqa: E402

PAGE = TESTS.parent / "docs" / "attributes.md"
KINDS = {kind: kind.removeprefix("kumi.") for kind in SPANS}


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(value):
    """A value as the page has it: a list as in JSON."""
    listed = ", ".join(f'"{one}"' for one in value) if isinstance(value, list) else None
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`[{listed}]`" if listed else f"`{value}`"


def example(key):
    return (ATTRIBUTES[key].get("examples") or [*members(key)])[0]


def spans():
    for kind, span in SPANS.items():
        values = {key: example(key) for key in CARRIED[kind] if key != "aggregation.is_summary"}
        name = name_of(kind, values, "compile")
        what = " ".join((span["brief"], span.get("note", "").strip())).strip()
        yield KINDS[kind], span["name"]["note"], shown(name), what


def carriers(key):
    """On which spans an attribute is, those together that have it under one condition."""
    under = {}
    for kind, carried in CARRIED.items():
        if key in carried:
            under.setdefault(condition(carried[key]), []).append(KINDS[kind])
    return "; ".join(
        ", ".join(kinds) + (f": {when}" if when else "") for when, kinds in under.items()
    )


def condition(reference):
    level = reference["requirement_level"]
    return level["conditionally_required"] if isinstance(level, dict) else ""


def meaning(key):
    """What an attribute means, with its values where these are a few."""
    one = ATTRIBUTES[key]
    values = [f"`{value}`: {phrase(about['brief'])}" for value, about in members(key).items()]
    parts = [one["brief"], one.get("note", ""), "; ".join(values)]
    return " ".join(part.strip() for part in parts if part)


def phrase(sentence):
    return sentence[0].lower() + sentence[1:].rstrip(".")


def about(key):
    return f"`{key}`", type_of(key), shown(example(key)), ATTRIBUTES[key]["stability"], meaning(key)


def attributes():
    for key in [key for key in ATTRIBUTES if carriers(key)]:
        name, kind, *rest = about(key)
        yield name, kind, carriers(key), *rest


def events():
    for event, carried in IN_EVENTS.items():
        group = GROUPS[f"kumi.{event}"]
        rows = table(["attribute", "type", "example", "stability", "meaning"], map(about, carried))
        yield f"## The event `{event}`\n\n{group['note'].strip()}\n\n{rows}"


def tables():
    """What is written from the registry."""
    columns = ["attribute", "type", "on", "example", "stability", "meaning"]
    return "\n".join([
        "## Spans\n\n" + table(["span", "name", "such as", "what it is"], spans()),
        "## Their attributes\n\n" + table(columns, attributes()),
        *events(),
    ])  # fmt: skip


def test_the_page_has_what_the_registry_has():
    page = PAGE.read_text(encoding="utf-8")
    assert page.endswith("\n" + tables()), f"run {__file__} to write the page anew"


def test_it_names_the_version_of_the_conventions():
    assert f" {SCHEMA_URL.rpartition('/')[2]}. " in PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").partition("## Spans")[0]
    PAGE.write_text(head + tables(), encoding="utf-8")
