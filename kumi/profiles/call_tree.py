"""What is inside what: runs of a schema, their declarations, and the operations of those.

All runs of a schema are one here. Of each node there are the time with everything inside (`total`)
and the time that nothing inside accounts for (`own`). An operation has nothing inside.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.ordering import ordered

if TYPE_CHECKING:
    from kumi.profiles.engine import Engine, Key, Tally
    from kumi.profiles.operand_names import OperandNames

_OPERATION: Final = ("schema", "declaration", "name", "function", "position")


class TreeNode(NamedTuple):
    """A schema, a declaration or an operation, with what is inside it. Nanoseconds."""

    names: tuple[str]
    calls: int
    total: int
    own: int
    inside: tuple[TreeNode, ...] = ()


def call_trees(engine: Engine, operands: OperandNames, sort: str) -> tuple[TreeNode, ...]:
    """A tree a schema.

    Runs and declarations that the profile does not say, or that do not pass its filters, take what
    is inside them and count as often as that does most.
    """
    runs = {tally.keys: tally for tally in engine.tallies("vm_run", ("schema",))}
    declared = {
        tally.keys: tally for tally in engine.tallies("vm_declaration", ("schema", "declaration"))
    }
    inside: dict[tuple[Key, ...], list[TreeNode]] = defaultdict(list)
    for tally in engine.tallies("vm_operation", _OPERATION):
        inside[tally.keys[:2]].append(_operation(tally, operands))
    declarations: dict[tuple[Key, ...], list[TreeNode]] = defaultdict(list)
    for keys in {**dict.fromkeys(declared), **inside}:
        name = "(no declaration)" if keys[1] is None else str(keys[1])
        node = _node(name, declared.get(keys), inside[keys], sort)
        declarations[keys[:1]].append(node)
    every = {**dict.fromkeys(runs), **declarations}
    trees = [_node(str(keys[0]), runs.get(keys), declarations[keys], sort) for keys in every]
    return _sorted(trees, sort)


def _operation(tally: Tally, operands: OperandNames) -> TreeNode:
    schema, declaration, name, function, position = tally.keys
    operand = function or operands.at((schema, name, declaration, position))
    title = " ".join(str(word) for word in (name, operand) if word is not None)
    return TreeNode((title,), tally.calls, tally.total, tally.total)


def _node(name: str, tally: Tally | None, inside: list[TreeNode], sort: str) -> TreeNode:
    together = sum(node.total for node in inside)
    calls = tally.calls if tally else max(node.calls for node in inside)
    total = max(tally.total, together) if tally else together
    return TreeNode((name,), calls, total, total - together, _sorted(_merged(inside), sort))


def _merged(nodes: list[TreeNode]) -> list[TreeNode]:
    """Nodes of equal names as one: a declaration may call one function several times."""
    alike: dict[tuple[str], list[TreeNode]] = defaultdict(list)
    for node in nodes:
        alike[node.names].append(node)
    return [
        each[0]
        if len(each) == 1
        else TreeNode(
            names,
            sum(node.calls for node in each),
            sum(node.total for node in each),
            sum(node.own for node in each),
        )
        for names, each in alike.items()
    ]


def _sorted(nodes: list[TreeNode], sort: str) -> tuple[TreeNode, ...]:
    by_time = sorted(nodes, key=lambda node: (-node.total, -node.calls, node.names))
    return ordered(by_time, sort)
