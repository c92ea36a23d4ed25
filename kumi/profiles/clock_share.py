"""The clock's own share of the operations' times: how much it is, and how it is taken out.

There is a reading for each operation, but for those that cost no instruction, such as `Ref`: they
share the one of the operation beside them. What a reading cost, each process says of itself.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from collections import Counter
from math import floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from kumi.ir.ops import OPCODES
from kumi.profiles.event_line import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kumi.profiles.engine import Engine
    from kumi.profiles.event_line import Event

_FREE: Final = frozenset(opcode.name for opcode in OPCODES if opcode.free)
_PROCESS_LETTERS: Final = 8
_ABSURD: Final = 1e9  # nanoseconds for one reading of a clock


class Clock(NamedTuple):
    """How often the clock was read, and how long that took (ns): part of the operations' times.

    `taken_out` is what the figures are less than the readings were, None where they are raw;
    `unpriced` how many readings there are besides, of processes that do not say what one costs.
    """

    readings: int
    total: int
    unpriced: int
    taken_out: int | None = None


def clock_costs(events: Iterable[Event]) -> dict[str, int]:
    """Nanoseconds of one reading of the clock, by process; the most, where it measured twice."""
    costs: dict[str, int] = {}
    for event in of_kind(events, "profile_start"):
        clock, process = event.get("clock"), event.get("process")
        cost: Any = clock.get("cost_ns") if isinstance(clock, dict) else None
        if _is_process(process) and type(cost) in (int, float) and 0 <= cost < _ABSURD:
            costs[process] = max(floor(cost + 0.5), costs.get(process, 0))
    return costs


def clock_share(engine: Engine, costs: Mapping[str, int]) -> Clock | None:
    """What reading the clock took; None where no operation took a reading."""
    readings: Counter[str] = Counter()
    for tally in engine.tallies("vm_operation", ("process", "name")):
        process, name = map(str, tally.keys)
        if takes_a_reading(name):
            readings[process] += tally.calls
    priced = {process: number for process, number in readings.items() if process in costs}
    number = sum(priced.values())
    total = sum(costs[process] * times for process, times in priced.items())
    return Clock(number, total, readings.total() - number) if readings else None


def take_out(engine: Engine, costs: Mapping[str, int]) -> Clock | None:
    """Have the engine count operations without the clock's share from now on, and say how much.

    No operation takes less than nothing: of one that was shorter than a reading less is taken.
    """
    clock, before = clock_share(engine, costs), _total(engine)
    engine.take_out(costs)
    return clock and clock._replace(taken_out=before - _total(engine))


def takes_a_reading(name: str | None) -> bool:
    """Whether an operation of that name has a reading of its own."""
    return name not in _FREE


def _total(engine: Engine) -> int:
    return sum(tally.total for tally in engine.tallies("vm_operation", ("name",)))


def _is_process(name: Any) -> TypeGuard[str]:
    """Whether it is what runs begin with: eight letters or digits."""
    if not isinstance(name, str) or len(name) != _PROCESS_LETTERS:
        return False
    return name.isascii() and name.isalnum()
