"""Pass: the order of evaluation, and the cycles that leave none."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from kumi.syntax.nodes import Name, distinct, roots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Declaration

Graph: TypeAlias = dict[str, tuple[str, ...]]
"""What each declaration reads, in textual order."""

_SHOWN = 12


def order(facts: Analysis) -> None:
    """Fill `facts.order`: textual order, but for what a declaration reads, which comes before it.

    A cycle is shown as a path, and its members are left out.
    """
    graph = {
        name: tuple(_reads(facts, declaration)) for name, declaration in facts.declarations.items()
    }
    ordered: list[Declaration] = []
    for component in _components(graph):
        name = component[0]
        if len(component) == 1 and name not in graph[name]:
            ordered.append(facts.declarations[name])
        else:
            _report(facts, graph, component)
    facts.order = tuple(ordered)


def _reads(facts: Analysis, declaration: Declaration) -> Iterator[str]:
    found = (n.name for n in distinct(*roots(declaration.body)) if isinstance(n, Name))
    return (name for name in dict.fromkeys(found) if name in facts.declarations)


def _components(graph: Graph) -> Iterator[list[str]]:
    """Strongly connected components, what is read before its reader (Tarjan 1972, iterative)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for start in graph:
        todo = [] if start in number else [(start, iter(graph[start]))]
        while todo:
            name, reads = todo[-1]
            if name not in number:
                number[name] = lowest[name] = len(number)
                path.append(name)
                on_path.add(name)
            following = next((n for n in reads if n not in number or n in on_path), None)
            if following is None:
                todo.pop()
                if todo:
                    reader = todo[-1][0]
                    lowest[reader] = min(lowest[reader], lowest[name])
                if lowest[name] == number[name]:
                    component = _cut(path, name)
                    on_path.difference_update(component)
                    yield component
            elif following in number:
                lowest[name] = min(lowest[name], number[following])
            else:
                todo.append((following, iter(graph[following])))


def _cut(path: list[str], name: str) -> list[str]:
    """Take `name` and all that follows it off the path."""
    component: list[str] = []
    while not component or component[-1] != name:
        component.append(path.pop())
    return component


def _report(facts: Analysis, graph: Graph, component: list[str]) -> None:
    members = set(component)
    start = next(name for name in graph if name in members)
    cycle = _shortest_cycle(graph, start, members)
    if len(cycle) > _SHOWN:
        cycle = [*cycle[: _SHOWN - 1], f"... {len(cycle) - _SHOWN} more ...", start]
    facts.semantic(
        facts.declarations[start].place,
        f"`{start}` depends on itself: {' -> '.join(cycle)}",
        "no value can be computed from itself: break the circle at one of them",
    )


def _shortest_cycle(graph: Graph, start: str, members: set[str]) -> list[str]:
    """The shortest path from `start` back to itself, both ends included (breadth first)."""
    reader: dict[str, str] = {}
    todo = deque([start])
    while start not in reader:
        name = todo.popleft()
        for read in graph[name]:
            if read in members and read not in reader:
                reader[read] = name
                todo.append(read)
    cycle = [start, reader[start]]
    while cycle[-1] != start:
        cycle.append(reader[cycle[-1]])
    return cycle[::-1]
