"""Pass: the table of every path through the input block."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kumi.analysis.facts import Reach
from kumi.kernels.kinds import ArrayOf, Scalar
from kumi.syntax.nodes import Input, OneOf, Range

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis, Axes
    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Domain


def inputs(facts: Analysis) -> None:
    """Fill `facts.reaches`; report duplicates, arrays without their child, empty domains.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do array :lines do hash :line do float :price end end end end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> inputs(facts)
    >>> for path, reach in facts.reaches.items():
    ...     print(".".join(path), reach.kind, reach.axes)
    lines array<hash> ()
    lines.line hash ('lines',)
    lines.line.price float ('lines',)
    """
    todo: list[tuple[Input, Reach | None]] = [(one, None) for one in facts.schema.inputs[::-1]]
    while todo:
        declared, parent = todo.pop()
        reach = _reach(declared, parent)
        if _is_new(facts, reach):
            facts.reaches[reach.path] = reach
            _check_element(facts, declared)
            _check_domain(facts, declared)
            todo.extend((child, reach) for child in (declared.children or ())[::-1])


def _reach(declared: Input, parent: Reach | None) -> Reach:
    path = (*(parent.path if parent else ()), declared.name)
    null = declared.null or (parent is not None and parent.null)
    return Reach(path, declared, parent, kind_of(declared), _axes(parent), null)


def _axes(parent: Reach | None) -> Axes:
    if parent is None:
        return ()
    own = (".".join(parent.path),) if parent.declared.kind == "array" else ()
    return parent.axes + own


def kind_of(declared: Input) -> Kind:
    """The kind of an input: an array's is that of its innermost element, wrapped once a level."""
    depth = 0
    while declared.kind == "array" and declared.children:
        declared, depth = declared.children[0], depth + 1
    kind: Kind = Scalar.ANY if declared.kind == "array" else Scalar(declared.kind)
    for _ in range(depth):
        kind = ArrayOf(kind)
    return kind


def _is_new(facts: Analysis, reach: Reach) -> bool:
    first = facts.reaches.get(reach.path)
    if first is None:
        return True
    facts.semantic(
        reach.declared.place,
        f"input `{'.'.join(reach.path)}` is already declared on line {first.declared.place.line}",
        "give one of the two another name",
    )
    return False


def _check_element(facts: Analysis, declared: Input) -> None:
    if declared.kind != "array" or len(declared.children or ()) == 1:
        return
    names = [child.name for child in declared.children or ()]
    count = f"{len(names)} ({', '.join(names)})" if names else "none"
    facts.semantic(
        declared.place,
        f"array `{declared.name}` needs exactly one child, its element, and has {count}",
        "name the element: one scalar, one array, or one hash that holds the fields",
    )


def _check_domain(facts: Analysis, declared: Input) -> None:
    """Report a domain in which no value of the input's kind can lie, or that lists null."""
    match declared:
        case Input(domain=None):
            return
        case Input(kind="array" | "hash"):
            hint = "give it to the values inside"
        case Input(domain=OneOf(values)) if None in values:
            _report_null(facts, declared)
            return
        case Input(kind="string" | "boolean", domain=Range()):
            listed = facts.said("[…]", "one_of=[…]")
            hint = f"a range is for numbers and dates; list the values: `{listed}`"
        case Input(kind="date", domain=domain) if not all(map(_is_date, _literals(domain))):
            hint = facts.said(
                'write dates: `date("2024-01-01")..date("2024-12-31")`',
                "write dates: `ge=datetime.date(2024, 1, 1)`",
            )
        case Input(domain=Range() as domain) if _has_other_ends(declared.kind, domain):
            hint = "a range of dates is for inputs of the kind `date`"
        case Input(domain=Range() as domain) if _is_empty(domain):
            hint = "its lower end is above its upper end, or at one that does not belong to it"
        case _:
            return
    message = f"no {declared.kind} can lie in the domain of `{declared.name}`"
    facts.semantic(declared.place, message, hint)


def _report_null(facts: Analysis, declared: Input) -> None:
    message = f"`null` stands in the domain of `{declared.name}`, which is a list of values"
    how = facts.said("say `null: true` beside the domain", "write `kumi.Field[… | None]`")
    hint = f"{how}: null passes any domain"
    if declared.kind == "any":
        hint = "leave it out: `any` admits null as it is"
    facts.semantic(declared.place, message, hint)


def _is_date(value: object) -> bool:
    return isinstance(value, date)


def _literals(domain: Domain | None) -> tuple[object, ...]:
    """The literals of a domain, without the ends that are open."""
    if isinstance(domain, Range):
        return tuple(end for end in (domain.low, domain.high) if end is not None)
    return domain.values if domain else ()


def _has_other_ends(kind: str, domain: Range) -> bool:
    """Whether the ends are dates, where numbers are wanted, or of both kinds."""
    dates = [_is_date(end) for end in _literals(domain)]
    return kind != "date" and any(dates) and not (kind == "any" and all(dates))


def _is_empty(domain: Range) -> bool:
    low: Any = domain.low
    high: Any = domain.high
    if low is None or high is None:
        return False
    return low > high or (domain.exclusive and low == high)


def indexes(facts: Analysis) -> list[str]:
    """The names of the indexes that arrays are declared with."""
    found = (one.declared.index for one in facts.reaches.values())
    return [*dict.fromkeys(name for name in found if name)]


def about_indexes(facts: Analysis, name: str = "i") -> str:
    """What `index` can be asked for, or how to declare one."""
    known = [facts.said(f"`index(:{one})`", f'`kumi.index("{one}")`') for one in indexes(facts)]
    if known:
        return f"available: {', '.join(known)}"
    declare = facts.said(f"`index: :{name}` beside the array", f'`kumi.array(index="{name}")`')
    return f"declare it with {declare}"
