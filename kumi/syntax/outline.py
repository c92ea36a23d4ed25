"""A tree as flat text: what a test compares, and what two front ends must agree on."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from kumi.syntax.nodes import (
    Argument,
    Call,
    Cascade,
    Constant,
    ExprNode,
    InputPath,
    Name,
    Object,
    postorder,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.syntax.nodes import Declaration, Input, SchemaTree


def outline(schema: SchemaTree) -> str:
    """The schema as lines: inputs indented by depth, expressions in postfix order."""
    return "\n".join([f"schema {schema.name}", *_inputs(schema.inputs, 1), *_declarations(schema)])


def _inputs(inputs: tuple[Input, ...], depth: int) -> Iterator[str]:
    for one in inputs:
        extra = "".join(f" {x!r}" for x in (one.domain, one.index) if x is not None)
        extra += " null" if one.null else ""
        yield f"{'  ' * depth}{one.kind} {one.name}{extra}"
        yield from _inputs(one.children or (), depth + 1)


def _declarations(schema: SchemaTree) -> Iterator[str]:
    for one in schema.imports:
        yield f"import {one.names} from {one.module}"
    for declaration in schema.declarations:
        yield f"{declaration.kind} {declaration.name}"
        yield from _body(declaration)


def _body(declaration: Declaration) -> Iterator[str]:
    body = declaration.body
    if not isinstance(body, Cascade):
        yield f"  {expression(body)}"
        return
    for case in body.cases:
        conditions = ", ".join(expression(c) for c in case.conditions)
        yield f"  on {case.join} {conditions} -> {case.result and expression(case.result)}"
    yield f"  base {body.base and expression(body.base)}"


def expression(root: ExprNode) -> str:
    """One expression in postfix order: unambiguous without brackets, since arities are shown."""
    return " ".join(_word(node) for node in postorder(root))


def _word(node: ExprNode) -> str:  # noqa: PLR0911 - one a node
    match node:
        case Constant():
            return f"{type(node.value).__name__}:{node.value!r}"
        case InputPath():
            return ".".join(("input", *node.path))
        case Name():
            return f"${node.name}"
        case Call():
            by_name = sorted(node.options, key=itemgetter(0))  # their order means nothing
            keys = "".join(f" {key}={value!r}" for key, value in by_name)
            named = "".join(f" {key}:" for key, _ in node.named)
            return f"{node.function}/{len(node.args)}{keys}{named}"
        case Object():
            return "{" + ",".join(key for key, _ in node.fields) + "}"
        case Argument():
            return f"={'.'.join(node.path)}"
    return f"[{len(node.items)}]"


def headline(node: ExprNode) -> str:
    """An expression by what it calls, reads, or is: `multiply`, `input.price`, `Constant`."""
    match node:
        case Call():
            return node.function
        case InputPath():
            return node.written
        case Name():
            return node.name
    return type(node).__name__
