"""docs/functions.md is the table of functions in words. Run this file to write the page anew.

Each of its examples runs in both forms, which are one tree, and gives the result shown.
"""

import json
import math
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from examples_in_docs import digits, shown

import kumi
from kumi.kernels.reference import reference, sample
from kumi.kernels.signatures import FUNCTIONS, known_names, overloads
from kumi.places import Source
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

PAGE = Path(__file__).parent.parent.parent / "docs" / "functions.md"
HEAD = """# Functions

Every function of the language, as `kumi functions` shows it, too. [language.md](language.md) says how
they work together. In text a function is called as `fn(:name, …)`, those with an operator by that, and
`select`, `shift`, `roll`, `cross`, `outer`, `index` and the conversions without `fn`. In a class it is
`kumi.name(…)`; reductions, `clamp`, `coalesce`, `is_null`, `shift`, `roll` and the functions of text are
methods as well. Options stand behind the arguments, `mode: :up`, in a class `mode="up"`.

Behind **kinds** stands what each argument must be, and the kind of the result: the widest of several
kinds is decimal before float before integer. Behind **axes** stands which arrays the result lies in:
arguments go together where the arrays of one are the beginning of the other's. **Null** says
which arguments may be null, and when the result is.
"""


def cell(code):
    return f"`{code}`".replace("|", "\\|")


def section(entry):
    others = f" · also {', '.join(map(cell, entry.aliases))}" if entry.aliases else ""
    usages = ", ".join(map(cell, re.split(r", (?=\w+\()", entry.usage)))
    rows = [
        f"| {cell(one.text)} | {cell(one.python)} | {cell(one.gives)} |" for one in entry.examples
    ]
    facts = [
        *(f"* **kinds** {line.replace('->', '→')}" for line in entry.kinds),
        *(
            f"* **option** `{name}:` {rest}"
            for name, rest in (one.split(": ", 1) for one in entry.options)
        ),
        f"* **axes** {entry.axes}",
        f"* **null** {entry.nulls}",
    ]
    head = f"### {entry.name}\n\n{usages}{others}\n\n{entry.meaning}\n"
    return "\n".join((head, "| text | class | result |\n|---|---|---|", *rows, "", *facts, ""))


def groups():
    found = {}
    for entry in reference().values():
        found.setdefault(entry.group, []).append(entry)
    return found


def page():
    inputs, classes, data = sample()
    listed = [
        f"* {group}: {', '.join(f'[{one.name}](#{one.name})' for one in entries)}"
        for group, entries in groups().items()
    ]
    examples = f"The examples are run on these inputs:\n\n```\n{inputs}```\n\n```\n{classes}```\n\n```json\n{data}```\n"
    parts = [HEAD, "\n".join(listed) + "\n", examples]
    for group, entries in groups().items():
        parts += [f"## {group}\n", *map(section, entries)]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def names():
    found = {"kumi": kumi, "Decimal": Decimal, "date": date, "math": math}
    exec(sample().python, found)
    return found


def of_class(names, python):
    body = {"__module__": __name__, "Input": names["Input"], "r": kumi.value(eval(python, names))}
    return type("Shown", (kumi.Schema,), body)


EXAMPLES = [
    pytest.param(example, id=example.text)
    for entry in reference().values()
    for example in entry.examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_gives_its_result_in_both_forms(names, example):
    text = f"schema do\n{sample().text}\nvalue :r, {example.text}\nend"
    schema = of_class(names, example.python)
    assert outline(parse(Source("shown.kumi", text), "Shown")) == outline(tree(schema))
    for one in (kumi.loads(text, name="shown"), schema):
        result = one.run(json.loads(sample().data)).to_dict()
        assert shown(result) == digits(f'{{"r": {example.gives}}}')


def test_every_function_is_in_the_reference():
    assert set(reference()) == {function.name for function in FUNCTIONS}


def test_the_page_is_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == page(), f"run {__file__} to write the page anew"


def test_every_name_is_on_the_page():
    said = set(re.findall(r"\w+", page()))
    assert known_names() <= said


@pytest.mark.parametrize("entry", reference().values(), ids=list(reference()))
def test_usage_has_each_number_of_arguments(entry):
    usages = re.findall(r"\w+\((.*?)\)", entry.usage)
    given = {len(usage.replace("…, ", "").replace(", …", "").split(", ")) for usage in usages}
    functions = overloads(entry.name)
    taken = {len(function.parameters) for function in functions}
    taken |= {len(function.parameters + function.group) for function in functions}
    assert not usages or given == taken


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
