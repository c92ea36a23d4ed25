"""Any tree as the Python source of its class form: so that both forms go through one set of tests."""

import keyword

import kumi
from kumi.syntax import nodes

TYPES = {
    "integer": "int",
    "float": "float",
    "decimal": "Decimal",
    "string": "str",
    "boolean": "bool",
    "date": "datetime.date",
    "any": "Any",
    "hash": "dict[str, Any]",
}
ARITHMETIC = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "modulo": "%",
    "power": "**",
    "and": "&",
    "or": "|",
}
COMPARISONS = {
    "equal": "==",
    "not_equal": "!=",
    "greater_than": ">",
    "greater_than_or_equal": ">=",
    "less_than": "<",
    "less_than_or_equal": "<=",
}
HEAD = """from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import kumi
from kumi.syntax.classes.expression import applied
"""


def written(schema):
    """A module whose last class is the schema. What it imports must be there under its name."""
    writer = _Writer(schema)
    body = writer.schema()
    return "\n\n\n".join([HEAD, *writer.records, body]) + "\n"


def python_name(name, taken=()):
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


class _Writer:
    def __init__(self, schema):
        self.tree = schema
        self.records = []
        self.declared = {}
        imports = [(name, one.module) for one in schema.imports for name in one.names]
        self.imported = {name: module.rpartition("::")[2] for name, module in imports}

    def schema(self):
        fields = self.fields(self.tree.inputs, 8)
        lines = [f"class {self.tree.name}(kumi.Schema):", "    class Input(kumi.Record):", *fields]
        return "\n".join([*lines, *(self.declaration(one) for one in self.tree.declarations)])

    # -- inputs

    def fields(self, inputs, indent):
        return [" " * indent + self.field(one) for one in inputs] or [" " * indent + "pass"]

    def field(self, one):
        levels, inner = 0, one
        elements, indexes = [], []
        while inner.kind == "array":
            levels += 1
            indexes.append(inner.index)
            (inner,) = inner.children
            elements.append(inner.name)
        kind = TYPES[inner.kind] if inner.children is None else self.record(inner)
        kind += " | None" if inner.null else ""
        hint = "kumi.Array[" * levels + (kind if levels else f"kumi.Field[{kind}]") + "]" * levels
        options = self.domain(inner.domain)
        attribute = python_name(one.name)
        if attribute != one.name:
            options["name"] = one.name
        if levels:
            options |= {"element": elements, "index": indexes if any(indexes) else []}
        shown = ", ".join(f"{key}={value!r}" for key, value in options.items())
        return f"{attribute}: {hint} = kumi.{'array' if levels else 'field'}({shown})"

    def record(self, one):
        name = f"Record{len(self.records)}"
        self.records.append("")
        place = len(self.records) - 1
        lines = self.fields(one.children, 4)
        self.records[place] = ""
        self.records.append("\n".join([f"class {name}(kumi.Record):", *lines]))
        return name

    def domain(self, domain):
        match domain:
            case None:
                return {}
            case nodes.OneOf(values):
                return {"one_of": list(values)}
        limits = {"ge": domain.low, "lt" if domain.exclusive else "le": domain.high}
        return {key: value for key, value in limits.items() if value is not None}

    # -- declarations

    def declaration(self, one):
        taken = {*dir(kumi.Schema), *dir(kumi), "Input", "kumi", "applied", *dir(__builtins__)}
        attribute = python_name(one.name, taken)
        name = "" if attribute == one.name else f", name={one.name!r}"
        body = one.body
        shown = self.cascade(body) if isinstance(body, nodes.Cascade) else self.expression(body)
        self.declared[one.name] = attribute
        return f"    {attribute} = kumi.{one.kind}({shown}{name})"

    def cascade(self, body):
        parts = ["kumi"]
        for case in body.cases:
            conditions = ", ".join(map(self.expression, case.conditions))
            if case.join != "all":
                conditions = f"kumi.{case.join}_of({conditions})"
            parts.append(f"when({conditions}).then({self.expression(case.result)})")
        base = "None" if body.base is None else self.expression(body.base)  # a class must say it
        return ".".join([*parts, f"otherwise({base})"])

    # -- expressions

    def expression(self, node):
        match node:
            case nodes.Constant(value=float() as value) if value == float("inf"):
                return "float('inf')"
            case nodes.Constant():
                return f"({node.value!r})"
            case nodes.InputPath():
                return self.path(node.path)
            case nodes.Name():
                return self.declared.get(node.name, f"kumi.ref({node.name!r})")
            case nodes.Tuple():
                return f"[{', '.join(map(self.expression, node.items))}]"
            case nodes.Object():
                fields = (f"{key!r}: {self.expression(value)}" for key, value in node.fields)
                return f"{{{', '.join(fields)}}}"
        return self.call(node)

    def call(self, node):
        args = [self.expression(arg) for arg in node.args]
        options = [f"{key}={_option(value)!r}" for key, value in node.options]
        if node.function in self.imported and not node.args:
            given = [f"{key}={self.expression(value)}" for key, value in node.named]
            return f"{self.imported[node.function]}.{node.function}({', '.join(given)})"
        plain = [isinstance(a, nodes.Constant | nodes.Tuple | nodes.Object) for a in node.args]
        if node.function in ARITHMETIC and not all(plain) and not _formats(node):
            return f"({args[0]} {ARITHMETIC[node.function]} {args[1]})"
        if node.function in COMPARISONS and not plain[0]:
            return f"({args[0]} {COMPARISONS[node.function]} {args[1]})"
        if node.function == "not" and not plain[0]:
            return f"(~{args[0]})"
        if node.function == "at" and not plain[0]:
            return f"{args[0]}[{args[1]}]"
        if node.function == "index":
            return f"kumi.index({node.args[0].value.name!r})"
        if node.function in dir(kumi) and node.function != "size":
            return f"kumi.{node.function}({', '.join(args + options)})"
        return f"applied({', '.join([repr(node.function), *args, *options])})"

    def path(self, path):
        """The attributes of a path; `whole` where it ends at an array."""
        inputs, at, shown = self.tree.inputs, 0, "Input"
        while at < len(path):
            one = next(each for each in inputs if each.name == path[at])
            shown += f".{python_name(one.name)}"
            at += 1
            levels = 0
            while one.kind == "array" and at < len(path):
                (one,) = one.children
                at += 1
                levels += 1
            inputs = one.children or ()
        return f"kumi.whole({shown}, depth={levels})" if one.kind == "array" else shown


def _option(value):
    return value.name if isinstance(value, nodes.Symbol) else value


def _formats(node):
    """Text with `%` behind it is Python's own formatting, whatever follows."""
    left = node.args[0]
    return (
        node.function == "modulo"
        and isinstance(left, nodes.Constant)
        and isinstance(left.value, str)
    )
