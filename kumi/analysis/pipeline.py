"""The passes over a syntax tree, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.axes import axes
from kumi.analysis.expansion import expansion
from kumi.analysis.facts import Analysis
from kumi.analysis.imports import imports
from kumi.analysis.impossible import impossible
from kumi.analysis.inference import inference
from kumi.analysis.inputs import inputs
from kumi.analysis.names import names
from kumi.analysis.null_questions import null_questions
from kumi.analysis.nullability import nullability
from kumi.analysis.options import options
from kumi.analysis.order import order
from kumi.analysis.paths import paths
from kumi.errors import SchemaError
from kumi.syntax.nodes import Gaps

if TYPE_CHECKING:
    from kumi.analysis.facts import Resolver
    from kumi.errors import Problem
    from kumi.syntax.nodes import SchemaTree

PASSES = (
    inputs,
    imports,
    names,
    paths,
    order,
    expansion,
    inference,
    options,
    axes,
    nullability,
    null_questions,
    impossible,
)


def analyze(schema: SchemaTree, resolver: Resolver | None = None) -> Analysis:
    """Everything that is known of `schema` before it runs; `resolver` finds what it imports.

    Each pass reports what it finds and goes on with the declarations that are fine, so that one
    compile shows as many errors as possible. Raises SchemaError with all of them; what is worth a
    warning only is among the facts.

    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do float :x end value :a, input.y value :b, c end"
    >>> try:
    ...     analyze(parse(Source("order.kumi", text), "Order"))
    ... except SchemaError as error:
    ...     print(*(problem.message for problem in error.errors), sep=chr(10))
    `input.y` is not declared
    `c` is not declared
    """
    analysis = _examined(schema, Gaps(), resolver)
    if analysis.problems:
        raise SchemaError(analysis.problems)
    return analysis


def also_wrong(schema: SchemaTree, gaps: Gaps, resolver: Resolver | None = None) -> list[Problem]:
    """What is wrong with those parts of a schema that could be read, where others could not.

    >>> from kumi.places import Source
    >>> from kumi.syntax.text import TextError, parse
    >>> text = "schema do input do end value :a, (1 value :b, a + c value :c, d end"
    >>> try:
    ...     parse(Source("order.kumi", text), "Order")
    ... except TextError as error:
    ...     [problem.message for problem in also_wrong(error.tree, error.gaps)]
    ['`d` is not declared']
    """
    return _examined(schema, gaps, resolver).problems


def _examined(schema: SchemaTree, gaps: Gaps, resolver: Resolver | None) -> Analysis:
    analysis = Analysis(schema, gaps, resolver=resolver)
    for examine in PASSES:
        examine(analysis)
    return analysis
