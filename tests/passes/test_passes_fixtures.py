"""What each pass makes of a program: `### what it shows`, a schema, `=>`, and its operations.

Loads are shared in all of them, so that the one pass shows alone in what is left.
"""

import re
from pathlib import Path

import pytest

import kumi
from kumi.ir.passes.optimizer import PASS_NAMES
from kumi.ir.text import disassemble

HERE = Path(__file__).parent

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def cases(name):
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    for block in re.split(r"(?m)^### ", text)[1:]:
        title, _, rest = block.partition("\n")
        source, _, expected = rest.partition("\n=>\n")
        source, _, outputs = source.partition("\noutputs: ")
        yield pytest.param(name, source, outputs.split(), expected.strip("\n"), id=title)


@pytest.mark.parametrize(
    ("name", "source", "outputs", "expected"), [case for name in PASS_NAMES for case in cases(name)]
)
def test_what_is_left_after_a_pass(name, source, outputs, expected):
    others = set(PASS_NAMES) - {"load_sharing", name}
    program = kumi.compile(kumi.loads(source, name="Example"), *outputs, without=others)
    assert disassemble(program) == expected
