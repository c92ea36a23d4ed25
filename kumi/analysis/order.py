"""Pass: the order of evaluation, and the cycles that leave none.

A schema may use a declaration above the line that declares it, but a run computes one after the
other, so whatever is read has to come first. Where declarations read each other in a circle there
is no such order, and the message should name that circle, not everything that hangs on it. Tarjan's
algorithm finds both in one walk. It follows what is read, depth first; it numbers each declaration
when it reaches it, and keeps for each the lowest number that it can get back to. Whoever gets back
to nothing before itself closes a component with all that was reached after it: one declaration
alone is given out, when all that it reads has been; several are a circle. For

    let :c, a + b        c is reached first and gets number 0; it reads a
    let :a, b * 2        a gets 1; it reads b
    let :b, input.x      b gets 2 and reads no declaration: the component (b) is closed

a is closed next, then c: the order is b, a, c. If b were `c - 1`, b could get back to 0, and so
could a; only c closes a component, of c, a and b, which is the circle. The walk keeps a stack of
its own, because a chain of 20,000 declarations would exhaust Python's.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from kumi.syntax.nodes import Name

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

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> formulas = "let :c, a + b let :a, b * 2 let :b, input.x"
    >>> text = f"schema do input do integer :x end {formulas} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [declaration.name for declaration in facts.order]
    ['b', 'a', 'c']
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
    found = (n.name for n in facts.nodes(declaration) if isinstance(n, Name))
    return (name for name in dict.fromkeys(found) if name in facts.declarations)


def _components(graph: Graph) -> Iterator[list[str]]:
    """Strongly connected components, what is read before its reader (Tarjan 1972).

    >>> list(_components({"c": ("a", "b"), "a": ("b",), "b": ()}))
    [['b'], ['a'], ['c']]
    >>> list(_components({"c": ("a", "b"), "a": ("b",), "b": ("c",)}))
    [['b', 'a', 'c']]
    """
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
