"""`.folded`: a line a stack, `schema;declaration;operation nanoseconds`.

What flame graph programs read (Brendan Gregg's `flamegraph.pl`, inferno, speedscope).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kumi.letters import visible
from kumi.profiles.exports.call_stacks import call_stacks

if TYPE_CHECKING:
    from pathlib import Path

    from kumi.profiles.exports.opened_profile import OpenedProfile


def write_folded(opened: OpenedProfile, path: Path) -> str:
    """Write a line for each different stack, with its self time."""
    folded = Counter[str]()
    for stack in call_stacks(opened):
        folded[";".join(_frame(frame.name) for frame in stack.frames)] += stack.ns
    lines = (f"{frames} {ns}\n" for frames, ns in folded.items())
    path.write_text("".join(lines), "utf-8", newline="\n")
    return opened.without_operations


def _frame(name: str) -> str:
    """A name that ends neither its frame nor its line."""
    return visible(name).replace(";", ":")
