"""The table of operations in the documentation is the one in the code."""

from pathlib import Path

from kumi.ir.ops import OPCODES

PAGE = Path(__file__).parents[2] / "docs" / "reading-profiles.md"


def test_the_table_of_operations():
    rows = [
        f"| `{o.name}` | {o.operand} | {o.meaning} | {'yes' if o.free else ''} |" for o in OPCODES
    ]
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    first = lines.index("|---|---|---|---|", lines.index("## Operations")) + 1
    assert lines[first : first + len(rows) + 1] == [*rows, ""]
