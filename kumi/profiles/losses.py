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
    """What was lost, by reason, over all processes that said so.

    A process may say it more than once, each time with what it had said before; or it begins to
    count anew, where a program profiles one stretch after another.
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
