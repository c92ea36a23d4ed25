"""What the few events events say: programs, clocks, memory, pauses.

They come from a file, so nothing here trusts a shape: what is not as described is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from kumi.profiles.event_line import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Event

_PROCESS_LETTERS: Final = 8
_ABSURD: Final = 1e9  # nanoseconds for one reading of a clock


class Clock(NamedTuple):
    """How often the clock was read, and how long that took (ns): part of the operations' times."""

    readings: int
    total: int


class Memory(NamedTuple):
    """Resident bytes at the first and the last snapshot, and the most of any."""

    first: int
    last: int
    peak: int
    snapshots: int


class Programs:
    """The operands that `program` events tell of operations: a Ref's target, a LoadInput's path.

    A key means one program, in whichever process. Should events disagree all the same, nothing is
    said rather than something wrong.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._known: dict[tuple[Key, ...], set[str]] = {}
        for event in _events(events, "program"):
            schema, program = event.get("schema"), event.get("program")
            if isinstance(schema, str) and isinstance(program, str):
                for index, declaration, operation, operand in _described(event.get("operations")):
                    self._add((schema, program, index), operand)
                    self._add((schema, operation, declaration, index), operand)

    def operand(self, schema: Key, program: Key, index: Key) -> str | None:
        """The operand of an operation of a program."""
        return self._only((schema, program, index))

    def operand_at(self, keys: Sequence[Key]) -> str | None:
        """The operand at (schema, operation, declaration, index), in whichever program."""
        return self._only(tuple(keys[:4]))

    def _add(self, key: tuple[Key, ...], operand: str) -> None:
        self._known.setdefault(key, set()).add(operand)

    def _only(self, key: tuple[Key, ...]) -> str | None:
        known = self._known.get(key, set())
        return next(iter(known)) if len(known) == 1 else None


def clock_costs(events: Iterable[Event]) -> dict[str, float]:
    """Nanoseconds of one reading of the clock, by process; the most, where it measured twice."""
    costs: dict[str, float] = {}
    for event in _events(events, "profile_start"):
        clock, process = event.get("clock"), event.get("process")
        cost: Any = clock.get("cost_ns") if isinstance(clock, dict) else None
        if _is_process(process) and type(cost) in (int, float) and 0 <= cost < _ABSURD:
            costs[process] = max(float(cost), costs.get(process, 0.0))
    return costs


def _is_process(name: Any) -> TypeGuard[str]:
    """Whether it is what runs begin with: eight letters or digits."""
    return isinstance(name, str) and len(name) == _PROCESS_LETTERS and name.isalnum()


def memory(events: Iterable[Event]) -> Memory | None:
    """Memory over the snapshots, in order of their time."""
    taken = [
        (event["timestamp"], event["rss_bytes"])
        for event in _events(events, "memory")
        if isinstance(event.get("timestamp"), str) and type(event.get("rss_bytes")) is int
    ]
    if not taken:
        return None
    resident = [size for _, size in sorted(taken)]
    return Memory(resident[0], resident[-1], max(resident), len(resident))


class Pauses(NamedTuple):
    """What interrupted calculations, by cause. Nanoseconds."""

    cause: str
    calls: int
    total: int
    longest: int


def pauses(events: Iterable[Event]) -> tuple[Pauses, ...]:
    """The pauses, the longest together first."""
    found: dict[str, list[int]] = {}
    for event in _events(events, "pause"):
        cause, ns = event.get("cause"), duration(event)
        if isinstance(cause, str) and ns is not None:
            found.setdefault(cause, []).append(ns)
    by_cause = (Pauses(cause, len(ns), sum(ns), max(ns)) for cause, ns in found.items())
    return tuple(sorted(by_cause, key=lambda pause: (-pause.total, pause.cause)))


def _events(events: Iterable[Event], kind: str) -> Iterator[Event]:
    return (event for event in events if event["event"] == kind)


def _described(operations: Any) -> Iterator[tuple[int, str, str, str]]:
    """Index, declaration, operation and operand of those operations that have one."""
    for index, described in enumerate(operations if isinstance(operations, list) else ()):
        match described:
            case [str(declaration), "Ref", _, str(target), *_]:
                yield index, declaration, "Ref", target
            case [str(declaration), str(operation), _, _, _, _, str(path)]:
                yield index, declaration, operation, path
            case _:
                continue
