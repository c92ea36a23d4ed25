"""Any formula, written as a class, gives the tree it was written from."""

from class_writer import ARITHMETIC, COMPARISONS, written
from hypothesis import given, settings
from hypothesis import strategies as st

from kumi.places import Place, Source
from kumi.syntax import nodes
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline

PLACE = Place(Source("any.kumi", ""), 1)
ROW = tuple(nodes.Input(PLACE, kind, name) for kind, name in (("float", "x"), ("integer", "class")))
INPUTS = (
    nodes.Input(PLACE, "integer", "a"),
    nodes.Input(
        PLACE, "array", "rows", children=(nodes.Input(PLACE, "hash", "row", children=ROW),)
    ),
)
PATHS = [("a",), ("rows",), ("rows", "row"), ("rows", "row", "x"), ("rows", "row", "class")]
FUNCTIONS = {
    **dict.fromkeys([*ARITHMETIC, *COMPARISONS, "at", "coalesce", "concat", "sum_if"], 2),
    **dict.fromkeys(["not", "abs", "sum", "count", "min", "any", "is_null", "to_string"], 1),
    **dict.fromkeys(["select", "clamp"], 3),
}

literals = st.none() | st.booleans() | st.integers() | st.floats(0, 1e9) | st.text(max_size=5)
literals |= st.dates()
leaves = (
    st.builds(nodes.Constant, st.just(PLACE), literals)
    | st.builds(nodes.InputPath, st.just(PLACE), st.sampled_from(PATHS))
    | st.builds(nodes.Name, st.just(PLACE), st.sampled_from(["first", "if", "run", "later"]))
)


def calls(inner):
    def call(name):
        args = st.tuples(*[inner] * FUNCTIONS[name])
        return st.builds(nodes.Call, st.just(PLACE), st.just(name), args)

    items = st.lists(inner, max_size=3).map(tuple)
    fields = st.dictionaries(st.text(max_size=3), inner, max_size=3).map(lambda d: tuple(d.items()))
    return (
        st.sampled_from(sorted(FUNCTIONS)).flatmap(call)
        | st.builds(nodes.Tuple, st.just(PLACE), items)
        | st.builds(nodes.Object, st.just(PLACE), fields)
    )


expressions = st.recursive(leaves, calls, max_leaves=12)
cases = st.builds(
    nodes.Case,
    st.just(PLACE),
    st.sampled_from(["all", "any", "none"]),
    st.lists(expressions, min_size=1, max_size=3).map(tuple),
    expressions,
)
cascades = st.builds(
    nodes.Cascade,
    st.just(PLACE),
    st.lists(cases, min_size=1, max_size=3).map(tuple),
    expressions,
)
schemas = st.tuples(expressions | cascades, expressions | cascades, expressions | cascades).map(
    lambda bodies: nodes.SchemaTree(
        "Any",
        PLACE.source,
        PLACE,
        INPUTS,
        tuple(
            nodes.Declaration(PLACE, kind, name, body)
            for kind, name, body in zip(
                ("value", "let", "trait"), ("first", "if", "run"), bodies, strict=True
            )
        ),
    )
)


@settings(max_examples=60)
@given(schemas)
def test_one_tree(schema):
    names = {}
    exec(written(schema), names)
    assert outline(tree(names["Any"])) == outline(schema)
