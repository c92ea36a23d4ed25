"""What goes along an array, in plain lists: positions, neighbours, pairs."""

from decimal import Decimal


def array_with_index(inputs, name):
    """The path and the axes of the elements of the array that is declared with an index."""
    todo = [((one.name,), (), one) for one in inputs]
    while todo:
        path, axes, one = todo.pop()
        if one.kind == "array":
            axes = (*axes, ".".join(path))
            if one.index == name:
                return (*path, one.children[0].name), axes
        todo += [((*path, child.name), axes, child) for child in one.children or ()]
    raise AssertionError(name)


def positions(cells, depth):
    """The position of each element, for cells nested so deep."""
    if depth > 1:
        return [positions(part, depth - 1) for part in cells]
    return list(range(len(cells)))


def lengths(cells, depth):
    """How long each array is, of those below so many axes."""
    return [lengths(part, depth - 1) for part in cells] if depth else len(cells)


ZEROS = {"integer": 0, "float": 0.0, "decimal": Decimal(0), "string": "", "boolean": False}


def shifted(cells, depth, by, policy, offset, fill):
    """The neighbour `by` places before, along the array that is `offset` levels out.

    `depth` says how deep the cells are nested.
    """
    if depth - 1 > offset:
        return [shifted(part, depth - 1, by, policy, offset, fill) for part in cells]
    size, found = len(cells), []
    for at, cell in enumerate(cells):
        source = at - by
        if policy == "wrap":
            source %= size
        elif policy == "clamp":
            source = min(max(source, 0), size - 1)
        there = 0 <= source < size
        found.append(laid(cells[source] if there else None, cell, offset, None if there else fill))
    return found


def laid(neighbour, cell, depth, otherwise):
    """A neighbour in the form of a cell: where it is shorter, or is not there, `otherwise`."""
    if depth == 0:
        return otherwise if neighbour is None else neighbour
    parts = [*(neighbour or []), *[None] * len(cell)]
    return [laid(part, one, depth - 1, otherwise) for part, one in zip(parts, cell, strict=False)]


def crossed(cells, depth):
    """Each element beside all of its array, for cells nested so deep."""
    if depth > 1:
        return [crossed(part, depth - 1) for part in cells]
    return [list(cells) for _ in cells]


OWN = "^"
"""Before the name of an axis that is an imported formula's own; twice for one that it imports."""


def beside(axis):
    """The axis that `outer` makes of one; whose own it is still stands first."""
    return OWN * _depth(axis) + "*" + axis.lstrip(OWN)


def own(value_axes, count, level):
    """The axes of an argument as the imported formula has them: the last are its own."""
    first = len(value_axes) - count
    return (*value_axes[:first], *(OWN * level + axis.lstrip(OWN) for axis in value_axes[first:]))


def callers(axes, around, level):
    """The axes of what an imported formula gives, as the caller has them.

    `around` says by name which axes are around an array. Below any others all of it is meant for
    each of their cells, as by `outer`.
    """
    found = []
    for axis in axes:
        name = axis.lstrip(OWN)
        if _depth(axis) == level:
            is_beside = around.get(name, found) != [one.lstrip(OWN) for one in found]
            found.append(OWN * (level - 1) + "*" * is_beside + name)
        else:
            found.append(axis)
    return tuple(found)


def around_arrays(inputs, above=(), axes=()):
    """The axes around each array, by its name."""
    found = {}
    for one in inputs:
        path = (*above, one.name)
        inside = axes
        if one.kind == "array":
            found[".".join(path)] = [*axes]
            inside = (*axes, ".".join(path))
        found |= around_arrays(one.children or (), path, inside)
    return found


def _depth(axis):
    return len(axis) - len(axis.lstrip(OWN))


def _deepest(several):
    return max((_depth(axis) for axes in several for axis in axes), default=0)


def joined(several):
    """The axes of operands together: what is around imported formulas, and then their own.

    Of each the longest that are no `outer`'s, and then that one.
    """
    deepest = _deepest(several)
    if not deepest:
        return _together(several)
    ends = [next((n for n, a in enumerate(x) if _depth(a) == deepest), len(x)) for x in several]
    around = joined([axes[:end] for axes, end in zip(several, ends, strict=True)])
    inside = [axes[end:] for axes, end in zip(several, ends, strict=True)]
    return (*around, *_together(inside))


def _together(several):
    bound = max(([a for a in axes if "*" not in a] for axes in several), key=len)
    return (*bound, *dict.fromkeys(a for axes in several for a in axes if "*" in a))


def each(function, parts, axes):
    """A function of the cells that meet, where `parts` are axes with their cells."""
    if not axes:
        return function(*(cells for _, cells in parts))
    here = [one[:1] == axes[:1] for one, _ in parts]
    size = next(len(cells) for (_, cells), with_it in zip(parts, here, strict=True) if with_it)
    return [
        each(
            function,
            [(o[1:], c[n]) if h else (o, c) for (o, c), h in zip(parts, here, strict=True)],
            axes[1:],
        )
        for n in range(size)
    ]
