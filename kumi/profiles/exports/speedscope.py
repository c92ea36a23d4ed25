"""`.speedscope.json`: stacks for https://www.speedscope.app, weighed by time and by count.

The format is https://www.speedscope.app/file-format-schema.json. Each stack is one sample, in the
order of the programs' operations, so that "Time Order" shows all runs of a program as one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kumi.profiles.exports.call_stacks import call_stacks
from kumi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kumi.profiles.exports.call_stacks import CallStack, Frame
    from kumi.profiles.exports.opened_profile import OpenedProfile


def write_speedscope(opened: OpenedProfile, path: Path) -> str:
    """Write two profiles of the same stacks: self time (ns), and how often each ran."""
    stacks = call_stacks(opened)
    frames = _Frames()
    samples = [frames.of(stack) for stack in stacks]
    document = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": f"kumi@{__version__}",
        "name": ", ".join(file.name for file in opened.profiles.files),
        "shared": {"frames": frames.described},
        "profiles": [
            _profile("self time", "nanoseconds", samples, [stack.ns for stack in stacks]),
            _profile("operations", "none", samples, [stack.calls for stack in stacks]),
        ],
    }
    path.write_text(json.dumps(document), "utf-8")
    return opened.without_operations


def _profile(
    name: str, unit: str, samples: Sequence[Sequence[int]], weights: Sequence[int]
) -> dict[str, Any]:
    return {
        "type": "sampled",
        "name": name,
        "unit": unit,
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }


class _Frames:
    """The frames of all stacks, each described once, and their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[Frame, int] = {}

    @property
    def described(self) -> list[dict[str, Any]]:
        """The frames in the order of their numbers."""
        return [_described(frame) for frame in self._numbers]

    def of(self, stack: CallStack) -> list[int]:
        """The numbers of a stack's frames, the outermost first."""
        return [self._numbers.setdefault(frame, len(self._numbers)) for frame in stack.frames]


def _described(frame: Frame) -> dict[str, Any]:
    """A frame as the format has it, where what is not known is left out."""
    said = {"name": frame.name, "file": frame.path, "line": frame.line}
    return {key: value for key, value in said.items() if value or key == "name"}
