"""One line of advice, where it is clear what to do about most of the time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.wording import name, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.engine import Tally

_MOST: Final = 0.5
_MUCH: Final = 0.2
_NEARLY_ALL: Final = 0.9
_AGAINST: Final = {
    "gc": "much of this is garbage collection: try gc.freeze() when all is loaded",
    "kernel": "much of this is waiting for a processor: fewer busy threads beside it",
    None: "much of this is pauses, which a quieter machine would not have",
}
"""By what is known of most of the time that operations were held up."""


def advice(found: Breakdown) -> Iterator[str]:
    """The first of these that is clear; nothing where none is."""
    answer, script = found.findings, found.findings.script
    runs = script.loading + script.computing
    inside = script.compiling + runs
    if _is_most(script.outside, script.total, _NEARLY_ALL):
        told = share(script.outside or 0, script.total)
        yield f"Advice: {told} is outside Kumi: look there first"
    elif _is_most(script.compiling, inside):
        yield f"Advice: {share(script.compiling, inside)} of Kumi's time is {_compiling(found)}"
    elif _is_most(answer.pauses.excess, found.total, _MUCH):
        yield f"Advice: {_AGAINST.get(_cause(found), _AGAINST[None])}"
    elif _is_most(script.loading, runs):
        told = f"Advice: {share(script.loading, runs)} of the runs is loading inputs"
        yield f"{told}: run only(…) the outputs you need"
    elif answer.places and _is_most(answer.places[0].typical, answer.typical):
        place = answer.places[0]
        where = ".".join(name(each) for each in (place.schema, place.declaration) if each)
        yield f"Advice: begin with {where}; --source shows what its lines take"


def _compiling(found: Breakdown) -> str:
    """What to do about compiling: mostly a process does it once, but nothing keeps it from more."""
    compiled = {schema: tally.calls for tally in found.phases for schema in _compiled(tally)}
    often = max(compiled, key=lambda schema: compiled[schema], default="")
    if compiled.get(often, 0) > max(found.processes.begun, 1):
        return f"compiling, {name(often)} {compiled[often]:,} times: load it once"
    return "compiling: keep each process for more runs"


def _compiled(phase: Tally) -> Iterator[str]:
    """The schema whose compiling it is, if it is that."""
    what, schema = phase.keys
    if what == "compile" and schema is not None:
        yield str(schema)


def _cause(found: Breakdown) -> str | None:
    """What is known to have held up most of the longest pauses, by time."""
    pauses = found.findings.pauses
    known: Counter[str] = Counter()
    for pause in pauses.longest:
        for cause in pause.causes:
            known[cause.cause] += cause.ns
    [(most, ns)] = known.most_common(1) or [("", 0)]
    return most if _is_most(ns, pauses.excess) else None


def _is_most(part: int | None, of: int, least: float = _MOST) -> bool:
    return part is not None and part >= least * of > 0
