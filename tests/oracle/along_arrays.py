"""What goes along an array, in plain lists: positions, neighbours, pairs."""


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


def cut(cells, depth):
    """Cells that are nested deeper, as if each were one value."""
    return [cut(part, depth - 1) for part in cells] if depth else None
