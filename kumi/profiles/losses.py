"""What was lost of a profile, as its processes counted it, by reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.processes import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.event_line import Event

_OF_TRACES: Final = frozenset({"export_failed", "already_shutdown"})


def is_of_traces(reason: str) -> bool:
    """Whether what was lost for this reason is missing among traces, and not in the file."""
    return reason in _OF_TRACES or reason.startswith("traces_")


def drops(events: Iterable[Event]) -> dict[str, int]:
    """How many spans were lost, by reason, over all processes that said so.

    A process says it at each of its ends, and each time with what it had said before, so that its
    last word counts. But a program that profiles one stretch after another begins to count anew
    with each. That is seen by a count that goes down: then the word before was the last one of a
    stretch, and is added. Of one process that said this, 2 + 3 were lost for want of time:

        {"event":"profile_end","process":"5b8aa5a2","dropped":{"exit":1}}
        {"event":"profile_end","process":"5b8aa5a2","dropped":{"exit":2}}    the last of a stretch
        {"event":"profile_end","process":"5b8aa5a2","dropped":{}}            another begins
        {"event":"profile_end","process":"5b8aa5a2","dropped":{"exit":3}}    its last one

    >>> ends = [{"exit": 1}, {"exit": 2}, {}, {"exit": 3}]
    >>> drops([{"event": "profile_end", "timestamp": n, "dropped": d} for n, d in enumerate(ends)])
    {'exit': 5}
    """
    lost: Counter[str] = Counter()
    said: dict[str, Counter[str]] = {}
    for event in in_order(events, "profile_end"):
        process, now = str(event.get("process")), _reasons(event.get("dropped"))
        if not said.get(process, Counter()) <= now:
            lost += said[process]
        said[process] = now
    return dict(sorted(sum(said.values(), lost).items()))


def _reasons(dropped: Any) -> Counter[str]:
    reasons = dropped if isinstance(dropped, dict) else {}
    return Counter({why: n for why, n in reasons.items() if type(n) is int and n > 0})
