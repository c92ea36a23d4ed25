"""The tree: runs, their declarations and operations, each with a bar of its part of the whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.reports.document import Fitted, paragraphs
from kumi.profiles.reports.wording import duration, name, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.call_tree import TreeNode
    from kumi.profiles.reports.document import Document

_BAR: Final = 10
_HEADING: Final = f"{'':{_BAR}}   share    total     self    count"
_LEGEND: Final = (
    "Time: total with everything inside, self without; share and bar are of all runs. The runs\n"
    "of a schema are one."
)


def tree_report(trees: Sequence[TreeNode], limit: int) -> Document:
    """All trees, with at most `limit` lines below each line."""
    whole = sum(tree.total for tree in trees)
    if not trees:
        return ["Nothing in this profile passes the filters."]
    lines = (line for tree in trees for line in _lines(tree, whole, limit, ""))
    return [_HEADING, *lines, *paragraphs((_LEGEND,))]


def tree_json(trees: Sequence[TreeNode]) -> str:
    """All trees in nanoseconds, indented, ending with a line feed."""
    return json.dumps({"schemas": [_object(tree, "schema") for tree in trees]}, indent=2) + "\n"


_INSIDE: Final = {"schema": "declaration", "declaration": "operation", "operation": "operation"}


def _object(node: TreeNode, kind: str) -> dict[str, Any]:
    inside = _INSIDE[kind]
    nodes = [_object(each, inside) for each in node.inside]
    figures = {"count": node.calls, "total_ns": node.total, "self_ns": node.own}
    return {kind: node.names[0], **figures, **({f"{inside}s": nodes} if kind != inside else {})}


def _lines(node: TreeNode, whole: int, limit: int, indent: str) -> Iterator[Fitted]:
    what = "run " if not indent else ""
    yield _line(node, whole, indent + what, name(node.names[0]))
    deeper = indent + "  "
    for each in node.inside[:limit]:
        yield from _lines(each, whole, limit, deeper)
    if rest := node.inside[limit:]:
        yield _line(_together(rest), whole, deeper, f"others ({len(rest):,})")


def _line(node: TreeNode, whole: int, before: str, title: str) -> Fitted:
    bar = "#" * round(_BAR * node.total / whole) if whole else ""
    times = f"{duration(node.total):>8} {duration(node.own):>8}"
    figures = f"{bar:<{_BAR}} {share(node.total, whole):>7} {times} {node.calls:>8,}"
    return Fitted(f"{figures}  {before}", title)


def _together(nodes: Sequence[TreeNode]) -> TreeNode:
    calls = sum(node.calls for node in nodes)
    total, own = sum(node.total for node in nodes), sum(node.own for node in nodes)
    return nodes[0]._replace(calls=calls, total=total, own=own, inside=())
