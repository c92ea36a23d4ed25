"""What is said where filters leave nothing: which of the names are not in the profile, what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.errors import did_you_mean
from kumi.profiles.counted_lines import CountedLines
from kumi.profiles.event_line import Timed, of_kind
from kumi.profiles.exports.opened_profile import opened_profile
from kumi.profiles.filters import Filters, said
from kumi.profiles.moments import timestamp
from kumi.profiles.profile_edges import edges, in_time
from kumi.profiles.reports.wording import name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kumi.profiles.engine import Engine, Key
    from kumi.profiles.event_line import Event
    from kumi.profiles.exports.opened_profile import OpenedProfile


def strangers(files: Sequence[str], filters: Filters) -> Iterator[str]:
    """A line for each name that the filters ask for and the profile does not know."""
    with opened_profile(files, Filters()) as opened:
        for what, asked, known in _names(opened, filters):
            yield from _unknown(what, asked, known)
        if filters.runs:
            runs = _runs(opened)
            asked = [run for run in filters.runs if not any(each.startswith(run) for each in runs)]
            yield from _unknown("run", asked, runs)
        yield from _out_of_time(opened, filters)


def _names(
    opened: OpenedProfile, filters: Filters
) -> Iterator[tuple[str, Iterable[str], Iterable[object]]]:
    found = opened.found
    yield "schema", filters.schemas, (part.names[0] for part in found.schemas)
    yield "origin", filters.origins, _origins(opened.engine)
    yield "declaration", filters.declarations, (tally.keys[1] for tally in found.declarations)
    yield "operation", filters.operations, (tally.keys[0] for tally in found.types)
    starts = opened.profiles.starts + of_kind(opened.described, "profile_start")
    yield "service", filters.services, (start.get("service") for start in starts)
    pairs = [f"{key}={value}" for key, value in filters.resources]
    yield "resource attribute", pairs, _attributes(starts)


def _origins(engine: Engine) -> Iterator[Key]:
    for kind in ("vm_declaration", "vm_operation"):
        for tally in engine.tallies(kind, ("schema", "origin")):
            schema, origin = tally.keys
            yield schema if origin is None else origin


def _attributes(starts: Iterable[Event]) -> Iterator[str]:
    for start in starts:
        resource = start.get("resource")
        for key, value in resource.items() if isinstance(resource, dict) else ():
            yield f"{key}={said(value)}"


def _runs(opened: OpenedProfile) -> set[str]:
    lines = CountedLines(opened.profiles.files)
    runs = (Timed(*timed[0], *timed[1]).run for timed, _, _ in lines if timed)
    return {run for run in runs if run}


def _unknown(what: str, asked: Iterable[str], found: Iterable[object]) -> Iterator[str]:
    known = sorted({str(each) for each in found if each is not None})
    for stranger in asked:
        if not known:
            yield f"No {what} is named in this profile, {name(stranger)} neither"
        elif stranger not in known:
            yield f"No {what} is called {name(stranger)}; {name(_close(stranger, known))}"


def _close(stranger: str, known: list[str]) -> str:
    """What may be meant: first of all what was imported under the name, `Tax.rate` by `rate`."""
    imported = [each for each in known if each.partition("#")[0].endswith(f".{stranger}")]
    return f"did you mean `{imported[0]}`?" if imported else did_you_mean(stranger, known) or ""


def _out_of_time(opened: OpenedProfile, filters: Filters) -> Iterator[str]:
    """When the profile was, where nothing of it can be within what is asked."""
    asked = in_time(filters, opened.profiles)
    begin, end = edges(opened.profiles)
    since = asked.since if isinstance(asked.since, int) else begin
    until = asked.until if isinstance(asked.until, int) else end + 1
    if end and (since > end or until <= begin or since >= until):
        yield f"The profile is from {timestamp(begin)} to {timestamp(end)}"
