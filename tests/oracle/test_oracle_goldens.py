"""Every golden program against the oracle: on its own input, and on data of many shapes.

The oracle evaluates the tree row by row in plain Python, the house in vectors.
"""

import os
import random
from zlib import crc32

import pytest
from agreement import check_run
from brought_in import tree_of_file
from golden_programs import PATHS, RUN, data, load
from random_inputs import POOLS, Data

TRIES = int(os.environ.get("GOLDEN_EXAMPLES", "4"))

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


class Ragged(Data):
    """Arrays of unlike lengths, of modest numbers, and nothing wrong with them."""

    largest_size, smallest_size, nulls = 4, 0, 0

    def __init__(self, rnd):
        super().__init__(rnd, largest=self.largest_size)
        self.smallest, self.null, self.wrong, self.modest = self.smallest_size, self.nulls, 0, 1


class Empty(Ragged):
    """No element anywhere."""

    largest_size = 0


class Single(Ragged):
    """One element in each array."""

    largest_size = smallest_size = 1


class Nulls(Ragged):
    """Null wherever it is declared, more often than not."""

    nulls = 60


class Overflowing(Ragged):
    """Integers beyond 63 bits, or just within."""

    def scalar(self, one):
        if one.kind == "integer" and one.domain is None:
            return self.rnd.choice(LARGE)
        return super().scalar(one)


LARGE = [n for n in POOLS["integer"] if abs(n) >= 2**53] + [2**62, -(2**62), 2**63 - 1]
SHAPES = (Ragged, Empty, Single, Nulls, Overflowing, Data)


@pytest.mark.parametrize("name", RUN)
def test_its_own_input(name):
    tree, schema = tree_of_file(PATHS[name]), load(name)
    check_run(tree, schema, data(name), (name,))
    for (
        one
    ) in schema._tree().declarations:  # traits as well, which are outputs where they are asked for
        check_run(tree, schema.only(one.name), data(name), (name, one.name), one.name)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", RUN)
def test_data_of_a_shape(name, shape):
    tree, schema = tree_of_file(PATHS[name]), load(name)
    rnd = random.Random(crc32(f"{name} {shape.__name__}".encode()))
    for _ in range(TRIES):
        given = shape(rnd).of(tree.inputs)
        check_run(tree, schema, given, (name, given))
