"""A tree as the text of a `.kumi` file: operators where there are any, everything in parentheses."""

from datetime import date
from decimal import Decimal

from kumi.syntax.nodes import Call, Cascade, Constant, InputPath, Object, OneOf, Symbol, Tuple

OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "modulo": "%",
    "power": "**",
    "equal": "==",
    "not_equal": "!=",
    "greater_than": ">",
    "greater_than_or_equal": ">=",
    "less_than": "<",
    "less_than_or_equal": "<=",
    "and": "&",
    "or": "|",
}
WORDS = {"all": "on", "any": "on_any", "none": "on_none"}


def written(schema):
    """The whole file."""
    declarations = [line for one in schema.declarations for line in _declaration(one)]
    lines = ["input do", *_inputs(schema.inputs), "end", *declarations]
    return "\n".join(["schema do", *map(_import, schema.imports), *lines, "end", ""])


def _import(one):
    return f"import {', '.join(f':{name}' for name in one.names)}, from: {one.module}"


def _inputs(inputs):
    for one in inputs:
        domain = f", domain: {_domain(one.domain)}" if one.domain else ""
        index = f", index: :{one.index}" if one.index else ""
        null = ", null: true" if one.null else ""
        body = " do" if one.children is not None else ""
        yield f"{one.kind} :{one.name}{domain}{index}{null}{body}"
        if one.children is not None:
            yield from _inputs(one.children)
            yield "end"


def _domain(domain):
    if isinstance(domain, OneOf):
        return f"[{', '.join(map(literal, domain.values))}]"
    ends = ["" if end is None else literal(end) for end in (domain.low, domain.high)]
    return ("..." if domain.exclusive else "..").join(ends)


def _declaration(one):
    if not isinstance(one.body, Cascade):
        yield f"{one.kind} :{one.name}, {expression(one.body)}"
        return
    yield f"{one.kind} :{one.name} do"
    for case in one.body.cases:
        parts = map(expression, (*case.conditions, case.result))
        yield f"  {WORDS[case.join]} {', '.join(parts)}"
    if one.body.base is not None:
        yield f"  base {expression(one.body.base)}"
    yield "end"


def expression(node):
    match node:
        case Constant(value=value):
            shown = literal(value)
            return f"({shown})" if shown.startswith("-") else shown
        case InputPath(path=path):
            return ".".join(("input", *path))
        case Call(function=function, args=args, named=named):
            shown = list(map(expression, args))
            shown += [f"{name}: {literal(value)}" for name, value in node.options]
            shown += [f"{name}: {expression(value)}" for name, value in named]
            if function in OPERATORS:
                return f"({shown[0]} {OPERATORS[function]} {shown[1]})"
            if function == "at":
                return f"{shown[0]}[{shown[1]}]"
            return f"fn({', '.join([f':{function}', *shown])})"
        case Tuple(items=items):
            return f"[{', '.join(map(expression, items))}]"
        case Object(fields=fields):
            shown = [f"{literal(name)} => {expression(value)}" for name, value in fields]
            return f"{{{', '.join(shown)}}}"
    return node.name


def literal(value):
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case date():
            return f'date("{value}")'
        case Symbol(name=name):
            return f":{name}"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Decimal():
            return f'to_decimal("{value:f}")'
        case float() if value == float("inf"):
            return "Float::INFINITY"
        case float():
            digits = format(Decimal(repr(value)), "f")
            return digits if "." in digits else f"{digits}.0"
    return str(value)
