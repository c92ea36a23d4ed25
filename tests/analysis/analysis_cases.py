"""Fixtures as text: `### what it shows`, a source, `=>`, and what must come of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kumi.analysis.pipeline import analyze
from kumi.errors import SchemaError
from kumi.ir.lower import lower
from kumi.ir.passes.optimizer import optimize
from kumi.ir.text import disassemble
from kumi.places import Source
from kumi.syntax.text import parse


@dataclass(frozen=True)
class Case:
    title: str
    source: str
    outputs: tuple[str, ...] | None
    expected: str


def cases(name):
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [_case(block) for block in re.split(r"(?m)^### ", text)[1:]]


def _case(block):
    title, _, rest = block.partition("\n")
    source, _, expected = rest.partition("\n=>\n")
    source, _, outputs = source.partition("\noutputs: ")
    return Case(title, source.strip("\n"), tuple(outputs.split()) or None, expected.strip("\n"))


def program(source, outputs=None, name="Example"):
    return optimize(lower(analyze(parse(Source("example.kumi", source), name)), outputs))


def outcome(case):
    """What a user would see: the disassembly, or the errors."""
    try:
        return disassemble(program(case.source, case.outputs))
    except SchemaError as error:
        return str(error)
