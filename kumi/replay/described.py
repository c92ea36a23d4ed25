"""What a profile says once, and means for all lines that follow: whose they are, of which program.

`profile_start` has the resource and the version of the process that recorded, `program` what an
operation does and where the schema says so. Lines of runs name both by a key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from kumi.observations import Level
from kumi.profiles.event_line import read_line
from kumi.spans.layout import Layout, layout
from kumi.spans.readable import SCOPE
from kumi.spans.recorded_program import recorded_program
from kumi_exporters.encode.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.event_line import Event

DESCRIBING: Final = ("profile_start", "program")

_ROW_BYTES: Final = 3_000
_MOST_BYTES: Final = 64_000_000
_MOST: Final = 1 << 63


class Recorder(NamedTuple):
    """The process that recorded a span: `resource` and `scope` are those of what it sent."""

    resource: Resource
    scope: InstrumentationScope


class Descriptions:
    """What was described so far, in all files of a replay."""

    def __init__(self) -> None:
        self._recorders: dict[str, Recorder] = {}
        self._programs: dict[str, bytes] = {}
        self._layouts: Recent[Layout] = Recent(
            lambda made: len(made.rows) * _ROW_BYTES, _MOST_BYTES
        )

    def take(self, event: Event, line: bytes) -> None:
        """Remember what a line describes."""
        match event:
            case {"event": "profile_start", "process": str(process)}:
                self._recorders[process] = _recorder(event)
            case {"event": "program", "program": str(key)} if recorded_program(event):
                self._programs[key] = line

    def recorder(self, process: str) -> Recorder:
        """Who that process is; where no line says so, what the environment says of this one."""
        return self._recorders.get(process) or _unknown()

    def layout(self, key: str) -> Layout | None:
        """The spans of a run of the program, whole; None where no line describes it."""
        return self._layout(key, Level.OPERATIONS)

    def layouts(self, key: str, *, times_cpu: bool = False) -> Iterator[Layout]:
        """All that may be recorded of a run of the program: the most first."""
        for level in (Level.OPERATIONS, Level.DECLARATIONS):
            if found := self._layout(key, level, times_cpu=times_cpu):
                yield found
        if found:
            yield found.run_alone

    def _layout(self, key: str, level: Level, *, times_cpu: bool = False) -> Layout | None:
        which = key, level, times_cpu
        known = self._layouts.get(which)
        if known is None and (line := self._programs.get(key)):
            program = recorded_program(read_line(line).event or {})
            if program is not None:
                return self._layouts.put(which, layout(program, level, key, times_cpu=times_cpu))
        return known


def _recorder(event: Event) -> Recorder:
    resource, versions = event.get("resource"), event.get("versions")
    version = versions.get("kumi") if isinstance(versions, dict) else None
    return Recorder(
        Resource(attributes(resource)),
        InstrumentationScope(SCOPE.name, str(version), SCOPE.schema_url) if version else SCOPE,
    )


@lru_cache(maxsize=1)
def _unknown() -> Recorder:
    return Recorder(Resource.create(), SCOPE)


def attributes(said: Any) -> dict[str, Any]:
    """Attributes as JSON has them, as they were set: what is a list there was a tuple.

    Null is none, nor is an integer of more than 64 bits.
    """
    given = said if isinstance(said, dict) else {}
    return {key: _attribute(value) for key, value in given.items() if _is_sound(value)}


def _is_sound(value: Any) -> bool:
    return value is not None and (not isinstance(value, int) or -_MOST <= value < _MOST)


def _attribute(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_attribute(item) for item in value])
    return attributes(value) if isinstance(value, dict) else value
