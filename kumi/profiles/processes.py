"""Which processes began a profile, and what became of those that did not come to its end.

A process may begin more than once (its file was moved away and opened anew) and end more than once
(SIGTERM, then more runs): its last line of each kind counts. Events come from a file, so nothing
here trusts that a value is what it should be.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.event_line import of_kind
from kumi.profiles.still_running import is_running

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.profiles.event_line import Event


class Processes(NamedTuple):
    """How many processes began; and of those without an end, how many run, are gone, or either.

    `repeated` are those that begin twice in the same words: whose lines are given more than once.
    """

    begun: int
    running: int
    gone: int
    unknown: int
    repeated: int = 0

    @property
    def unfinished(self) -> int:
        """How many have no end."""
        return self.running + self.gone + self.unknown


def processes(events: Sequence[Event]) -> Processes:
    """The processes of a profile, as they are now."""
    begun, ended = _last_of_each(events, "profile_start"), _last_of_each(events, "profile_end")
    found = Counter(is_running(begun[process]) for process in begun.keys() - ended.keys())
    return Processes(len(begun), found[True], found[False], found[None], _repeated(events))


def _repeated(events: Sequence[Event]) -> int:
    """How many processes begin twice in the same words, which one alone never does."""
    said = Counter(json.dumps(event) for event in of_kind(events, "profile_start"))
    twice = (json.loads(text) for text, times in said.items() if times > 1)
    return len({event["process"] for event in twice if isinstance(event.get("process"), str)})


def _last_of_each(events: Sequence[Event], kind: str) -> dict[str, Event]:
    """The last event of a kind by process."""
    ordered = in_order(events, kind)
    return {event["process"]: event for event in ordered if isinstance(event.get("process"), str)}


def in_order(events: Iterable[Event], kind: str) -> list[Event]:
    """The events of a kind by their time, whatever order the lines are read in."""
    return sorted(of_kind(events, kind), key=_moment)


def _moment(event: Event) -> tuple[str, int, str]:
    """What events are put in order by: time, then counts, then the text of what was lost.

    Two lines of one process may have the same millisecond. Counts only grow, so the one with more
    came later. Where even these are equal, the text makes the order the same in both engines.
    """
    counts = [event.get(key) for key in ("runs", "spans", "dropped")]
    numbers = (n for count in counts if isinstance(count, dict) for n in count.values())
    total = sum(n for n in numbers if type(n) is int)
    return str(event.get("timestamp")), total, json.dumps(event.get("dropped"), sort_keys=True)
