"""A report as HTML, for notebooks: tables as tables, and its lines as they are."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from kumi.profiles.reports.document import Cut, Table

if TYPE_CHECKING:
    from kumi.profiles.reports.document import Document, Fitted


def html(document: Document) -> str:
    """The document as one element. Whatever stands in it is text: nothing of it becomes markup."""
    parts = []
    for is_table, group in groupby(document, lambda part: isinstance(part, Table)):
        if is_table:
            parts += [_table(part) for part in group if isinstance(part, Table)]
        else:
            lines = "\n".join(_line(part) for part in group if not isinstance(part, Table))
            parts.append(f"<pre>{escape(lines.strip(chr(10)))}</pre>")
    return f"<div>{''.join(parts)}</div>"


def _line(part: str | Fitted | Cut) -> str:
    return part.text if isinstance(part, Cut) else "".join(part)


def _table(table: Table) -> str:
    heading = "".join(f"<th>{escape(text)}</th>" for text in table.heading)
    rows = "".join(f"<tr>{_cells(row, table.names)}</tr>" for row in table.rows)
    return (
        f"<table><caption>{escape(table.title)}</caption>"
        f"<thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cells(row: tuple[str, ...], names: int) -> str:
    """Names to the left, as text is read, and figures below each other to the right."""
    sides = ["left"] * names + ["right"] * (len(row) - names)
    return "".join(
        f'<td style="text-align: {side}">{escape(text)}</td>'
        for side, text in zip(sides, row, strict=True)
    )
