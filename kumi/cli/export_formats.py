"""What a profile can be turned into: a format by the end of a file's name."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from kumi.profiles.exports.figures_json import write_figures
from kumi.profiles.exports.folded_stacks import write_folded
from kumi.profiles.exports.parquet import write_parquet
from kumi.profiles.exports.pprof import write_pprof
from kumi.profiles.exports.speedscope import write_speedscope
from kumi.profiles.exports.trace_json import write_trace
from kumi.replay.otlp_json import write_otlp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kumi.profiles.exports.opened_profile import OpenedProfile

FORMATS: Final[Mapping[str, Callable[[OpenedProfile, Path], str]]] = {
    ".json": write_figures,
    ".parquet": write_parquet,
    ".otlp.jsonl": write_otlp,
    ".folded": write_folded,
    ".speedscope.json": write_speedscope,
    ".trace.json": write_trace,
    ".pb.gz": write_pprof,
}
"""Each writes the profile to a path; it returns what has to be said of the file, mostly nothing."""


def ending(name: str) -> str | None:
    """The key of the format that a file's name asks for; None where there is no such format.

    >>> ending("night.speedscope.json"), ending("trace.json"), ending("night.JSON")
    ('.speedscope.json', '.trace.json', '.json')
    """
    whole = f".{PurePath(name).name.lower()}"
    return max(filter(whole.endswith, FORMATS), key=len, default=None)
