"""Sources with what each of their lines cost beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kumi.letters import visible
from kumi.profiles.reports.document import Cut, Fitted, paragraphs
from kumi.profiles.reports.wording import duration, ms, name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.reports.document import Document, Element
    from kumi.profiles.source_lines import LineCost, SchemaSource

_HEATS: Final = (
    (0.3, "####", "bold red"),
    (0.1, "###", "red"),
    (0.03, "##", "yellow"),
    (0.01, "#", ""),
)
"""From which part of the schema's time on a line has which mark and style."""
_LEGEND: Final = (
    "Time: self time of the operations of a line, count and rows theirs. Marks are parts of the\n"
    "schema's time: # from 1 %, ## from 3 %, ### from 10 %, #### from 30 %."
)
_WHY: Final = {
    "changed": "the source has changed since, so that here are the lines without their text",
    "missing": "the source is not there, so that here are the lines without their text",
    "unknown": "the profile does not say where the source is",
}
_HEADING: Final = "   time   count   rows heat line"
_TAB: Final = 4
_BRIEF: Final = 99_999


def source_report(sources: Sequence[SchemaSource], limit: int) -> Document:
    """The sources of at most `limit` schemas, and a line for those that are left out."""
    if not sources:
        return ["Nothing in this profile passes the filters."]
    first, *others = [[*_source(source)] for source in sources[:limit]]
    rest = sources[limit:]
    left = [f"others ({len(rest):,}): {ms(sum(each.total for each in rest))}ms"] if rest else []
    return [*first, *paragraphs(*others, left, (_LEGEND,))]


def source_json(sources: Sequence[SchemaSource]) -> str:
    """All sources in nanoseconds, indented, ending with a line feed."""
    return json.dumps({"schemas": [_object(source) for source in sources]}, indent=2) + "\n"


def _object(source: SchemaSource) -> dict[str, Any]:
    return {
        "schema": source.schema,
        "importers": source.importers,
        "path": source.path,
        "source": source.state,
        "total_ns": source.total,
        "elsewhere_ns": source.elsewhere,
        "lines": [
            {
                "line": line.number,
                "text": line.text,
                "count": line.calls,
                "total_ns": line.total,
                "rows": line.rows,
                "declarations": line.declarations,
            }
            for line in source.lines
        ],
    }


def _source(source: SchemaSource) -> Iterator[Element]:
    yield Fitted("", name(source.schema), f": {ms(source.total)}ms")
    if source.path is not None:
        yield Fitted("  ", name(source.path))
    if source.importers:
        yield Fitted("  in runs of ", ", ".join(map(name, source.importers)))
    if source.state in _WHY:
        yield f"  {_WHY[source.state]}"
    if source.lines:
        yield Cut(_HEADING, "dim")
    before = source.lines[0].number - 1 if source.lines else 0
    for line in source.lines:
        if line.text is not None and line.number != before + 1:
            yield Cut(f"{'...':>{len(_HEADING)}}", "dim")
        before = line.number
        yield _line(line, source.total)
    if source.elsewhere:
        yield f"{duration(source.elsewhere):>7}  of operations of which no line is known"


def _line(line: LineCost, total: int) -> Cut:
    text = ", ".join(line.declarations) if line.text is None else line.text.expandtabs(_TAB)
    mark, style = _heat(line.total, total)
    figures = f"{'':>21}"
    if line.calls:
        figures = f"{duration(line.total):>7} {_brief(line.calls):>7}{_brief(line.rows):>7}"[:22]
    return Cut(f"{figures:<22} {mark:<4} {line.number:>4}  {visible(text)}".rstrip(), style)


def _heat(ns: int, total: int) -> tuple[str, str]:
    part = ns / total if total else 0
    return next(((mark, style) for least, mark, style in _HEATS if part >= least), ("", ""))


def _brief(number: int) -> str:
    """A number of at most six letters.

    >>> _brief(12_092), _brief(1_234_567), _brief(5 * 10**15)
    ('12,092', '1.23M', '5e+15')
    """
    if number <= _BRIEF:
        return f"{number:,}"
    for unit, size in (("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)):
        if number < size * 999.5:
            return f"{number / size:.3g}{unit}"
    return f"{number:.2g}"
