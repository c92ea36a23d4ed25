"""The vocabulary of the event file: each event as a dict whose keys stand in their fixed order.

`docs/event-file.md` says what every key means; `docs/decisions/0003-events.md` why.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kumi.spans.json_lines import plain
from kumi.spans.span_fields import imported_from, written_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.ir.program import Group, Operation
    from kumi.places import Source
    from kumi.spans.layout import Layout

Event: TypeAlias = dict[str, Any]

FORMAT = 1
MILLISECOND = 1_000_000
_SECOND = 1_000_000_000


def timestamp(nanoseconds: int) -> str:
    """Unix nanoseconds as UTC to the millisecond, cut and not rounded."""
    seconds, rest = divmod(nanoseconds, _SECOND)
    return f"{_second(seconds)}.{rest // MILLISECOND:03d}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def profile_start(
    *,
    process: str,
    job: str,
    pid: int,
    host: str,
    service: str,
    resource: Mapping[str, Any],
    versions: Mapping[str, str],
    settings: Mapping[str, Any],
    clock: Mapping[str, Any],
    cpu: str | None,
    at: int,
) -> Event:
    """The first line of each process. `clock` has source, resolution_ns and cost_ns."""
    return {
        "event": "profile_start",
        "format": FORMAT,
        "process": process,
        "job": job,
        "pid": pid,
        "host": host,
        "service": service,
        "resource": plain(resource),
        "versions": versions,
        "settings": plain(settings),
        "clock": clock,
        "cpu": cpu,
        "timestamp": timestamp(at),
    }


def profile_end(
    *,
    process: str,
    runs: Mapping[str, int],
    spans: Mapping[str, int],
    dropped: Mapping[str, int],
    waited_ms: float,
    at: int,
) -> Event:
    """The last line of each process: what was seen, kept, written, sent and lost, and why.

    `spans` has recorded, written, sampled, sent, handed and folded. It may come more than once.
    """
    return {
        "event": "profile_end",
        "process": process,
        "runs": runs,
        "spans": spans,
        "dropped": dropped,
        "waited_ms": waited_ms,
        "timestamp": timestamp(at),
    }


def program(layout: Layout) -> Event:
    """What a program is: said once a process, before its first run. It holds no literals."""
    described = layout.program
    schema = described.schema
    paths = {origin: _source(source) for origin, source in described.sources.items()}
    return {
        "event": "program",
        "program": layout.key,
        "schema": schema,
        **_source(described.source),
        **({"paths": paths} if paths else {}),
        "declarations": [
            [group.name, group.kind, group.place.line, imported_from(schema, group)]
            for group in described.groups
        ],
        "operations": [
            _described(group, operation)
            for group in described.groups
            for operation in described.operations[group.first : group.last]
        ],
    }


def _source(source: Source) -> Event:
    return {"path": source.path, "sha256": _digest(source)}


def _digest(source: Source) -> str | None:
    """SHA-256 of a schema's text (of the file, where the text is a Python module)."""
    try:
        text = source.text
        data = Path(source.path).read_bytes() if text is None else text.encode("utf-8", "replace")
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest()


def _described(group: Group, operation: Operation) -> list[Any]:
    return [
        group.name,
        operation.opcode.name,
        operation.function,
        operation.target,
        list(operation.axes),
        written_at(group, operation).line,
        operation.leaf.dotted if operation.leaf else None,
    ]


def phase(
    *,
    name: str,
    schema: str | None,
    trace_id: bytes,
    span_id: bytes,
    parent_id: bytes | None,
    start: int,
    end: int,
    error: str | None = None,
) -> Event:
    """A stretch of work that is no run. `error` is the type of what ended it, if anything did."""
    failed = {} if error is None else {"error": error}
    return {
        "event": "phase",
        "name": name,
        "schema": schema,
        **duration(start, end),
        **ids(trace_id, span_id, parent_id),
        **times(start, end),
        **failed,
    }


def memory(
    *, label: str, rss_bytes: int | None, allocated_blocks: int, gc_collections: int, at: int
) -> Event:
    """A look at the process's memory."""
    return {
        "event": "memory",
        "label": label,
        "rss_bytes": rss_bytes,
        "allocated_blocks": allocated_blocks,
        "gc_collections": gc_collections,
        "timestamp": timestamp(at),
    }


def pause(
    *, cause: str, generation: int | None, start: int, end: int, duration: int | None = None
) -> Event:
    """Something that held up runs: `gc` (of a generation), `kernel`, or `kumi` itself.

    `duration` is in nanoseconds, and all from `start` to `end` unless it is said: of `kernel` it is
    the delay within that window.
    """
    held = end - start if duration is None else duration
    return {
        "event": "pause",
        "cause": cause,
        "generation": generation,
        "duration_ms": held / MILLISECOND,
        "timestamp": timestamp(start),
        **times(start, end),
    }


def duration(start: int, end: int) -> Event:
    """How long, and when it began: nanoseconds in, milliseconds out."""
    return {"duration_ms": (end - start) / MILLISECOND, "timestamp": timestamp(start)}


def times(start: int, end: int) -> Event:
    """The last keys of whatever lasts, in Unix nanoseconds."""
    return {"start_unix_nano": start, "end_unix_nano": end}


def ids(trace_id: bytes, span_id: bytes, parent_id: bytes | None) -> Event:
    """The W3C ids of a span, in hex."""
    return {
        "trace_id": trace_id.hex(),
        "span_id": span_id.hex(),
        "parent_span_id": parent_id.hex() if parent_id else None,
    }
