"""docs/past-one-machine.md: its lines to copy call what there is. Spark and ClickHouse run them in
tests/backends/test_backends_warehouses.py."""

import ast
import inspect
import re
from pathlib import Path

import kumi.profiles

PAGE = Path(__file__).parents[2] / "docs" / "past-one-machine.md"


def test_each_example_calls_a_function_with_parameters_that_it_has():
    called = []
    for example in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        for node in ast.walk(ast.parse(example)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("kumi.profiles."):
                function = getattr(kumi.profiles, node.func.attr)
                named = {keyword.arg: None for keyword in node.keywords}
                inspect.signature(function).bind(*node.args, **named)
                called.append(node.func.attr)
    assert called == ["read_spark", "read_clickhouse"]
