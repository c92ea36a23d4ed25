"""What the tests of several pages do with the examples in them."""

import json
import linecache
import re

import kumi
from kumi.cli.json_io import to_json


def blocks(text):
    """The fenced blocks of a page with the word behind their fence, in order."""
    return re.findall(r"^```(\w+ ?\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def executed(code, name):
    """The names that a module of this source defines, with lines for its places."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    names = {"__name__": name}
    exec(compile(code, name, "exec"), names)
    return names


def digits(text):
    """A JSON text on one line, with every number's own digits."""
    return json.dumps(json.loads(text, parse_float=lambda number: f"float {number}"))


def shown(result):
    """What `kumi run` writes of a result, or of a part of one."""
    return digits(to_json(result)[0])


def schema_of(names):
    """The last schema that a module defines."""
    return [
        one
        for one in names.values()
        if isinstance(one, type) and issubclass(one, kumi.Schema) and one is not kumi.Schema
    ][-1]
