"""Help for the tests of the text front end: source in, outline or problems out."""

import pytest

from kumi.errors import SchemaError
from kumi.places import Source
from kumi.syntax.outline import expression
from kumi.syntax.text import parse

HEAD = "schema do\n  input do\n  end\n"


def tree(text):
    return parse(Source("test.kumi", text), "Test")


def declared(text):
    """The declarations of `text`, which stands behind an empty input block."""
    return tree(f"{HEAD}{text}\nend\n").declarations


def body(text):
    """The one declaration's body, in postfix order."""
    (declaration,) = declared(f"value :it, {text}")
    return expression(declaration.body)


def problems(text):
    """Every problem of a whole file."""
    with pytest.raises(SchemaError) as caught:
        tree(text)
    return caught.value.errors


def mistakes(text):
    """Every problem of declarations behind an empty input block, as (line, column, message).

    The first line of `text` is line 1.
    """
    lines = HEAD.count("\n")
    found = problems(f"{HEAD}{text}\nend\n")
    return [(p.place.line - lines, p.place.column, p.message) for p in found]


def mistake(text):
    (only,) = mistakes(text)
    return only


def hint(text):
    (only,) = problems(f"{HEAD}{text}\nend\n")
    return only.hint
