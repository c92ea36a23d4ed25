"""Leaves written as in a schema: `leaf("lines[].price", FLOAT)`, as the analysis makes them."""

from kumi.ir.program import Leaf, Step
from kumi.places import Place, Source
from kumi.vm.access import Loading
from kumi.vm.loaders import loader


def leaf(path, kind, domain=None):
    """`[]` goes into an array; its element is named after it, as `line` is in `lines.line.price`.

    What `?` follows may be null.
    """
    steps, names, axes = [], [], []
    for part in path.split("."):
        name, *into = part.split("[]")
        if name:
            names.append(name.removesuffix("?"))
            steps.append(Step("key", names[-1], ".".join(names), name.endswith("?")))
        for after in into:
            axes.append(".".join(names))
            steps.append(Step("each", names[-1], axes[-1], after == "?"))
            names.append("element")
    return Leaf(
        tuple(names), tuple(steps), tuple(axes), kind, domain, Place(Source("x.kumi", ""), 1)
    )


def load(data, *leaves):
    """Load leaves from data: the loading, what was loaded, and the violations as text."""
    bad = []
    loading = Loading(data, bad)
    loaded = [loader(one, number)(loading) for number, one in enumerate(leaves)]
    return loading, loaded, [f"{operation} {violation}" for operation, violation in bad]
